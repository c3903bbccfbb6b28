// The training stage: makes the network that a configuration describes, saving its progress so that it can be resumed.
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
#include "nn/training/trainer.hpp"
#include "nn/weights/weight_file.hpp"

namespace inforelay {

/// Accuracies of one detector after each of its epochs: the fraction classified correctly, not balanced.
struct DetectorCurve {
  std::vector<double> accuracy_train;  ///< [E]
  std::vector<double> accuracy_test;   ///< [E]
};

/// A network and how it came about.
struct ModelResult {
  Mlp network;
  bool reached = true;                   ///< its stop rule was met (each detector's, in a composite)
  TrainingCurve curve;                   ///< of a network trained as a whole; else empty
  std::vector<DetectorCurve> detectors;  ///< [C] of a composite; else empty
  std::optional<Staircase> staircase;    ///< of a composite
  std::vector<WeightSource> sources;     ///< empty if it was trained here
};

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
