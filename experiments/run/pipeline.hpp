// Computes the stages of a run one after the other, and keeps what is done in the run's folder.
#pragma once

#include <string>

#include "core/files/stage_store.hpp"
#include "experiments/reports/console.hpp"
#include "experiments/results/results_file.hpp"
#include "experiments/run/resolve.hpp"
#include "experiments/run/run_directory.hpp"

namespace inforelay {

/// Computes every stage of `run`, or reads it back if an earlier start has finished it. Each finished stage is written
/// to a file of its own in the folder, in the form that it has in results.h5; long stages also keep unfinished work.
/// Each file names by a digest what it was computed from (all earlier stages of the same network), so that results of
/// different computations are never joined.
///
/// Returns arrays, stage times and networks; provenance is the caller's. Throws Error; Interrupted if the console says
/// so: what was finished, and what a long stage had by then, are then in the folder.
ExperimentResult run_stages(const ResolvedExperiment& run, const RunDirectory& directory, Console& console);

}  // namespace inforelay
