#include "infotheory/information/entropy.hpp"

#include <cmath>

#include "core/error.hpp"

namespace inforelay {

double entropy_bits(std::span<const double> probabilities) {
  double sum = 0, entropy = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const double p = probabilities[i];
    if (!(p >= 0)) throw UsageError("entropy_bits: probability {} is {}, expected at least 0", i, p);
    sum += p;
    if (p > 0) entropy -= p * std::log2(p);
  }
  if (!(std::abs(sum - 1) <= probability_sum_tolerance)) {
    throw UsageError("entropy_bits: probabilities sum to {:.12g}, expected 1", sum);
  }
  return entropy;
}

double entropy_bits(std::span<const std::uint64_t> counts, EntropyEstimator estimator) {
  std::uint64_t samples = 0, occupied = 0;
  double sum = 0;
  for (const std::uint64_t count : counts) {
    if (count == 0) continue;
    samples += count;
    ++occupied;
    sum += static_cast<double>(count) * std::log2(static_cast<double>(count));
  }
  if (samples == 0) throw UsageError("entropy_bits: counts sum to 0, expected at least 1 sample");
  const double n = static_cast<double>(samples);
  const double plug_in = occupied == 1 ? 0 : std::log2(n) - sum / n;  // exactly 0, whatever the rounding
  return estimator == EntropyEstimator::plug_in ? plug_in : plug_in + miller_madow_correction_bits(occupied, samples);
}

double miller_madow_correction_bits(std::uint64_t occupied, std::uint64_t samples) {
  return (static_cast<double>(occupied) - 1) / (2 * static_cast<double>(samples) * std::numbers::ln2);
}

}  // namespace inforelay
