// The sums behind a knockout, as integers: sums of integers do not depend on their order, so a slow and a fast method,
// on any number of threads, agree on every sample, however near the threshold.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/recording.hpp"
#include "core/sets/neuron_set.hpp"
#include "nn/knockout/exact_sums.hpp"
#include "nn/knockout/replacement.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

/// Bias b and products w_k h_ik of one output, less the products w_k R_ik with what replaces a neuron that is knocked
/// out (0 for KnockoutReplace::zero), in units of 2^-exponent[i]:
///
///     base[i]   = int(b) + sum_k int(w_k R_ik)              the sum with all neurons knocked out
///     term[i,k] = int(w_k h_ik) - int(w_k R_ik)             what is added if neuron k is kept
///     int(x)    = x 2^exponent[i], cut to an integer towards 0
///
/// float times float is exact in double, and a sample's exponent is the largest for which
/// |b| + sum_k (|w_k h_ik| + |w_k R_ik|) < 2^61. So no sum overflows, and the sum of a set is off by less than K+1
/// units. A sum that is nearer to 0 is decided exactly: also where terms that are enormous beside the others are
/// knocked out.
struct KnockoutTerms {
  std::vector<int> exponent;       ///< [N]
  std::vector<std::int64_t> base;  ///< [N]
  RowMatrix<std::int64_t> term;    ///< [N,K]
  ExactSums exact;
  int output;

  int neurons() const { return static_cast<int>(term.cols()); }  ///< K
  std::size_t samples() const { return base.size(); }            ///< N

  /// True if the output is on (sum above 0) for `sample` with the neurons of `knocked_out` replaced.
  bool on(std::size_t sample, NeuronSet knocked_out) const {
    const std::int64_t* row = term.data() + sample * static_cast<std::size_t>(neurons());
    std::int64_t sum = base[sample];
    for (int k = 0; k < neurons(); ++k) sum += knocked_out.contains(k) ? 0 : row[k];
    return sum > neurons() || (sum >= -neurons() && exact.on(sample, output, knocked_out));
  }
};

/// Terms of output `output` of `layer`; hidden [N,K] are the layer's inputs. The three must outlive the terms.
/// Throws ComputeError if a weight, the bias, an activation or a replacement is not finite.
KnockoutTerms knockout_terms(const DenseLayer& layer, int output, const RowMatrix<float>& hidden,
                             const Replacement& replacement);

/// For each group of samples and each set, the number of the group's samples for which the output is on: [G,sets].
/// group [N], each in [0,groups). Set by set, O(sets N K): the reference for KnockoutTree.
RowMatrix<std::uint32_t> count_on(const KnockoutTerms& terms, std::span<const NeuronSet> sets,
                                  std::span<const Symbol> group, int groups);

}  // namespace inforelay
