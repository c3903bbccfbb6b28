// The weight files that a configuration names. All are read before any work begins, so that errors appear at once;
// their content is part of the identity of the run.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "experiments/config/config.hpp"
#include "nn/network/mlp.hpp"
#include "nn/recurrent/recurrent_weights.hpp"
#include "nn/weights/weight_file.hpp"

namespace inforelay {

/// A network from files: the network itself, or the detectors of a composite network in the order of their classes.
struct LoadedWeights {
  std::vector<Mlp> networks;
  std::vector<WeightSource> sources;  ///< as many
};

struct ExternalFiles {
  std::map<std::string, LoadedWeights> networks;  ///< by the name of the network
  std::map<std::string, RecurrentWeightFile> recurrent;

  /// Identifies the content of all files; "" if there are none.
  std::string sha256() const;
};

/// Reads all weight files that `config` names, and adds layers and activations of these networks to `config`. Throws
/// DataError for a file that is missing, damaged, or holds a network that does not fit the data or the analysis;
/// UsageError if the configuration contradicts the file; Interrupted.
ExternalFiles read_external_files(ExperimentConfig& config, Progress& progress = Progress::none());

}  // namespace inforelay
