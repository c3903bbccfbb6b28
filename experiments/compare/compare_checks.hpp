// What the entries of `compare` in a configuration must fulfil beyond each setting's own type and bounds.
#pragma once

#include "experiments/config/config.hpp"

namespace inforelay {

/// Adds to `errors`, with the places in `root`: entries that are neither a table nor a statement, networks and metrics
/// that do not exist or are not computed, tolerances that cannot be used. A ConfigCheck.
void check_comparisons(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors);

}  // namespace inforelay
