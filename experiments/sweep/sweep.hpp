// A sweep from start to end: folder, runs, table, figures, summary.
//
//   DIR/runs/NNNN-SLUG/   each run as a single run leaves it; stderr.log beside it while it has not finished
//   DIR/sweep.csv         a row for each run
//   DIR/results.h5, figures/, summary.txt, config.yaml, run.log   of the sweep
//   DIR/sweep.lock        held while a sweep works here
#pragma once

#include <string>

#include "core/error.hpp"
#include "experiments/command_line.hpp"
#include "experiments/console.hpp"
#include "experiments/sweep/plan.hpp"

namespace inforelay {

struct SweepEnd {
  std::string summary;
  ExitCode code = ExitCode::ok;  ///< ExitCode::sweep where a run failed or was not started
};

/// Runs what is not yet done, in processes of their own, and gathers all. Throws Error, Interrupted.
SweepEnd run_sweep(SweepPlan plan, const CommandLine& line, Console& console);

/// What run_sweep would do: points, runs, memory, estimated time.
std::string describe_sweep(const SweepPlan& plan, const CommandLine& line);

}  // namespace inforelay
