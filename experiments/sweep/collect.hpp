// The results of a sweep's runs, read back one at a time, and the table of metrics made of them.
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

/// Does the run's folder, in that of the sweep, hold its complete results?
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

/// What else is to be gathered from a run's results.
using RunVisitor = std::function<void(const SweepRun&, const ExperimentResult&)>;

/// Gathers the metrics of the runs that `outcomes` calls finished, in their order, and shows each to `visit`; the
/// results of one are in memory at a time, without the values of all sets. A run whose results cannot be read counts as
/// failed.
SweepTable collect_sweep(const SweepPlan& plan, const std::filesystem::path& folder, std::vector<RunOutcome> outcomes,
                         const RunVisitor& visit, Progress& progress);

}  // namespace inforelay
