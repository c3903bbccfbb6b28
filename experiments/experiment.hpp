// One experiment from start to end: data, folder, stages, results file, figures, summary.
#pragma once

#include <string>

#include "core/error.hpp"
#include "experiments/command_line.hpp"
#include "experiments/config.hpp"
#include "experiments/console.hpp"

namespace inforelay {

/// What a run that came to its end has to say.
struct RunReport {
  std::string summary;
  ExitCode code = ExitCode::ok;  ///< or reproduction: a published value was not met
};

/// Runs what is not yet done. A run that is complete is only reported. Throws Error, Interrupted.
RunReport run_experiment(ExperimentConfig config, const CommandLine& line, Console& console);

/// What run_experiment would do: data, folder, stages with sets, bytes and estimated time. Weight files are read.
std::string describe_plan(ExperimentConfig config, const CommandLine& line);

}  // namespace inforelay
