// What a configuration must fulfil beyond each setting's own type and bounds.
#pragma once

#include "experiments/config.hpp"

namespace inforelay {

/// Hidden neurons of the analysed layer of a network; `classes` detectors for a composite.
std::int64_t analysed_width(const NetworkConfig& network, const AnalysisConfig& analysis, std::int64_t classes);

/// Adds to `errors`, with the places in `root`, what does not fit together: networks with neither or both of train and
/// detectors, sizes that do not match the data, an analysed layer that is not there or too wide, a regression on
/// numbers that are not computed.
void check_experiment_config(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors);

}  // namespace inforelay
