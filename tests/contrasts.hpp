// Contrasts of numbered classes.
#pragma once

#include <string>
#include <vector>

#include "infotheory/states/contrast.hpp"

namespace inforelay::test {

/// One against the rest for each of the classes "0", "1", ...
inline std::vector<Contrast> numbered_contrasts(int classes) {
  std::vector<std::string> names;
  for (int c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return one_vs_rest(names);
}

}  // namespace inforelay::test
