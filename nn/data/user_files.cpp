#include "nn/data/user_files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#include "core/error.hpp"
#include "core/files/sha256.hpp"
#include "nn/data/split.hpp"

namespace inforelay {
namespace {

// Changes if the file is replaced or written to.
std::string stamp(const std::filesystem::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return "missing";
  return fmt::format("{}:{}:{}:{}.{:09}", status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec);
}

std::string stamps(const std::vector<std::filesystem::path>& files) {
  std::string text;
  for (const std::filesystem::path& file : files) text += fmt::format("{} {}\n", file.string(), stamp(file));
  return text;
}

// The options that decide what source.read returns.
std::string key_of(const DataSource& source, const DataOptions& options) {
  const auto places = [](const std::optional<SetPlaces>& set) {
    return set ? fmt::format("{}\n{}", set->inputs, set->labels) : std::string("none");
  };
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", source.name, options.path.value_or("").string(),
                     places(options.train_places), places(options.test_places), options.label,
                     fmt::join(options.classes, "\n"));
}

void update(Sha256& digest, const Dataset& data) {
  digest.update(fmt::format("{} samples of {} {}, shape {}\n", data.size(), data.input_width(),
                            data.has_bytes() ? "bytes" : "floats", fmt::join(data.input_shape(), " ")));
  const auto add = [&](const auto* values, std::size_t count) {
    digest.update({reinterpret_cast<const std::uint8_t*>(values), count * sizeof *values});
  };
  if (data.has_bytes()) {
    add(data.inputs().data(), static_cast<std::size_t>(data.inputs().size()));
  } else {
    add(data.real_inputs().data(), static_cast<std::size_t>(data.real_inputs().size()));
  }
  add(data.labels().data(), data.labels().size());
}

void update(Sha256& digest, const SequenceData& data) {
  digest.update(fmt::format("{} trials of {} steps of {} inputs, {} labels\n", data.trials(), data.steps(),
                            data.inputs.width, data.labels.size()));
  const auto add = [&](const auto& values) {
    digest.update({reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof values[0]});
  };
  add(data.inputs.values);
  add(data.labels);
}

FileFacts facts_from(const FileData& data, const SequencePair& sequences) {
  FileFacts facts{.train = sequences.train.trials(),
                  .test = sequences.test.trials(),
                  .inputs = static_cast<int>(sequences.train.inputs.width),
                  .classes = sequences.train.class_count(),
                  .train_steps = sequences.train.steps(),
                  .test_steps = sequences.test.steps(),
                  .input_bytes = sizeof(float),
                  .class_names = sequences.train.class_names,
                  .origin = data.origin,
                  .sha256 = {}};
  Sha256 digest;
  for (const std::string& name : sequences.train.class_names) digest.update(fmt::format("class {}\n", name));
  update(digest, sequences.train);
  update(digest, sequences.test);
  facts.sha256 = digest.hex();
  return facts;
}

// Of bytes; of floats 0 unless all are whole numbers in the range of bytes, and one is beyond those of 7 bits, as in
// images that were saved as floats.
int largest_byte(const Dataset& data) {
  if (data.has_bytes()) return data.inputs().size() > 0 ? data.inputs().maxCoeff() : 0;
  const RowMatrix<float>& values = data.real_inputs();
  float largest = 0;
  for (Eigen::Index i = 0; i < values.size(); ++i) {
    const float value = values.data()[i];
    if (!(value >= 0 && value <= 255) || value != std::floor(value)) return 0;
    largest = std::max(largest, value);
  }
  return largest > 127 ? static_cast<int>(largest) : 0;
}

FileFacts facts_from(const FileData& data) {
  if (data.sequences) return facts_from(data, *data.sequences);
  FileFacts facts{.train = data.train.size(),
                  .test = {},
                  .inputs = data.train.input_width(),
                  .classes = data.train.class_count(),
                  .rows = data.train.input_shape().size() == 2 ? data.train.input_shape().front() : 0,
                  .input_bytes = data.train.has_bytes() ? sizeof(std::uint8_t) : sizeof(float),
                  .largest_byte = largest_byte(data.train),
                  .class_names = data.train.class_names(),
                  .origin = data.origin,
                  .sha256 = {}};
  Sha256 digest;
  for (const std::string& name : data.train.class_names()) digest.update(fmt::format("class {}\n", name));
  update(digest, data.train);
  if (data.test) {
    facts.test = data.test->size();
    update(digest, *data.test);
  }
  facts.sha256 = digest.hex();
  return facts;
}

/// The files that were read last.
class LastRead {
 public:
  FileFacts facts(const DataSource& source, const DataOptions& options, Progress& progress) {
    const std::lock_guard lock(mutex_);
    read(source, options, progress, false);
    return facts_;
  }

  FileData take(const DataSource& source, const DataOptions& options, Progress& progress) {
    const std::lock_guard lock(mutex_);
    read(source, options, progress, true);
    FileData data = std::move(*data_);
    data_.reset();
    return data;
  }

 private:
  void read(const DataSource& source, const DataOptions& options, Progress& progress, bool with_data) {
    const std::string key = key_of(source, options);
    if (key == key_ && stamps(files_) == stamps_ && (data_ || !with_data)) return;
    key_.clear();
    data_.reset();  // before the next are in memory
    FileData data = source.read(options, progress);
    files_ = data.files;
    stamps_ = stamps(files_);
    facts_ = facts_from(data);
    data_ = std::move(data);
    key_ = key;
  }

  std::mutex mutex_;
  std::string key_, stamps_;
  std::vector<std::filesystem::path> files_;
  FileFacts facts_;
  std::optional<FileData> data_;  // none once it was taken
};

LastRead& last_read() {
  static LastRead instance;
  return instance;
}

void check_split(const FileFacts& facts, const DataOptions& options) {
  if (facts.test && options.test_fraction) {
    throw UsageError("data.split: {} has a test set already, of {} samples", facts.origin, *facts.test);
  }
  if (!facts.test && !options.test_fraction) {
    throw UsageError("data: {} has no test set; add to data:\n  split: {{test: 0.2}}  # a fifth of each class",
                     facts.origin);
  }
}

}  // namespace

FileFacts facts_of(const DataSource& source, const DataOptions& options, Progress& progress) {
  FileFacts facts = last_read().facts(source, options, progress);
  check_split(facts, options);
  return facts;
}

DataSizes file_data_sizes(const FileFacts& facts, const DataOptions& options) {
  const std::size_t test = facts.test ? *facts.test : split_size(facts.train, *options.test_fraction);
  const std::size_t train = facts.test ? facts.train : facts.train - test;
  DataSizes sizes{.train = limited(train, options.train_limit),
                  .test = limited(test, options.test_limit),
                  .inputs = facts.inputs,
                  .classes = facts.classes,
                  .input_bytes = facts.input_bytes,
                  .unused = 0,
                  .rows = facts.rows,
                  .train_steps = facts.train_steps,
                  .test_steps = facts.test_steps};
  const bool as_read = facts.test && sizes.train == train && sizes.test == test;
  if (!as_read) sizes.unused = train + test;
  return sizes;
}

std::string file_data_sha256(const FileFacts& facts, const DataOptions& options) {
  const DataSizes used = file_data_sizes(facts, options);
  if (used.unused == 0) return facts.sha256;
  const std::string split =
      facts.test ? "" : fmt::format(", test fraction {}, seed {}", *options.test_fraction, options.seed);
  return sha256_hex(fmt::format("{} first {} + {} samples{}\n", facts.sha256, used.train, used.test, split));
}

DataPair load_file_data(const DataPlan& plan, Progress& progress) {
  const DataOptions& options = plan.options;
  if (facts_of(*plan.source, options, progress).sha256 != plan.facts.sha256) {
    throw DataError("{} has changed since the run began", plan.facts.origin);
  }
  FileData data = last_read().take(*plan.source, options, progress);
  DataPair pair;
  if (data.test) {
    pair.train = std::move(data.train);
    pair.test = std::move(*data.test);
    return pair;
  }
  const StratifiedSplit split = stratified_split(data.train.labels(), data.train.class_names(), *options.test_fraction,
                                                 RandomStream(options.seed, "data/split"));
  pair.test = data.train.select(split.test);
  pair.train = data.train.select(split.train);
  return pair;
}

SequencePair load_file_sequences(const DataPlan& plan, Progress& progress) {
  const DataOptions& options = plan.options;
  if (facts_of(*plan.source, options, progress).sha256 != plan.facts.sha256) {
    throw DataError("{} has changed since the run began", plan.facts.origin);
  }
  SequencePair data = *last_read().take(*plan.source, options, progress).sequences;
  data.train.keep_first(limited(data.train.trials(), options.train_limit));
  data.test.keep_first(limited(data.test.trials(), options.test_limit));
  return data;
}

}  // namespace inforelay
