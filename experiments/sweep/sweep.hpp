// A sweep from start to end: folder, runs, table, figures, summary.
//
//   DIR/runs/NNNN-SLUG/   each run as a single run leaves it; stderr.log beside it while it has not finished
//   DIR/sweep.csv         a row for each run
//   DIR/results.h5, figures/, summary.txt, config.yaml, run.log   of the sweep
//   DIR/status.json, lock.N.json   as in a single run
#pragma once

#include <string>

#include "experiments/reports/console.hpp"
#include "experiments/run/command_line.hpp"
#include "experiments/run/experiment.hpp"
#include "experiments/sweep/plan.hpp"

namespace inforelay {

/// Starts the runs that are not yet complete as processes of their own, and collects the results of all;
/// ExitCode::sweep if a run failed or was not started. Throws Error, Interrupted.
RunReport run_sweep(SweepPlan plan, const CommandLine& line, Console& console);

/// The text of --dry-run: points, runs, memory.
std::string describe_sweep(const SweepPlan& plan, const CommandLine& line);

}  // namespace inforelay
