// What a configuration must fulfil beyond each setting's own type and bounds.
#pragma once

#include <string>
#include <vector>

#include "experiments/config/config.hpp"

namespace inforelay {

// Both data sets: 28 x 28 pixels, ten numerals.
inline constexpr std::int64_t image_pixels = 784;
inline constexpr std::int64_t numerals = 10;

/// Widths of all layers of a network, inputs and outputs included; [784, classes * hidden, 10] for a composite. A
/// network from weight files has them once read_external_files() has looked.
std::vector<std::int64_t> layer_widths(const NetworkConfig& network);

/// Numbers of the hidden layers that are analysed, from 1. Those of a list need not exist.
std::vector<int> analysed_layers(const AnalysisConfig& analysis, const NetworkConfig& network);

/// The number of the hidden layer, of a network with so many, that is analysed. Throws UsageError if there are several.
int only_layer(const AnalysisConfig& analysis, std::int64_t hidden_layers);

/// Why the layers to be analysed cannot be: one does not exist, or is too wide. Sentences for people.
std::vector<std::string> analysed_layer_problems(const NetworkConfig& network, const AnalysisConfig& analysis);

/// Adds to `errors`, with the places in `root`, what does not fit together: networks with none or several of train,
/// detectors and weights, sizes that do not match the data, an analysed layer that does not exist or is too wide, a
/// regression on numbers that are not computed.
void check_experiment_config(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors);

}  // namespace inforelay
