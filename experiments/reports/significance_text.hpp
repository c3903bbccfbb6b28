// What the summary and the warnings of a run say about how far relay information can be trusted.
#pragma once

#include <string>
#include <vector>

#include "experiments/results/layer_results.hpp"

namespace inforelay {

/// A table for each subset of the layer: I_R of all units of each contrast, the mean of its null `no relay`, p, the
/// bootstrap interval, and the value extrapolated to infinitely many samples; at most 80 columns. "" if nothing of it
/// was computed.
std::string significance_text(const LayerResults& layer);

/// Sentences with the numbers that they are about: for each subset where at least half of I_R of all units, and at
/// least 0.01 bit, would be found without any relay.
std::vector<std::string> undersampling_warnings(const LayerResults& layer);

}  // namespace inforelay
