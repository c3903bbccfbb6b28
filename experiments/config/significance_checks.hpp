// Checks of the settings of significance.
#pragma once

#include <vector>

#include "experiments/config/config.hpp"
#include "experiments/config/setting_problem.hpp"

namespace inforelay {

std::vector<SettingProblem> significance_problems(const ExperimentConfig& config);

}  // namespace inforelay
