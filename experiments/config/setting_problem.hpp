// A problem of a setting that a check found.
#pragma once

#include <string>

namespace inforelay {

/// What is wrong with the setting at `path`.
struct SettingProblem {
  std::string path;
  std::string problem;
};

}  // namespace inforelay
