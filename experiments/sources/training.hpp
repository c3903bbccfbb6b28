// The training stage: makes the network that a configuration describes, saving its progress so that it can be resumed.
#pragma once

#include "core/files/stage_store.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "experiments/config/config.hpp"
#include "experiments/results/results.hpp"
#include "experiments/sources/external_files.hpp"
#include "nn/data/dataset.hpp"

namespace inforelay {

/// Trains the network, or its detectors and puts them together. `random` is the network's own stream.
///
/// The state of an unfinished training is kept in `files`: written every so often and when `progress` asks to stop
/// (then Interrupted is thrown), read at the start where it is there and fits. A training that was interrupted ends
/// with the same weights, to the last bit, as one that was not.
ModelResult make_model(const NetworkConfig& config, const DataPair& data, const RandomStream& random, StageStore& files,
                       Progress& progress);

/// The network of `input`, put together where it is detectors, with their staircase. Nothing is trained.
ModelResult model_from_files(const NetworkConfig& config, const LoadedWeights& input, const DataPair& data,
                             const RandomStream& random, Progress& progress);

}  // namespace inforelay
