// Knockouts of one neuron at a time, of layers of any width.
#pragma once

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "nn/knockout/knockout.hpp"

namespace inforelay {

/// Exact balanced accuracy [C,K] in [0,1] with each neuron of the last hidden layer alone held at 0: what
/// knockout_accuracy() gives for {0}, {1}, ..., whose sets hold at most 32 neurons. Pre-activations are summed in double,
/// in the order of the neurons; one within rounding of 0 may come out on either side, the same for any number of
/// threads. Cost O(N K C), parallel over neurons.
///
/// Throws UsageError if the layer is not the last hidden one, or a class has no sample, or all of them; DataError if
/// shapes differ or a label is out of range; ComputeError if a number is not finite; Interrupted.
RowMatrix<float> single_knockout_accuracy(const KnockoutSubject& subject, Progress& progress = Progress::none());

}  // namespace inforelay
