// Checks of the settings of significance.
#pragma once

#include <vector>

#include "experiments/config/config.hpp"
#include "experiments/config/setting_problem.hpp"

namespace inforelay {

/// True if a system of the configuration has trials and times.
bool has_time(const ExperimentConfig& config);

std::vector<SettingProblem> significance_problems(const ExperimentConfig& config);

}  // namespace inforelay
