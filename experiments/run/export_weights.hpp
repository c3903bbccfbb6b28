// weights_out: a run's networks as safetensors files, where the configuration asks for them.
#pragma once

#include <string>

#include "experiments/config/config.hpp"
#include "experiments/reports/console.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

/// Can all weights_out of `config` be written? To be called before any work. Only what is a safetensors file already is
/// replaced, and never a file that the configuration reads: a configuration from elsewhere must not be able to
/// overwrite other files. Throws UsageError naming network and file.
void check_weights_out(const ExperimentConfig& config);

/// Writes `network`, the one called `name`, if it is asked for. Checked again: hours may have passed. Throws
/// UsageError, IoError.
void write_weights_out(const ExperimentConfig& config, const std::string& name, const Mlp& network, Console& console);

}  // namespace inforelay
