// Plug-in entropy of the units' states over the number of samples, compared with that of uniformly random words: a
// measure of undersampling.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"

namespace inforelay {

struct EntropyCurveOptions {
  std::uint64_t smallest = 10;  ///< first number of samples, >= 1
  int points = 40;              ///< at most this many sizes, geometric from `smallest` to N; >= 2
  int replicates = 10;          ///< sequences of uniform words, >= 1
};

/// One number of samples of the curve; entropies in bits.
struct EntropyCurvePoint {
  std::uint64_t samples = 0;
  std::uint64_t occupied = 0;  ///< distinct states among the first `samples` of the random order
  double entropy_bits = 0;     ///< plug-in
  double miller_madow_bits = 0;
  double uniform_mean_bits = 0;      ///< plug-in of as many uniform K-bit words, mean over the replicates
  double uniform_sd_bits = 0;        ///< their standard deviation (n-1); NaN with one replicate
  double uniform_expected_bits = 0;  ///< expected value of that mean
};

/// The curve of `states` [N], words of `units` bits, taken in a random order. Each replicate draws one sequence of N
/// words and is read off at every size, so neighbouring points are correlated. The order is drawn from
/// random.child("order"), replicate r from random.child(r). Throws UsageError for no states, `units` outside [1,32], or
/// an option out of range.
/// Cost O((1 + replicates) N log N), parallel over sequences.
std::vector<EntropyCurvePoint> entropy_curve(std::span<const StateWord> states, int units,
                                             const EntropyCurveOptions& options, const RandomStream& random,
                                             Progress& progress = Progress::none());

/// E[H] = log2 N - (M/N) sum_n P(n) n log2 n, P the binomial of N draws of probability 1/M, M = 2^units: expected
/// plug-in entropy, bits, of `samples` = N >= 1 uniform words. Exact up to rounding. 1 <= units <= 32.
double expected_uniform_entropy_bits(std::uint64_t samples, int units);

}  // namespace inforelay
