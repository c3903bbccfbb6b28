// What is analysed: a network with a data set, which gives a recording for each analysed layer and whose units can be
// knocked out; or a recording from a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/progress.hpp"
#include "core/random.hpp"
#include "core/recording.hpp"
#include "core/sets/neuron_set.hpp"
#include "experiments/config/config.hpp"
#include "experiments/results/result_arrays.hpp"
#include "experiments/sources/external_files.hpp"
#include "experiments/sources/recording_file.hpp"
#include "experiments/sources/recurrent_recording.hpp"
#include "nn/data/source.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

/// The data of a run: read when they are first needed, once for all systems.
class RunData {
 public:
  RunData(const ExperimentConfig& config, DataPlan plan) : config_(config), plan_(std::move(plan)) {}

  /// Throws ConfigError if the configuration needs more samples than there are.
  const DataPair& get(Progress& progress);
  /// The same for recurrent networks: the sequences of the data set, or its two-dimensional samples row by row.
  const SequencePair& sequences(Progress& progress);

 private:
  const ExperimentConfig& config_;
  DataPlan plan_;
  std::optional<DataPair> data_;
  std::optional<SequencePair> sequences_;
};

/// Sizes of one layer of a system, known before any work; memory is estimated from them.
struct LayerSizes {
  std::map<std::string, double, std::less<>> samples;  ///< of each subset
  double inputs = 0;                                   ///< D
  double units = 0;                                    ///< K of the layer
  double classes = 0;                                  ///< C
  double parameters = 0;                               ///< weights and biases of the network
  double reading = 0;                                  ///< bytes of all samples of a recording, while it is read
  double times = 0;                                    ///< T if each time is analysed on its own: `samples` are of one

  bool is_wide() const { return units > NeuronSet::max_neurons; }
};

/// The activity of a layer on one subset. Of a feed-forward network, input is the class of each sample and output the
/// class with the largest output; only these have `network_output`, only recordings with an axis time and recurrent
/// networks `trial` and `time`, and only the latter `stimulus` and `accuracy` (RecurrentSamples).
struct LayerRecord : RecurrentSamples {
  RowMatrix<float> network_output;  ///< [N,C]
};

class System {
 public:
  /// A network. `files` and `data` must outlive it.
  System(const ExperimentConfig& config, const std::string& name, const ExternalFiles& files, RunData& data);
  /// A recording, which must outlive it.
  explicit System(const LoadedRecording& recording);

  const std::string& name() const { return name_; }
  std::string group() const { return (recording_ ? "recordings/" : "networks/") + name_; }
  /// The random stream of this system, derived from the seed and its name.
  const RandomStream& random() const { return random_; }
  /// All samples of a subset; with `time`, of a system that is analysed at each time, those at this one, [0,T).
  LayerRecord record(const ResultView& any, int layer, const std::string& subset, Progress& progress,
                     std::optional<std::size_t> time = {});

  /// Cuts of the values of all times, made once for all times: `make()` if there are none of this `name` yet.
  const RowMatrix<double>& cuts(const std::string& name, const std::function<RowMatrix<double>()>& make) {
    const auto found = cuts_.find(name);
    return found != cuts_.end() ? found->second : cuts_.emplace(name, make()).first->second;
  }

  /// Null if this is a network.
  const LoadedRecording* recording() const { return recording_; }

  // Of networks only.

  RunData& data() { return *data_; }
  /// Of a recurrent network: its settings, the file it was read from (null if it is trained), its symbols.
  const RecurrentConfig* recurrent() const { return recurrent_; }
  const RecurrentWeightFile* loaded_recurrent() const;
  const RecurrentSymbols& symbols(Progress& progress);
  RecurrentNetwork recurrent_network(const ResultView& any) const;

  /// The weights that were read; null if the network is trained.
  const LoadedWeights* loaded() const;

  /// The network in the results, kept after the first call; `system` is a view of any group of this system.
  const Mlp& network(const ResultView& any);

 private:
  std::string name_;
  const ExternalFiles* files_ = nullptr;
  RunData* data_ = nullptr;
  const LoadedRecording* recording_ = nullptr;
  RandomStream random_;
  std::optional<Mlp> mlp_;
  const ExperimentConfig* config_ = nullptr;
  const RecurrentConfig* recurrent_ = nullptr;
  std::optional<RecurrentSymbols> symbols_;
  std::optional<std::pair<std::string, RecurrentSamples>> samples_;  // of all times, between two of them
  std::optional<std::pair<int, FileArray>> array_;  // the array of a recording's layer, between two of its times
  std::map<std::string, RowMatrix<double>> cuts_;
};

/// The group `model` of a network's results, and the inverse, which throws DataError if layers are missing or do not
/// fit.
void put_network(const Mlp& network, ResultArrays& out);
Mlp network_from(const ResultView& model);
/// How values of the data became inputs of a network, from its results, which have nothing of it for bytes / 255.
InputScaling scaling_from(const ResultView& system);

}  // namespace inforelay
