// Knockouts along a permutation of the neurons: first all are knocked out, then they are put back one by one.
#pragma once

#include <cstdint>
#include <span>

#include "core/axes.hpp"
#include "core/random.hpp"
#include "nn/knockout/knockout.hpp"
#include "nn/knockout/knockout_accuracy.hpp"
#include "nn/knockout/replacement.hpp"

namespace inforelay {

/// Exact balanced accuracies of any hidden layer, whatever its width, along permutations.
class KnockoutChain {
 public:
  /// Holds references. The method of `options` is not used: all samples count. Throws UsageError if the layer does not
  /// exist; DataError if shapes differ, a label is out of range, or a class has no sample, or all of them; ComputeError
  /// if a number is not finite.
  KnockoutChain(const KnockoutSubject& subject, const KnockoutOptions& options, const RandomStream& random);

  /// Balanced accuracy in [0,1] with all neurons but the first n of `order` [K] knocked out, n = 0 ... K -> values
  /// [K+1,C]. Sums of the next layer are doubles to which the terms of one neuron after the other are added, those of
  /// later layers floats: an output within rounding of the threshold, or of the largest, may come out on either side,
  /// depending on the permutation. May be called from several threads. Cost O(N K (J + later layers)), J neurons in the
  /// next layer. Throws UsageError if `order` is not a permutation;
  /// ComputeError if a sum of a later layer overflows.
  void accuracy(std::span<const std::uint32_t> order, RowMatrix<double>& values) const;

 private:
  KnockoutSubject subject_;
  KnockoutFunction function_;
  KnockoutAccuracy accuracy_;
  Replacement replacement_;
};

}  // namespace inforelay
