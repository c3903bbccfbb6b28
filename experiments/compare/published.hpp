// Tables of published numbers, as `compare` in a configuration names them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/config/config.hpp"
#include "experiments/results/metrics.hpp"

namespace inforelay {

/// A column of a published table.
struct PublishedColumn {
  std::string name;  ///< of the entry in the configuration
  CompareColumnConfig config;
  std::vector<QuantityValue> values;        ///< [rows]; NaN where the table has an empty cell
  std::vector<std::optional<int>> classes;  ///< [rows]; none: of the network as a whole
};

struct PublishedValues {
  std::string network;
  std::vector<PublishedColumn> columns;
  std::string sha256;  ///< of the file
};

/// Reads the table that `config` names. `path` is that of the entry, for messages. Throws DataError, naming file and
/// line: no such file or column, a class listed twice or out of range, a cell that is no number or no set of neurons.
PublishedValues read_published(const CompareConfig& config, const std::string& path);

}  // namespace inforelay
