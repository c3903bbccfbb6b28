// Data in the user's own files: what is known of them is known only when they have been read, and is asked for many
// times before a run begins. They are read once, and kept until they are loaded.
#pragma once

#include <cstddef>
#include <string>

#include "core/progress.hpp"
#include "nn/data/source.hpp"

namespace inforelay {

/// Reads the files with source.read, unless they were the last that were read, and none of them has changed since. From
/// any thread. Throws as source.read does.
FileFacts facts_of(const DataSource& source, const DataOptions& options, Progress& progress = Progress::none());

/// data_sizes() and DataPair::sha256 of data with these facts.
DataSizes file_data_sizes(const FileFacts& facts, const DataOptions& options);
std::string file_data_sha256(const FileFacts& facts, const DataOptions& options);

/// The data of `plan`, split but neither cut nor scaled; what was kept is released. Throws DataError if the files have
/// changed since the plan was made.
DataPair load_file_data(const DataPlan& plan, Progress& progress);
/// The same of files that hold sequences, cut to the limits.
SequencePair load_file_sequences(const DataPlan& plan, Progress& progress);

}  // namespace inforelay
