// Checks of the entries of `compare` before any work.
#pragma once

#include <vector>

#include "core/config/tree.hpp"
#include "experiments/config/config.hpp"
#include "experiments/sources/recording_file.hpp"

namespace inforelay {

/// Adds errors in the entries of `compare` to `errors`, with their places in `root`: networks and metrics that do not
/// exist or will not be computed, tolerances for sets, verdicts over seeds. Does nothing if networks or analysis have
/// errors already. `loaded`: the recordings, once they are read; subsets and symbols are known then.
void check_comparisons(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors,
                       const std::vector<LoadedRecording>& loaded = {});

}  // namespace inforelay
