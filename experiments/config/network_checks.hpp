// Checks of the settings of one feed-forward network.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/config/config.hpp"
#include "experiments/config/setting_problem.hpp"
#include "nn/data/source.hpp"

namespace inforelay {

/// Levels of a unit; 2 for options that do not go together, which are an error of their own.
int levels_of(const DiscretizeOptions& options);

/// Of a layer of `units` that is analysed at each time: why analysis.drift cannot be; none if it can.
std::vector<std::string> drift_problems(const AnalysisConfig& analysis, std::int64_t units);

/// The reasons why the chosen layers cannot be analysed, as sentences: one does not exist, or is too wide.
std::vector<std::string> analysed_layer_problems(const std::vector<std::int64_t>& widths,
                                                 const AnalysisConfig& analysis);

/// Those of the network at `path`: none or several of train, detectors and weights, sizes that do not match the data, a
/// layer that cannot be analysed, settings that do not go together. Some are those of the analysis, which another
/// network may have as well. `sizes`: of the data; none: unknown.
std::vector<SettingProblem> network_problems(const std::string& path, const ExperimentConfig& config,
                                             const NetworkConfig& network, const std::optional<DataSizes>& sizes);

}  // namespace inforelay
