#include "core/statistics/hypergeometric.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace inforelay {

HypergeometricSampler::HypergeometricSampler(std::uint32_t max_population) : log_factorial_(max_population + 1ul) {
  long double sum = 0;  // keeps the error of a long sum below that of storing it
  for (std::size_t n = 1; n < log_factorial_.size(); ++n) {
    sum += std::log(static_cast<long double>(n));
    log_factorial_[n] = static_cast<double>(sum);
  }
}

std::uint32_t HypergeometricSampler::operator()(std::uint32_t population, std::uint32_t marked, std::uint32_t draws,
                                                RandomStream& random) const {
  assert(marked <= population && draws <= population && population < log_factorial_.size());
  const std::uint32_t unmarked = population - marked;
  const std::uint32_t lowest = draws > unmarked ? draws - unmarked : 0, highest = std::min(draws, marked);
  if (lowest == highest) return lowest;

  const auto mode = static_cast<std::uint32_t>((draws + std::uint64_t{1}) * (marked + std::uint64_t{1}) /
                                               (population + std::uint64_t{2}));
  const auto log_binomial = [&](std::uint32_t n, std::uint32_t k) {
    return log_factorial_[n] - log_factorial_[k] - log_factorial_[n - k];
  };
  const double at_mode =
      std::exp(log_binomial(marked, mode) + log_binomial(unmarked, draws - mode) - log_binomial(population, draws));

  // u is the rest of the uniform number: probabilities are subtracted from it, in turn one above and one below.
  double u = random.uniform() - at_mode;
  if (u < 0) return mode;
  const double n = draws, k = marked, rest = static_cast<double>(unmarked) - n;
  double up = mode, p_up = at_mode, down = mode, p_down = at_mode;
  while (up < highest || down > lowest) {
    if (up < highest) {
      p_up *= (k - up) * (n - up) / ((up + 1) * (rest + up + 1));
      up += 1;
      u -= p_up;
      if (u < 0) return static_cast<std::uint32_t>(up);
    }
    if (down > lowest) {
      p_down *= down * (rest + down) / ((k - down + 1) * (n - down + 1));
      down -= 1;
      u -= p_down;
      if (u < 0) return static_cast<std::uint32_t>(down);
    }
  }
  return mode;  // u was within rounding of 1
}

}  // namespace inforelay
