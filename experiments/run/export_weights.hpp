// weights_out: the networks of a run as safetensors files.
#pragma once

#include "experiments/config/config.hpp"
#include "experiments/reports/console.hpp"
#include "experiments/results/results_file.hpp"

namespace inforelay {

/// Checks before any work whether all weights_out of `config` can be written. Existing files are replaced only if they
/// are safetensors files that the configuration does not read, so that a configuration from elsewhere cannot overwrite
/// other files. Throws UsageError naming network and file.
void check_weights_out(const ExperimentConfig& config);

/// Writes the networks of `result` that `config` names a file for, after the same checks. Throws UsageError, IoError.
void write_weights_out(const ExperimentConfig& config, const ExperimentResult& result, Console& console);

}  // namespace inforelay
