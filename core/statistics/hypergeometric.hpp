// Random numbers of the hypergeometric distribution: sampling without replacement.
#pragma once

#include <cstdint>
#include <vector>

#include "core/random.hpp"

namespace inforelay {

/// Draws the number of marked items among `draws` items taken without replacement from a population of which `marked`
/// are marked:
///
///     P(x) = binomial(marked, x) binomial(population - marked, draws - x) / binomial(population, draws)
///
/// Inverse transform that starts at the mode and goes outwards: exact up to the rounding of P (relative 1e-9), at a
/// cost of O(1 + standard deviation). A draw takes one number from the stream, and none if only one value is
/// possible.
class HypergeometricSampler {
 public:
  /// For populations of up to `max_population` items; keeps a table of that many logarithms of factorials.
  explicit HypergeometricSampler(std::uint32_t max_population);

  /// marked <= population, draws <= population <= max_population. May be called from several threads.
  std::uint32_t operator()(std::uint32_t population, std::uint32_t marked, std::uint32_t draws,
                           RandomStream& random) const;

 private:
  std::vector<double> log_factorial_;  // [max_population + 1]
};

}  // namespace inforelay
