#include "infotheory/information/entropy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace inforelay {

double entropy_bits(std::span<const double> probabilities) {
  double sum = 0, entropy = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const double p = probabilities[i];
    if (!(p >= 0)) throw UsageError(fmt::format("entropy_bits: probability {} is {}; must be >= 0", i, p));
    sum += p;
    if (p > 0) entropy -= p * std::log2(p);
  }
  if (!(std::abs(sum - 1) <= probability_sum_tolerance)) {
    throw UsageError(fmt::format("entropy_bits: probabilities sum to {:.12g}; must be 1", sum));
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
  if (samples == 0) throw UsageError("entropy_bits: counts sum to 0; at least 1 sample is needed");
  const double n = static_cast<double>(samples);
  const double plug_in = std::log2(n) - sum / n;
  return estimator == EntropyEstimator::plug_in ? plug_in : plug_in + miller_madow_correction_bits(occupied, samples);
}

double binary_entropy_bits(double p) {
  if (!(p >= 0 && p <= 1)) throw UsageError(fmt::format("binary_entropy_bits: p is {}; must be in [0,1]", p));
  double entropy = 0;
  if (p > 0) entropy -= p * std::log2(p);
  if (p < 1) entropy -= (1 - p) * std::log1p(-p) / std::numbers::ln2;
  return entropy;
}

double miller_madow_correction_bits(std::uint64_t occupied, std::uint64_t samples) {
  return (static_cast<double>(occupied) - 1) / (2 * static_cast<double>(samples) * std::numbers::ln2);
}

std::vector<std::uint64_t> symbol_counts(std::span<const std::uint32_t> symbols) {
  std::vector<std::uint32_t> sorted(symbols.begin(), symbols.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint64_t> counts;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i == 0 || sorted[i] != sorted[i - 1]) counts.push_back(0);
    ++counts.back();
  }
  return counts;
}

Occupancy occupancy(std::span<const std::uint64_t> counts) {
  Occupancy result;
  result.entropy_bits = entropy_bits(counts);
  result.miller_madow_bits = entropy_bits(counts, EntropyEstimator::miller_madow);
  std::uint64_t singletons = 0;
  for (const std::uint64_t count : counts) {
    result.samples += count;
    result.occupied += count > 0;
    singletons += count == 1;
  }
  result.singleton_fraction = static_cast<double>(singletons) / static_cast<double>(result.samples);
  return result;
}

Occupancy occupancy(std::span<const std::uint32_t> states) { return occupancy(symbol_counts(states)); }

NLog2NTable::NLog2NTable(std::uint64_t limit) : values_(limit + 1, 0.0) {
  for (std::uint64_t n = 2; n <= limit; ++n) values_[n] = static_cast<double>(n) * std::log2(static_cast<double>(n));
}

}  // namespace inforelay
