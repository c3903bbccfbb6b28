// What can be said of a configuration only once its data are there: whether the images suffice for what it asks.
#pragma once

#include "experiments/config/config.hpp"
#include "nn/data/dataset.hpp"

namespace inforelay {

/// Throws ConfigError with a line for each setting that the data cannot meet, with its key, value and bound: a class
/// without images in a split that is used, more images to be drawn of a class than it has.
void check_data(const ExperimentConfig& config, const DataPair& data);

}  // namespace inforelay
