// Checks of the settings of significance, estimators, and measures over time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "experiments/config/config.hpp"

namespace inforelay {

/// What is wrong with the setting at `path`.
struct SettingProblem {
  std::string_view path;
  std::string problem;
};

std::vector<SettingProblem> significance_problems(const ExperimentConfig& config);

}  // namespace inforelay
