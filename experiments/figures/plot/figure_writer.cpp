#include "experiments/figures/plot/figure_writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include "experiments/figures/plot/figure_style.hpp"
#include "experiments/figures/plot/gnuplot.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view scratch_prefix = ".figure-", scratch_pattern = "XXXXXX";

/// A hidden folder that is gone at the end, with all that is left in it.
class ScratchFolder {
 public:
  explicit ScratchFolder(const fs::path& parent) {
    std::string pattern = (parent / fmt::format("{}{}", scratch_prefix, scratch_pattern)).string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw IoError(fmt::format("cannot write in {}: {}", parent.string(), std::generic_category().message(errno)));
    }
    path_ = pattern;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Writes `text` to `path`; an error names `target`, where the file is meant to end up.
void write_text(const fs::path& path, const fs::path& target, const std::string& text) {
  errno = 0;
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) {
    throw IoError(fmt::format("cannot write {}: {}", target.string(),
                              errno != 0 ? std::generic_category().message(errno) : "unknown reason"));
  }
}

/// gnuplot ends happily where its picture met a full disk, so a picture is judged by its end.
bool is_whole(const fs::path& picture, FigureFormat format) {
  constexpr std::streamoff tail = 16;  // holds each of the marks below, a line break included
  std::ifstream in(picture, std::ios::binary | std::ios::ate);
  const std::streamoff size = in.tellg();
  if (size <= 0) return false;
  in.seekg(std::max<std::streamoff>(0, size - tail));
  const std::string end(std::istreambuf_iterator<char>(in), {});
  const std::string_view mark = format == FigureFormat::svg ? "</svg>" : format == FigureFormat::pdf ? "%%EOF" : "IEND";
  return end.find(mark) != std::string::npos;
}

/// FNV-1a, 32 bits: tells apart names that look alike after cleaning.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

}  // namespace

std::string figure_name(std::string_view kind, std::string_view network) {
  if (network.empty()) return std::string(kind);
  std::string clean(network);
  for (char& c : clean) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '-') c = '_';
  }
  constexpr std::size_t longest = 100;  // of the 255 bytes that file systems allow
  clean.resize(std::min(clean.size(), longest));
  if (clean != network) clean += fmt::format("-{:08x}", hash_of(network));
  return fmt::format("{}_{}", kind, clean);
}

bool is_figure_scratch(std::string_view name) {
  return name.starts_with(scratch_prefix) && name.size() == scratch_prefix.size() + scratch_pattern.size();
}

FigureWriter::FigureWriter(FigureOptions options) : options_(std::move(options)) {
  if (options_.formats.empty()) throw UsageError("figures: no format named, expected svg, pdf or png");
  for (auto format = options_.formats.begin(); format != options_.formats.end(); ++format) {
    if (std::count(options_.formats.begin(), format, *format) > 0) {
      throw UsageError(fmt::format("figures: format {} is named twice", to_string(*format)));
    }
  }
}

std::string FigureWriter::write(const Figure& figure) const {
  std::error_code error;
  fs::create_directories(options_.folder, error);
  if (error) throw IoError(fmt::format("cannot make folder {}: {}", options_.folder.string(), error.message()));

  const ScratchFolder scratch(options_.folder);
  std::vector<std::string> files{figure.name + ".csv", figure.name + ".gp"};
  write_text(scratch.path() / files[0], options_.folder / files[0], figure.csv);
  write_text(scratch.path() / files[1], options_.folder / files[1], figure_script(figure, options_));
  run_gnuplot(options_.gnuplot, scratch.path(), files[1], figure.name);
  for (const FigureFormat format : options_.formats) {
    files.push_back(fmt::format("{}.{}", figure.name, to_string(format)));
    if (!is_whole(scratch.path() / files.back(), format)) {
      throw FigureError(fmt::format("cannot draw figure {}: {} wrote no whole {}; is the disk of {} full?", figure.name,
                                    options_.gnuplot, to_string(format), options_.folder.string()));
    }
  }
  for (const auto& file : files) {
    fs::rename(scratch.path() / file, options_.folder / file, error);
    if (error) {
      throw IoError(fmt::format("cannot write {}: {}", (options_.folder / file).string(), error.message()));
    }
  }
  return figure.name;
}

}  // namespace inforelay
