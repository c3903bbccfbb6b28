// An experiment from configuration to results: the stages, their order, and what is kept between starts.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/hdf5_file.hpp"
#include "experiments/config.hpp"
#include "experiments/console.hpp"
#include "experiments/estimate.hpp"
#include "experiments/inputs.hpp"
#include "experiments/results.hpp"
#include "experiments/run_directory.hpp"
#include "nn/data/source.hpp"

namespace inforelay {

/// The stages of one experiment. Each finished stage is written to a file of its own in the run's folder, in the form
/// that it has in results.h5; a later start reads it back in place of computing it.
class Pipeline {
 public:
  /// `plan` is what data will be used, which are not read yet; `inputs` what read_inputs(config) has read.
  Pipeline(const ExperimentConfig& config, const DataPlan& plan, const ExperimentInputs& inputs);

  /// What would be done, in order.
  std::vector<StageEstimate> estimates() const;

  /// Runs, or reads back, every stage. Throws Interrupted when the console says so; what was finished, and the state of
  /// an unfinished training, are then in the folder.
  ExperimentResult run(const RunDirectory& directory, Console& console);

 private:
  struct Stage {
    std::string id;  // of its file
    StageEstimate estimate;
    std::function<void(Progress&)> compute;
    std::function<void(Hdf5Writer&)> save;
    std::function<void(const Hdf5Reader&)> load;
  };

  void add_network(std::size_t index);
  void add_stage(std::string id, std::string label, WorkEstimate cost, std::function<void(Progress&)> compute,
                 std::function<void(Hdf5Writer&)> save, std::function<void(const Hdf5Reader&)> load);
  void compute_stage(const Stage& stage, Console& console) const;
  bool load_stage(const Stage& stage, StageTime& time, Console& console) const;
  const DataPair& data(Progress& progress);

  const ExperimentConfig& config_;
  DataPlan plan_;
  const ExperimentInputs& inputs_;
  std::optional<DataPair> data_;
  const RunDirectory* directory_ = nullptr;
  ExperimentResult result_;
  std::vector<Stage> stages_;
};

}  // namespace inforelay
