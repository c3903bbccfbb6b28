// The scaling of inputs that options ask for: numbers as given, or computed on the training set.
#pragma once

#include <string>

#include "nn/data/dataset.hpp"
#include "nn/data/input_scaling.hpp"

namespace inforelay {

/// The scaling for the inputs of `train`, which have not been scaled yet; `default_scale` where `options` has none.
/// Computed means and standard deviations are those of x / scale over the samples, for each input, in double (the
/// deviation with N, not N - 1, in the denominator, as scikit-learn's StandardScaler); an input that is the same in all
/// samples gets the deviation 1. Throws UsageError if a list has not D numbers, DataError if there are no samples to
/// compute from. Cost: two passes over the data.
InputScaling scaling_for(const InputOptions& options, double default_scale, const Dataset& train);

/// Whether both make the same inputs of the same values: equal numbers, one by one.
bool is_same_scaling(const InputScaling& a, const InputScaling& b);
/// "(x / 255 - mean) / std; mean 0.1307, std from 0.1 to 0.3", "x / 255", "x": for people.
std::string scaling_text(const InputScaling& scaling);

}  // namespace inforelay
