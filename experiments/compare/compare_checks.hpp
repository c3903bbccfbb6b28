// What the entries of `compare` must fulfil, known before any work.
#pragma once

#include "core/config/tree.hpp"
#include "experiments/config/config.hpp"

namespace inforelay {

/// Adds to `errors`, with the places in `root`, what is wrong with the entries of `compare`: networks and metrics that
/// do not exist or will not be computed, tolerances of sets, verdicts over seeds. Does nothing if networks or analysis
/// have errors already.
void check_comparisons(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors);

}  // namespace inforelay
