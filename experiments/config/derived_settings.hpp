// What follows from a configuration before any work: the data and their sizes, widths of networks, analysed layers.
#pragma once

#include <cstdint>
#include <vector>

#include "experiments/config/config.hpp"

namespace inforelay {

/// The data of a configuration, and their sizes, known before they are read.
DataOptions data_options(const ExperimentConfig& config);
DataSizes data_sizes(const ExperimentConfig& config);

/// Relay information of units of two levels with a contrast for each class: what the paper has, and the fastest code.
bool has_binary_relay(const AnalysisConfig& analysis);

/// Widths of all layers of a network, inputs and outputs included; [inputs, classes * hidden, classes] for a composite.
/// A network from weight files has them after read_external_files(). Of a recurrent network the hidden layers are those
/// of its cells, with the units that are recorded of each.
std::vector<std::int64_t> layer_widths(const ExperimentConfig& config, const NetworkConfig& network);

/// Numbers of the hidden layers that analysis.layers chooses in a network of these widths; 1 is the first.
std::vector<int> analysed_layers(const AnalysisConfig& analysis, const std::vector<std::int64_t>& widths);

}  // namespace inforelay
