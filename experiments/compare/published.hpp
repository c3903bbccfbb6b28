// Tables of published numbers, which entries of `compare` name.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/sets/neuron_set.hpp"
#include "experiments/config/config.hpp"
#include "experiments/measures/measure.hpp"

namespace inforelay {

/// A column of a published table.
struct PublishedColumn {
  std::string name;  ///< of the entry in the configuration
  CompareColumnConfig config;
  std::vector<MetricValue> values;   ///< [rows]; NaN if the cell is empty
  std::vector<std::string> classes;  ///< [rows] the class of each value; "": the network as a whole
};

struct PublishedTable {
  std::string comparison, network;
  std::vector<PublishedColumn> columns;
  std::string sha256;             ///< of the file
  std::vector<NeuronSet> sets{};  ///< [rows] of a table of sets (set_tables.hpp): each row is about one; else empty
};
using PublishedTables = std::vector<PublishedTable>;

/// The content of a file of at most 16 MiB with a table. Throws DataError.
std::string table_file_text(const std::filesystem::path& path);

/// Reads the tables that the entries of `compare` name; `config` is complete. Throws DataError, naming file and line:
/// no such file or column, a class listed twice, a cell that is neither a number nor, for metrics that are sets, a set
/// of units; UsageError if a metric will not be computed, or is not about single classes where the table is.
PublishedTables read_published_tables(const ExperimentConfig& config);

/// Changes with the content of any of the files.
std::string sha256_of(const PublishedTables& tables);

}  // namespace inforelay
