// A network with known modules: detectors of one class each, side by side (paper, section 1).
#pragma once

#include <span>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "nn/data/dataset.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

/// The network [D, sum of hidden counts, C] of C detectors [D, hidden_t, 1]. Detector t owns the hidden neurons that
/// follow those of detector t-1 (2t and 2t+1 for two each) and output t; every other weight of the second layer is 0,
/// or, with noise_stddev > 0, drawn from a normal distribution of mean 0 and that deviation (the authors: 0.001), row
/// by row. Throws UsageError for no detectors, for one with another shape than [D, hidden, 1], if activations
/// differ, and for softmax.
Mlp compose(std::span<const Mlp> detectors, double noise_stddev, RandomStream& random);

/// Balanced accuracy of each output as detectors are added one by one.
struct Staircase {
  RowMatrix<double> accuracy_train;  ///< [C,C] row s: with detectors 0..s in place
  RowMatrix<double> accuracy_test;   ///< [C,C]
};

/// The staircase of `composite` = compose(detectors, ...). The hidden neurons of a detector that is not yet in
/// place have all their weights 0, its output has weights and bias 0, so that it is never on: 0.5. Cost: C forward
/// passes over both sets. Throws as forward_outputs() and balanced_accuracy().
Staircase staircase(const Mlp& composite, std::span<const Mlp> detectors, const Dataset& train, const Dataset& test,
                    Progress& progress = Progress::none());

}  // namespace inforelay
