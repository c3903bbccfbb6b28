// Shannon entropy in bits, from probabilities and from counts.
#pragma once

#include <cstdint>
#include <numbers>
#include <span>

namespace inforelay {

/// Multiply bits by this to get nats.
inline constexpr double nats_per_bit = std::numbers::ln2;

/// Maximum deviation of the sum of given probabilities from 1.
inline constexpr double probability_sum_tolerance = 1e-9;

/// How an entropy is estimated from counts. Neither is ever clamped, so differences of them may be negative.
enum class EntropyEstimator {
  plug_in,       ///< the entropy of the observed frequencies; biased downwards
  miller_madow,  ///< plug-in + (occupied - 1) / (2 N ln 2)
};

/// H = - sum_i p_i log2 p_i, bits, in [0, log2 size]; 0 log 0 = 0. Throws UsageError for a probability that is negative
/// or NaN (naming index and value), and for a sum further than probability_sum_tolerance from 1.
double entropy_bits(std::span<const double> probabilities);

/// H = log2 N - (1/N) sum_i n_i log2 n_i, N = sum_i n_i, bits. Empty cells (0) are ignored; one occupied cell gives
/// exactly 0. Throws UsageError if N = 0.
double entropy_bits(std::span<const std::uint64_t> counts, EntropyEstimator estimator = EntropyEstimator::plug_in);

/// (occupied - 1) / (2 N ln 2), bits: what Miller and Madow (1955) add to the plug-in entropy. samples >= 1.
double miller_madow_correction_bits(std::uint64_t occupied, std::uint64_t samples);

}  // namespace inforelay
