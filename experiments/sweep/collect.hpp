// Reads the results of the runs of a sweep, one at a time, and collects their metrics in a table.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "experiments/results/results_file.hpp"
#include "experiments/sweep/plan.hpp"
#include "experiments/sweep/runner.hpp"

namespace inforelay {

/// True if the folder of the run, below that of the sweep, holds its complete results.
bool is_finished(const SweepPlan& plan, const std::filesystem::path& folder, const SweepRun& run);

/// A metric over all R runs; NaN if a run has no value.
struct MetricColumn {
  std::vector<double> mean;    ///< [R] over the classes, NaN if one has no value; or the value itself
  RowMatrix<double> by_class;  ///< [R,C]; [R,0] if it belongs to the network as a whole
};

struct SweepTable {
  std::vector<RunOutcome> outcomes;   ///< [R]
  std::vector<double> wall_seconds;   ///< [R] of its stages, over all starts; NaN if it did not finish
  std::vector<MetricColumn> metrics;  ///< as SweepPlan::metrics
  std::vector<std::string> classes;   ///< [C] names; none if no run has finished

  std::size_t count(RunOutcome::Status status) const;
};

/// Collects anything else from the results of a run.
using RunVisitor = std::function<void(const SweepRun&, const ExperimentResult&)>;

/// Collects the metrics of all finished runs in order, and calls `visit` with the results of each. Only the results of
/// one run are in memory at a time, without tables of all sets. A run whose results cannot be read counts as failed.
SweepTable collect_sweep(const SweepPlan& plan, const std::filesystem::path& folder, std::vector<RunOutcome> outcomes,
                         const RunVisitor& visit, Progress& progress);

}  // namespace inforelay
