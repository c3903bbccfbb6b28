// What the summary says of a recurrent network beside the tables of its layers.
#pragma once

#include <string>

#include "experiments/results/result_arrays.hpp"

namespace inforelay {

/// Kind and sizes, file or training, and the accuracy with the state intact and with the most harmful unit replaced.
/// `system` holds the results of a recurrent network.
std::string recurrent_lines(const ResultView& system);

}  // namespace inforelay
