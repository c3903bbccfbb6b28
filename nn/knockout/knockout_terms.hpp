// The sums behind a knockout, as integers: sums of integers do not depend on their order, so a slow and a fast method,
// on any number of threads, agree on every sample, however near the threshold.
#pragma once

#include <cstdint>
#include <span>

#include "core/axes.hpp"
#include "core/recording.hpp"
#include "core/sets/neuron_set.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

/// Bias b and products w_k h_ik of one output, in units of 2^-exponent:
///
///     term[i,k] = w_k h_ik 2^exponent, cut to an integer towards 0; bias likewise.
///
/// float times float is exact in double, and the exponent is the largest for which |b| + sum_k |w_k h_ik| < 2^61 in all
/// samples. So no sum overflows, and a sum of the K+1 integers is off by less than (K+1) 2^-exponent, that is by less
/// than (K+1) 2^-60 of the largest |b| + sum_k |w_k h_ik|: about a hundred times finer than the same sum in double.
struct KnockoutTerms {
  int exponent = 0;
  std::int64_t bias = 0;
  RowMatrix<std::int64_t> term;  ///< [N,K]

  int neurons() const { return static_cast<int>(term.cols()); }                  ///< K
  std::size_t samples() const { return static_cast<std::size_t>(term.rows()); }  ///< N

  /// True if the output is on (sum above 0) for `sample` with the neurons of `knocked_out` held at 0.
  bool on(std::size_t sample, NeuronSet knocked_out) const {
    const std::int64_t* row = term.data() + sample * static_cast<std::size_t>(neurons());
    std::int64_t sum = bias;
    for (int k = 0; k < neurons(); ++k) sum += knocked_out.contains(k) ? 0 : row[k];
    return sum > 0;
  }
};

/// Terms of output `output` of `layer`; hidden [N,K] are the layer's inputs.
/// Throws ComputeError if a weight, the bias or an activation is not finite.
KnockoutTerms knockout_terms(const DenseLayer& layer, int output, const RowMatrix<float>& hidden);

/// For each group of samples and each set, the number of the group's samples for which the output is on: [G,sets].
/// group [N], each in [0,groups). Set by set, O(sets N K): the reference for KnockoutTree.
RowMatrix<std::uint32_t> count_on(const KnockoutTerms& terms, std::span<const NeuronSet> sets,
                                  std::span<const Symbol> group, int groups);

}  // namespace inforelay
