// One experiment from start to end: data, folder, stages, results file, figures, summary.
#pragma once

#include <string>

#include "experiments/command_line.hpp"
#include "experiments/config.hpp"
#include "experiments/console.hpp"

namespace inforelay {

/// Runs what is not yet done and returns the summary. A run that is complete is only reported. Throws Error,
/// Interrupted.
std::string run_experiment(const ExperimentConfig& config, const CommandLine& line, Console& console);

/// What run_experiment would do: data, folder, stages with sets, bytes and estimated time.
std::string describe_plan(const ExperimentConfig& config, const CommandLine& line);

}  // namespace inforelay
