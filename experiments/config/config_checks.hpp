// Checks of a configuration beyond the type and bounds of each setting.
#pragma once

#include <string>
#include <vector>

#include "experiments/config/config.hpp"

namespace inforelay {

/// "; did you mean 'seed'?" with the known word that is close to `word`; "" if there is none.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& known);

/// Levels of a unit; 2 for options that do not go together, which are an error of their own.
int levels_of(const DiscretizeOptions& options);

/// Of a layer of `units` that is analysed at each time: why analysis.drift cannot be; none if it can.
std::vector<std::string> drift_problems(const AnalysisConfig& analysis, std::int64_t units);

/// The reasons why the chosen layers cannot be analysed, as sentences: one does not exist, or is too wide.
std::vector<std::string> analysed_layer_problems(const std::vector<std::int64_t>& widths,
                                                 const AnalysisConfig& analysis);

/// Adds inconsistencies to `errors`, with their places in `root`: networks with none or several of train, detectors and
/// weights, sizes that do not match the data, an analysed layer that does not exist or is too wide, a regression on
/// values that are not computed.
void check_experiment_config(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors);

}  // namespace inforelay
