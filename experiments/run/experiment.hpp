// One experiment from start to end: files, data, folder, stages, comparison, results file, figures, summary.
#pragma once

#include "experiments/config/config.hpp"
#include "experiments/reports/console.hpp"
#include "experiments/run/command_line.hpp"
#include "experiments/run/session.hpp"

namespace inforelay {

/// Starts or resumes a run; a complete run is only reported. Throws Error, Interrupted.
RunReport run_experiment(const ExperimentConfig& config, const CommandLine& line, Console& console);

}  // namespace inforelay
