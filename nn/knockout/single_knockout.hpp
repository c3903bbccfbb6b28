// Knockouts of one neuron at a time, of layers of any width.
#pragma once

#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "nn/knockout/knockout.hpp"

namespace inforelay {

struct SingleKnockout {
  RowMatrix<float> accuracy;  ///< [C,K] balanced accuracy in [0,1] with each neuron alone knocked out
  std::vector<float> intact;  ///< [C] with none
};

/// Exact balanced accuracies with each neuron of the last hidden layer alone knocked out: what knockout_accuracy()
/// gives for {0}, {1}, ..., whose sets hold at most 32 neurons. Pre-activations are sums in double of those that come
/// before the neuron and those after it, without the neuron's own term: an enormous one leaves no trace. One within
/// rounding of 0, or of the largest, may come out on either side, the same for any number of threads. Cost O(N K C),
/// parallel over samples. Memory O(K C) for each thread, and Replacement.
///
/// Throws UsageError if the layer is not the last hidden one, the method is not exact, or a class has no sample, or all
/// of them; DataError if shapes differ or a label is out of range; ComputeError if a number is not finite; Interrupted.
SingleKnockout single_knockout_accuracy(const KnockoutSubject& subject, const KnockoutOptions& options,
                                        const RandomStream& random, Progress& progress = Progress::none());

}  // namespace inforelay
