// Checks of a configuration beyond the type and bounds of each setting.
#pragma once

#include <string>
#include <vector>

#include "experiments/config/config.hpp"

namespace inforelay {

/// "; did you mean 'seed'?" with the known word that is close to `word`; "" if there is none.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& known);

/// Adds inconsistencies to `errors`, with their places in `root`: networks with none or several of train, detectors and
/// weights, sizes that do not match the data, an analysed layer that does not exist or is too wide, a regression on
/// values that are not computed.
void check_experiment_config(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors);

}  // namespace inforelay
