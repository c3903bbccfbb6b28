// What a configuration must fulfil beyond each setting's own type and bounds.
#pragma once

#include <string>
#include <vector>

#include "experiments/config/config.hpp"

namespace inforelay {

// Both data sets: 28 x 28 pixels, ten classes.
inline constexpr std::int64_t image_pixels = 784;
inline constexpr std::int64_t numerals = 10;

/// Widths of all layers of a network, inputs and outputs included; [784, classes * hidden, 10] for a composite. A
/// network from weight files has them once read_external_files() has looked.
std::vector<std::int64_t> layer_widths(const NetworkConfig& network);

/// What keeps the analysis from the layer that it is about: it is not there, or too wide. Sentences for people.
std::vector<std::string> analysed_layer_problems(const std::vector<std::int64_t>& widths,
                                                 const AnalysisConfig& analysis);

/// Adds to `errors`, with the places in `root`, what does not fit together: networks with none or several of train,
/// detectors and weights, sizes that do not match the data, an analysed layer that is not there or too wide, a
/// regression on numbers that are not computed, a comparison with a quantity that there is not.
void check_experiment_config(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors);

}  // namespace inforelay
