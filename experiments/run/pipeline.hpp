// An experiment from configuration to results: the stages, their order, and what is kept between starts.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/files/hdf5_file.hpp"
#include "core/files/stage_store.hpp"
#include "core/sets/subset_scan.hpp"
#include "experiments/config/config.hpp"
#include "experiments/reports/console.hpp"
#include "experiments/results/results.hpp"
#include "experiments/run/estimate.hpp"
#include "experiments/run/run_directory.hpp"
#include "experiments/sources/external_files.hpp"
#include "nn/data/source.hpp"

namespace inforelay {

/// How a pipeline keeps what it has computed.
struct PipelineOptions {
  std::string run;  ///< identity of the run: files of others are not used
  SaveInterval save_interval{};
};

/// The stages of one experiment. Each finished stage is written to a file of its own in the run's folder, in the form
/// that it has in results.h5; a later start reads it back in place of computing it. Long stages also keep what they
/// have while they are unfinished. Each file names what it was computed from by its digest (all earlier stages of the
/// same network), so that results of different computations are never joined.
class Pipeline {
 public:
  /// `plan` is what data will be used, which are not read yet; `inputs` what read_external_files(config) has read;
  /// `tables` whether the values of all sets are kept beside their summaries.
  Pipeline(const ExperimentConfig& config, const DataPlan& plan, const ExternalFiles& inputs, AllSetsTable tables);

  /// What would be done, in order.
  std::vector<StageEstimate> estimates() const;

  /// Runs, or reads back, every stage. Throws Interrupted when the console says so; what was finished, and what a long
  /// stage had by then, are then in the folder.
  ExperimentResult run(const RunDirectory& directory, const PipelineOptions& options, Console& console);

 private:
  using Compute = std::function<void(StageStore&, Progress&)>;

  struct Stage {
    std::size_t network;  // number of the network that it is about
    std::string id;       // of its files
    StageEstimate estimate;
    Compute compute;
    std::function<void(Hdf5Writer&)> save;
    std::function<void(const Hdf5Reader&)> load;
  };

  void add_network(std::size_t index);
  void add_stage(std::size_t network, std::string id, std::string label, WorkEstimate cost, Compute compute,
                 std::function<void(Hdf5Writer&)> save, std::function<void(const Hdf5Reader&)> load);
  void compute_stage(const Stage& stage, StageStore& files, Console& console) const;
  const DataPair& data(Progress& progress);

  const ExperimentConfig& config_;
  DataPlan plan_;
  const ExternalFiles& inputs_;
  AllSetsTable tables_;
  std::optional<DataPair> data_;
  ExperimentResult result_;
  std::vector<Stage> stages_;
};

}  // namespace inforelay
