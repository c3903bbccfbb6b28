// One experiment from start to end: data, folder, stages, results file, figures, summary.
#pragma once

#include <functional>
#include <string>

#include "core/error.hpp"
#include "core/sets/subset_scan.hpp"
#include "experiments/config/config.hpp"
#include "experiments/reports/console.hpp"
#include "experiments/results/results.hpp"
#include "experiments/run/command_line.hpp"
#include "experiments/run/run_directory.hpp"
#include "experiments/sources/external_files.hpp"
#include "nn/data/source.hpp"

namespace inforelay {

/// What a run or a sweep that came to its end has to say.
struct RunReport {
  std::string summary;
  ExitCode code = ExitCode::ok;  ///< or reproduction: a published value was not met; or sweep
  std::string failure{};         ///< of ExitCode::sweep: how many runs failed
};

/// Runs what is not yet done. A run that is complete is only reported. Throws Error, Interrupted.
RunReport run_experiment(const ExperimentConfig& config, const CommandLine& line, Console& console);

// What single runs and sweeps share.

/// A configuration with its weight files and reference tables loaded. The data set is located but not read.
struct PreparedExperiment {
  ExperimentConfig config;  ///< completed by read_external_files()
  ExternalFiles inputs;
  DataPlan data;
  AllSetsTable tables = AllSetsTable::keep;  ///< of all sets; by analysis.tables and the memory allowed

  /// What a run's folder belongs to, as run_hash: all of the configuration but the places of files, whose content
  /// counts instead, what is written besides the results, and the memory allowed.
  std::string identity() const;
};
/// Throws as read_external_files() and plan_data().
PreparedExperiment prepare(ExperimentConfig config, Progress& progress = Progress::none());

/// --output, or runs/NAME-IDENTITY.
std::filesystem::path folder_for(const ExperimentConfig& config, const CommandLine& line, const std::string& identity);
/// The summary of a complete run.
std::string read_summary(const RunDirectory& directory);
/// All but wall_seconds.
RunProvenance provenance_of(const ExperimentConfig& config, const CommandLine& line, const DataPlan& plan);
/// "2 threads", of several ranks() "16 ranks, the first with 2 threads"
std::string threads_text(int threads);
/// What is said while a folder is taken goes to `console`, which each beat keeps up to date.
LockOptions lock_options(Console& console);
/// "download of MNIST"
std::string download_stage(const DataPlan& plan);

/// Does `work` while the console writes log and status in `directory`, which is held; how it ends is the last status.
RunReport in_open_folder(const RunDirectory& directory, const std::string& name, Console& console,
                         const std::function<RunReport()>& work);

}  // namespace inforelay
