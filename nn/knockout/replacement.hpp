// What knocked-out neurons have in place of their activations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/axes.hpp"
#include "core/random.hpp"
#include "nn/knockout/knockout.hpp"

namespace inforelay {

/// Values R [N,K] that take the place of activations h [N,K]: the contribution of a knocked-out neuron k to a sum is
/// w_k R_ik instead of w_k h_ik. They do not depend on the set that is knocked out.
///
///     zero      R_ik = 0
///     mean      R_ik = sum_i h_ik / N, rounded to float
///     resample  R_ik = h_sk, s = replacement_samples(N, random)[i]
///     noise     R_ik = h_ik + noise_sd g_ik, rounded to float; g_ik standard normal, from the stream of neuron k and
///               sample i
class Replacement {
 public:
  /// Of K neurons, all zero.
  explicit Replacement(Eigen::Index neurons) : values_(RowMatrix<float>::Zero(1, neurons)) {}
  /// Memory: O(K) for zero and mean, O(N K) otherwise. A mean or noise that is not finite is left to the caller.
  /// Throws UsageError if noise_sd is not a finite number above 0.
  Replacement(const RowMatrix<float>& hidden, const KnockoutOptions& options, const RandomStream& random);

  /// R_ik.
  float operator()(std::size_t sample, int neuron) const {
    return values_.data()[sample * stride_ + static_cast<std::size_t>(neuron)];
  }
  /// [N,K], or [1,K] if all samples have the same.
  const RowMatrix<float>& values() const { return values_; }

 private:
  RowMatrix<float> values_;
  std::size_t stride_ = 0;  // K, or 0 if all samples have the same
};

/// For each of N samples the one whose activations replace its own: a permutation of one cycle, uniform among these
/// (Sattolo's algorithm), so that no sample replaces itself. N >= 2.
std::vector<std::uint32_t> replacement_samples(std::size_t samples, const RandomStream& random);

}  // namespace inforelay
