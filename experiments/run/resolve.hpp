// A configuration with everything that it names: weight files and published tables read, data located, stages planned.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/progress.hpp"
#include "experiments/compare/published.hpp"
#include "experiments/config/config.hpp"
#include "experiments/run/command_line.hpp"
#include "experiments/run/stages.hpp"
#include "experiments/sources/external_files.hpp"
#include "experiments/sources/recording_file.hpp"
#include "nn/data/source.hpp"

namespace inforelay {

/// The most memory that a run holds at once, and the stage in which it does.
struct MemoryPeak {
  double bytes = 0;
  std::string stage;
};

/// Bytes that a run may take: memory_limit(max_memory) of core/process/memory.hpp.
double memory_limit(const ExperimentConfig& config);
/// The same with what bounds them: "8.00 GB of max_memory".
std::string memory_limit_text(const ExperimentConfig& config);

class ResolvedExperiment {
 public:
  /// Reads the files that `config` names (not the data, which are only located) and plans the stages. Throws Error if a
  /// file is missing, damaged or does not fit the configuration; Interrupted.
  explicit ResolvedExperiment(ExperimentConfig config, Progress& progress = Progress::none());
  ResolvedExperiment(const ResolvedExperiment&) = delete;
  ResolvedExperiment& operator=(const ResolvedExperiment&) = delete;

  const ExperimentConfig& config() const { return config_; }  ///< with layers and activations from the weight files
  const ExternalFiles& files() const { return files_; }
  const std::vector<LoadedRecording>& recordings() const { return recordings_; }
  const PublishedTables& published() const { return published_; }
  const std::vector<Stage>& stages() const { return stages_; }
  const DataPlan& data() const { return data_; }
  /// To be called after a download.
  void set_data(DataPlan data) { data_ = std::move(data); }
  /// Whether the values of all sets are kept in addition to their statistics; depends on analysis.tables and
  /// max_memory.
  AllSetsTable tables() const { return tables_; }

  /// run_hash of the run: of its configuration without name, figures, max_memory, weights_out and the paths of files,
  /// and of the content of these files.
  std::string identity() const;

  /// Includes data, stages and results; each of the `threads` has working memory of its own.
  MemoryPeak peak(int threads, int ranks = 1) const { return peak_with(tables_, threads, ranks); }
  /// A sentence about tables that are left out because they do not fit; "" if they are not.
  std::string tables_note() const;
  /// A sentence about measures and figures of units of two levels, if units have more; "" if they have not.
  std::string levels_note() const;
  /// Throws UsageError if the run would need more than memory_limit(), with stage, bytes, limit and the settings to
  /// change. `run`: name of a run of a sweep.
  void check_memory(int threads, int ranks, const std::string& run = "") const;

 private:
  DataSizes sizes() const { return data_.sizes(); }
  MemoryPeak peak_with(AllSetsTable tables, int threads, int ranks) const;
  AllSetsTable choose_tables() const;
  std::string without_tables(int threads, int ranks) const;

  ExperimentConfig config_;
  ExperimentConfig network_config_;  ///< what applies to networks: without subsets that only recordings have
  ExternalFiles files_;
  std::vector<LoadedRecording> recordings_;
  PublishedTables published_;
  DataPlan data_;
  std::vector<Stage> stages_;
  AllSetsTable tables_ = AllSetsTable::keep;
};

/// The text of --dry-run: data, folder, stages with sets and bytes.
std::string describe_run(const ExperimentConfig& config, const CommandLine& line);

}  // namespace inforelay
