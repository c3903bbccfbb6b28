// The weight files that a configuration names. All are read before any work begins, so that a wrong one costs nothing,
// and their content is part of the run's identity.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "experiments/config/config.hpp"
#include "nn/network/mlp.hpp"
#include "nn/weights/weight_file.hpp"

namespace inforelay {

/// A network from files: one, or the detectors of a composite in the order of their classes.
struct LoadedWeights {
  std::vector<Mlp> networks;
  std::vector<WeightSource> sources;  ///< as many
};

struct ExternalFiles {
  std::map<std::string, LoadedWeights> networks;  ///< those of the configuration that come from files

  /// Identifies the content of all files; "" if there are none.
  std::string sha256() const;
};

/// Reads all weight files that `config` names, and completes it: layers and activations of networks from files. Throws
/// DataError for a file that is missing, damaged, or of a network that does not fit the data or the analysis;
/// UsageError if the configuration asks for something else than the file holds; Interrupted.
ExternalFiles read_external_files(ExperimentConfig& config, Progress& progress = Progress::none());

}  // namespace inforelay
