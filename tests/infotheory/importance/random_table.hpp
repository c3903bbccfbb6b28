// A random function of sets for the tests of importance.
#pragma once

#include <cstddef>
#include <vector>

#include "core/random.hpp"

namespace inforelay::test {

/// [2^K] values in [-1,1), by the index of the set.
inline std::vector<double> random_table(int units, RandomStream random) {
  std::vector<double> table(std::size_t{1} << units);
  for (double& value : table) value = random.uniform(-1, 1);
  return table;
}

}  // namespace inforelay::test
