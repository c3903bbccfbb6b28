// Sampled Shapley values set by set, straight from the equation of infotheory/importance/sampled_shapley.hpp.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

#include "core/random.hpp"
#include "infotheory/importance/sampled_shapley.hpp"

namespace inforelay::test {

/// v(S) of C functions; present [K] is 1 for the units of S, 0 for the others.
using SetFunction = std::function<Eigen::VectorXd(const std::vector<std::uint8_t>& present)>;

/// ChainShapley after an even number of permutations, to the last bit; does not count evaluations.
inline SampledShapley sampled_shapley(const SetFunction& function, int units, std::size_t permutations,
                                      const RandomStream& random) {
  const std::vector<std::uint8_t> none(static_cast<std::size_t>(units));
  SampledShapley result;
  result.shapley = result.squares = RowMatrix<double>::Zero(function(none).size(), units);
  for (; result.permutations < permutations; result.permutations += 2) {
    std::vector<std::uint32_t> order(none.size());
    std::iota(order.begin(), order.end(), 0u);
    RandomStream stream = random.child(result.permutations);
    shuffle(order, stream);
    RowMatrix<double> mean_of_pair = RowMatrix<double>::Zero(result.shapley.rows(), units);
    for (int direction = 0; direction < 2; ++direction) {
      std::vector<std::uint8_t> present = none;
      for (const std::uint32_t unit : order) {
        const Eigen::VectorXd before = function(present);
        present[unit] = 1;
        mean_of_pair.col(unit) += (function(present) - before) / 2;
      }
      std::reverse(order.begin(), order.end());
    }
    const RowMatrix<double> deviation = mean_of_pair - result.shapley;  // Welford's recurrence, for the bits
    result.shapley += deviation / (static_cast<double>(result.permutations) / 2 + 1);
    result.squares.array() += deviation.array() * (mean_of_pair - result.shapley).array();
  }
  const double pairs = static_cast<double>(permutations) / 2;
  result.standard_error = (result.squares.array() / (pairs * (pairs - 1))).sqrt();
  return result;
}

}  // namespace inforelay::test
