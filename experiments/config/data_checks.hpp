// Checks of a configuration that need the data: whether there are enough samples.
#pragma once

#include "experiments/config/config.hpp"
#include "nn/data/dataset.hpp"

namespace inforelay {

/// Throws ConfigError with a line for each setting that the data cannot satisfy, with its key, value and bound: a class
/// without samples in a subset that is used, more samples to be drawn of a class than it has.
void check_data(const ExperimentConfig& config, const DataPair& data);

}  // namespace inforelay
