// Checks of the entries of `compare` before any work.
#pragma once

#include "core/config/tree.hpp"
#include "experiments/config/config.hpp"

namespace inforelay {

/// Adds errors in the entries of `compare` to `errors`, with their places in `root`: networks and metrics that do not
/// exist or will not be computed, tolerances for sets, verdicts over seeds. Does nothing if networks or analysis have
/// errors already.
void check_comparisons(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors);

}  // namespace inforelay
