// Data sets in IDX files under the names in common use: Fashion-MNIST, KMNIST, EMNIST, QMNIST and others.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <system_error>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/text/message_text.hpp"
#include "nn/data/class_labels.hpp"
#include "nn/data/idx.hpp"
#include "nn/data/source.hpp"

namespace inforelay {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view idx_settings[]{"path", "classes", "split"};

enum Part { train_images, train_labels, test_images, test_labels };
using Files = std::array<fs::path, 4>;  ///< by Part; empty: missing

/// What the name of a file means: "emnist-letters-train-labels-idx1-ubyte.gz" is `train_labels` of "emnist-letters".
struct ReadName {
  std::string prefix;
  Part part;
  bool is_packed;
};

std::optional<ReadName> read_name(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  const bool is_packed = name.ends_with(".gz");
  constexpr std::string_view separators = "-._";
  std::vector<std::string_view> words;
  std::vector<std::size_t> begins;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find_first_of(separators, begin), name.size());
    words.push_back(std::string_view(name).substr(begin, end - begin));
    begins.push_back(begin);
    begin = end + 1;
  }
  for (std::size_t i = 0; i + 2 < words.size(); ++i) {
    const bool is_train = words[i] == "train", is_test = words[i] == "t10k" || words[i] == "test";
    const bool is_images = words[i + 1] == "images", is_labels = words[i + 1] == "labels";
    if (!(is_train || is_test) || !(is_images || is_labels) || !words[i + 2].starts_with("idx")) continue;
    const Part part = is_train ? (is_images ? train_images : train_labels) : (is_images ? test_images : test_labels);
    return ReadName{name.substr(0, begins[i] == 0 ? 0 : begins[i] - 1), part, is_packed};
  }
  return std::nullopt;
}

// The files in `folder` by their prefix; a plain file stands before a packed one.
std::map<std::string, Files> files_in(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    paths.push_back(entry->path());
  }
  if (error) throw DataError("data.path {}: {}", folder.string(), error.message());
  std::sort(paths.begin(), paths.end());
  std::map<std::string, Files> all;
  for (const bool packed : {false, true}) {
    for (const fs::path& path : paths) {
      const auto name = read_name(path.filename().string());
      if (!name || name->is_packed != packed) continue;
      fs::path& file = all[name->prefix].at(name->part);
      if (file.empty()) file = path;
    }
  }
  return all;
}

Files find_files(const DataOptions& options) {
  if (!options.path) {
    throw UsageError(
        "data.path is missing: the folder of the IDX files, or FOLDER/PREFIX for emnist-letters-train-...");
  }
  const fs::path& path = *options.path;
  std::error_code ignored;
  const bool is_folder = fs::is_directory(path, ignored);
  std::map<std::string, Files> all = files_in(is_folder ? path : path.parent_path());
  std::string prefix = is_folder ? "" : path.filename().string();
  std::transform(prefix.begin(), prefix.end(), prefix.begin(), [](unsigned char c) { return std::tolower(c); });
  if (is_folder && all.size() == 1) prefix = all.begin()->first;
  if (is_folder && all.size() > 1 && !all.contains("")) {
    std::vector<std::string> choices;
    for (const auto& [name, files] : all) choices.push_back((path / name).string());
    throw UsageError("data.path {} holds several data sets; give one of {}", path.string(), listed(choices));
  }
  Files files = all[prefix];
  static constexpr std::array<std::string_view, 4> names{"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                                         "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
  std::vector<std::string_view> missing;
  const bool has_test = !files[test_images].empty() || !files[test_labels].empty();
  for (std::size_t part = 0; part < names.size(); ++part) {
    if (files[part].empty() && (part < test_images || has_test)) missing.push_back(names[part]);
  }
  if (missing.empty()) return files;
  throw DataError(
      "data.path {} lacks {} (also with a dot for a dash, a name before it, `test` for `t10k`, or .gz after it)",
      path.string(), fmt::join(missing, ", "));
}

struct ReadSet {
  IdxImages images;
  RawLabels labels;
};

ReadSet read_set(const fs::path& images, const fs::path& labels, std::uint64_t most_bytes, Progress& progress) {
  const std::uint64_t most = std::min(max_idx_bytes, most_bytes);
  progress.check();
  ReadSet set{parse_idx_images(read_file(images, most), images.string()), {}};
  progress.check();
  set.labels = parse_idx_integers(read_file(labels, most), labels.string());
  const auto count = static_cast<std::size_t>(set.images.pixels.rows());
  if (count != label_count(set.labels)) {
    throw DataError("{} images in {}, but {} labels in {}", count, images.string(), label_count(set.labels),
                    labels.string());
  }
  return set;
}

FileData read_idx(const DataOptions& options, Progress& progress) {
  const Files files = find_files(options);
  std::vector<ReadSet> sets;
  FileData data{.train = {}, .test = {}, .origin = files[train_images].parent_path().string(), .files = {}};
  for (const Part images : {train_images, test_images}) {
    if (files[images].empty()) continue;
    const fs::path& labels = files[images + 1];
    sets.push_back(read_set(files[images], labels, options.most_bytes, progress));
    data.files.push_back(files[images]);
    data.files.push_back(labels);
    const IdxImages &first = sets.front().images, &last = sets.back().images;
    if (first.rows == last.rows && first.columns == last.columns) continue;
    throw DataError("the images in {} have {} x {} pixels, those in {} have {} x {}", files[train_images].string(),
                    first.rows, first.columns, files[images].string(), last.rows, last.columns);
  }
  data.files.push_back(data.origin);  // a folder changes when files are added to it
  std::vector<RawLabels> labels;
  for (ReadSet& set : sets) labels.push_back(std::move(set.labels));
  ClassLabels classes = classes_of(std::move(labels), options.classes, data.origin);
  const auto made = [&](std::size_t i) {
    return Dataset(std::move(sets[i].images.pixels), std::move(classes.sets[i]), classes.names,
                   {sets[i].images.rows, sets[i].images.columns});
  };
  data.train = made(0);
  if (sets.size() > 1) data.test = made(1);
  return data;
}

}  // namespace

extern const DataSource idx_source;
const DataSource idx_source{
    .name = "idx",
    .title = "IDX files",
    .about = "images in IDX files of your own: Fashion-MNIST, KMNIST, EMNIST, QMNIST and others of any size",
    .note = "",
    .settings = idx_settings,
    .read = read_idx,
};

}  // namespace inforelay
