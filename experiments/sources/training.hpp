// The training stage: makes the network of a configuration, with resumption of an interrupted training.
#pragma once

#include <optional>
#include <vector>

#include "core/files/stage_store.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "experiments/config/config.hpp"
#include "experiments/sources/external_files.hpp"
#include "nn/data/dataset.hpp"
#include "nn/network/mlp.hpp"
#include "nn/training/composite.hpp"
#include "nn/training/detectors.hpp"
#include "nn/training/trainer.hpp"
#include "nn/weights/weight_file.hpp"

namespace inforelay {

/// A network and its training, or the files that it was read from.
struct ModelResult {
  Mlp network;
  bool reached = true;                    ///< the stopping criterion was met (by each detector of a composite network)
  TrainingCurve curve;                    ///< of a network trained as a whole; else empty
  std::vector<DetectorCurves> detectors;  ///< [C] of a composite; else empty
  std::optional<Staircase> staircase;     ///< of a composite
  std::vector<WeightSource> sources;      ///< empty if it was trained here
};

/// Trains the network, or its detectors, and composes them. `random` is the network's own stream.
///
/// The state of an unfinished training is kept in `store`: written at intervals and before Interrupted is thrown, and
/// read at the start if it exists and fits. Interruptions do not change the weights, to the last bit.
ModelResult make_model(const NetworkConfig& config, const DataPair& data, const RandomStream& random, StageStore& store,
                       Progress& progress);

/// The network that was read; detectors are composed, with their staircase. Nothing is trained.
ModelResult model_from_files(const NetworkConfig& config, const LoadedWeights& input, const DataPair& data,
                             const RandomStream& random, Progress& progress);

}  // namespace inforelay
