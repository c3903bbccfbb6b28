// What a check finds wrong with a setting.
#pragma once

#include <string>

namespace inforelay {

/// The path of the setting, and a phrase to follow it.
struct SettingProblem {
  std::string path, problem;
};

}  // namespace inforelay
