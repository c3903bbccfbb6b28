// Data in the user's own files: what is known of them is known only when they have been read, and is asked for many
// times before a run begins. They are read once, and kept until they are loaded.
#pragma once

#include <cstddef>
#include <string>

#include "core/progress.hpp"
#include "nn/data/source.hpp"

namespace inforelay {

/// What the files hold, before splits and limits.
struct FileFacts {
  std::size_t train = 0;            ///< samples
  std::optional<std::size_t> test;  ///< none: no test set
  int inputs = 0, classes = 0;
  std::size_t input_bytes = 1;
  int largest_byte = 0;  ///< of inputs that are bytes
  std::string origin;
  std::string sha256;  ///< of inputs, labels and names of the classes
};

/// Reads the files with source.read, unless they were the last that were read, and none of them has changed since. From
/// any thread. Throws as source.read does.
FileFacts facts_of(const DataSource& source, const DataOptions& options, Progress& progress = Progress::none());

/// data_sizes() and DataPair::sha256 of `source`.
DataSizes file_data_sizes(const DataSource& source, const DataOptions& options);
std::string file_data_sha256(const DataSource& source, const DataOptions& options);

/// The data, split but neither cut nor scaled; what was kept is released.
DataPair load_file_data(const DataSource& source, const DataOptions& options, Progress& progress);

}  // namespace inforelay
