// Checks of a recurrent network's settings.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/config/config.hpp"
#include "experiments/config/setting_problem.hpp"
#include "nn/data/source.hpp"

namespace inforelay {

/// Those of the network at `path`, which has the group `recurrent`. `sizes`: of the data; none: unknown. Sizes that
/// depend on a weight file are checked once it was read, by recurrent_layer_problems().
std::vector<SettingProblem> recurrent_problems(const std::string& path, const ExperimentConfig& config,
                                               const NetworkConfig& network, const std::optional<DataSizes>& sizes);

/// Why the layers of a recurrent network, whose units are known, cannot be analysed as configured.
std::vector<std::string> recurrent_layer_problems(const ExperimentConfig& config, const NetworkConfig& network);

/// Of settings of the analysis that are about time, or about recurrent networks only: those that no system has, or
/// that contradict others.
std::vector<SettingProblem> time_problems(const ExperimentConfig& config);

}  // namespace inforelay
