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
#include "nn/data/source.hpp"

namespace inforelay {

/// The most memory that a run holds at once, and the stage in which it does.
struct MemoryPeak {
  double bytes = 0;
  std::string stage;
};

/// Bytes that a run may take: max_memory, else those of this machine.
double memory_limit(const ExperimentConfig& config);

class ResolvedExperiment {
 public:
  /// Reads the files that `config` names (not the data, which are only located) and plans the stages. Throws Error if a
  /// file is missing, damaged or does not fit the configuration; Interrupted.
  explicit ResolvedExperiment(ExperimentConfig config, Progress& progress = Progress::none());
  ResolvedExperiment(const ResolvedExperiment&) = delete;
  ResolvedExperiment& operator=(const ResolvedExperiment&) = delete;

  const ExperimentConfig& config() const { return config_; }  ///< completed from the files
  const ExternalFiles& files() const { return files_; }
  const PublishedTables& published() const { return published_; }
  const std::vector<Stage>& stages() const { return stages_; }
  const DataPlan& data() const { return data_; }
  /// Once they are fetched.
  void set_data(DataPlan data) { data_ = std::move(data); }
  /// Whether the values of all sets are kept beside their statistics: by analysis.tables and the memory allowed.
  AllSetsTable tables() const { return tables_; }

  /// What a run's folder belongs to, as run_hash: all of the configuration but the places of files, whose content
  /// counts instead, what is written besides the results, and the memory allowed.
  std::string identity() const;

  /// All that takes memory, in order: data, stages, results file. `threads`: each brings its own working memory.
  MemoryPeak peak(int threads, int ranks = 1) const { return peak_with(tables_, threads, ranks); }
  /// If tables are left out because they do not fit: a sentence about it. Else "".
  std::string tables_note() const;
  /// Throws UsageError if the run would take more than memory_limit(): with the stage, its bytes, the bound and what
  /// can be changed. `run`: of a sweep, which one; else empty.
  void check_memory(int threads, int ranks, const std::string& run = "") const;

 private:
  DataSizes sizes() const { return data_.source->sizes(data_.options); }
  MemoryPeak peak_with(AllSetsTable tables, int threads, int ranks) const;
  AllSetsTable choose_tables() const;
  std::string without_tables(int threads, int ranks) const;

  ExperimentConfig config_;
  ExternalFiles files_;
  PublishedTables published_;
  DataPlan data_;
  std::vector<Stage> stages_;
  AllSetsTable tables_ = AllSetsTable::keep;
};

/// What run_experiment would do: data, folder, stages with sets and bytes.
std::string describe_run(const ExperimentConfig& config, const CommandLine& line);

}  // namespace inforelay
