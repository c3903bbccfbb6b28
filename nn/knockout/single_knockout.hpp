// Knockouts of one neuron at a time, of layers of any width.
#pragma once

#include <optional>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "nn/knockout/knockout.hpp"

namespace inforelay {

struct SingleKnockout {
  RowMatrix<float> accuracy;  ///< [C,K] balanced accuracy in [0,1] with each neuron alone knocked out
  std::vector<float> intact;  ///< [C] with none
  // By argmax: the fraction of all samples whose decision is their label; else empty.
  std::vector<float> overall;           ///< [K]
  std::optional<float> overall_intact;  ///< with none
};

/// Exact balanced accuracies with each neuron of a hidden layer alone knocked out: what knockout_accuracy() gives for
/// {0}, {1}, ..., whose sets hold at most 32 neurons. The sums of the next layer are sums in double of those that come
/// before the neuron and those after it, without the neuron's own term: an enormous one leaves no trace. If that is not
/// the output layer, they are rounded to float and passed through the later layers. An output's sum within rounding of
/// 0, or of the largest, may come out on either side, the same for any number of threads.
///
/// Cost for layers of J and C neurons after the K: O(N K J), of the last hidden layer J = C; else O(N K (J + J C)), as
/// many forward passes through the later layers as neurons. Parallel over samples. Memory O(K J) for each thread, and
/// Replacement.
///
/// Throws UsageError if the layer is no hidden one or the method is not exact; DataError if shapes differ, a label is
/// out of range, or a class has no sample, or all of them; ComputeError if a number is not finite, also one that
/// overflows in a later layer; Interrupted.
SingleKnockout single_knockout_accuracy(const KnockoutSubject& subject, const KnockoutOptions& options,
                                        const RandomStream& random, Progress& progress = Progress::none());

}  // namespace inforelay
