// Computes the stages of a run one after the other, and keeps finished ones in the folder of the run.
#pragma once

#include "core/files/stage_store.hpp"
#include "experiments/reports/console.hpp"
#include "experiments/results/results_file.hpp"
#include "experiments/run/resolve.hpp"
#include "experiments/run/run_directory.hpp"

namespace inforelay {

/// Computes every stage of `run`, or reads it back if an earlier start has finished it. Each finished stage is written
/// to a file of its own in the folder, in the form that it has in results.h5; long stages also keep unfinished work.
/// Each file has a digest of its input (all earlier stages of the same network), so that results of different
/// computations are never combined.
///
/// Returns arrays, stage times and networks; the caller adds the provenance. Throws Error; Interrupted if the console
/// requests a stop, after finished stages and the intermediate state of a long one have been saved.
ExperimentResult run_stages(const ResolvedExperiment& run, const RunDirectory& directory, Console& console);

}  // namespace inforelay
