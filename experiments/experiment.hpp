// One experiment from start to end: data, folder, stages, results file, figures, summary.
#pragma once

#include <string>

#include "experiments/command_line.hpp"
#include "experiments/config.hpp"
#include "experiments/console.hpp"
#include "experiments/results.hpp"
#include "experiments/run_directory.hpp"
#include "nn/data/source.hpp"

namespace inforelay {

/// Runs what is not yet done and returns the summary. A run that is complete is only reported. Throws Error,
/// Interrupted.
std::string run_experiment(const ExperimentConfig& config, const CommandLine& line, Console& console);

/// What run_experiment would do: data, folder, stages with sets, bytes and estimated time.
std::string describe_plan(const ExperimentConfig& config, const CommandLine& line);

// What single runs and sweeps share.

/// The data that `config` will use; nothing is read yet.
DataPlan plan_for(const ExperimentConfig& config);
/// What a run's folder belongs to, as run_hash: all of the configuration but the place of the data, whose content
/// counts instead.
std::string identity_of(ExperimentConfig config, const DataPlan& plan);
/// --output, or runs/NAME-IDENTITY.
std::filesystem::path folder_for(const ExperimentConfig& config, const CommandLine& line, const std::string& identity);
/// The summary of a complete run.
std::string read_summary(const RunDirectory& directory);
/// All but wall_seconds.
RunProvenance provenance_of(const ExperimentConfig& config, const CommandLine& line, const DataPlan& plan);
/// "120 MB"
std::string bytes_text(double bytes);

}  // namespace inforelay
