#include "experiments/sweep/collect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "experiments/results/results_file.hpp"
#include "experiments/run/experiment.hpp"
#include "experiments/run/run_directory.hpp"

namespace inforelay {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

ExperimentResult read_run(const std::filesystem::path& folder, const SweepRun& run) {
  try {
    return read_results(folder / run.folder / "results.h5");
  } catch (const DataError& error) {
    throw DataError(fmt::format("{}; without its folder it is computed again", error.what()));
  }
}

// Row `row` of a metric's column. The first values to come say how many classes there are.
void put(MetricColumn& column, std::size_t row, const std::vector<double>& values, std::size_t runs) {
  if (values.empty()) return;
  column.mean[row] = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  if (values.size() == 1) return;
  const auto classes = static_cast<Eigen::Index>(values.size());
  if (column.by_class.cols() == 0) {
    column.by_class = RowMatrix<double>::Constant(static_cast<Eigen::Index>(runs), classes, not_a_number);
  }
  if (column.by_class.cols() == classes) {
    column.by_class.row(static_cast<Eigen::Index>(row)) = Eigen::Map<const Eigen::RowVectorXd>(values.data(), classes);
  }
}

}  // namespace

bool is_finished(const SweepPlan& plan, const std::filesystem::path& folder, const SweepRun& run) {
  return holds_complete_run(folder / run.folder, prepare(plan.config_of(run)).identity());
}

std::size_t SweepTable::count(RunOutcome::Status status) const {
  return static_cast<std::size_t>(std::count_if(outcomes.begin(), outcomes.end(),
                                                [&](const RunOutcome& outcome) { return outcome.status == status; }));
}

SweepTable collect_sweep(const SweepPlan& plan, const std::filesystem::path& folder, std::vector<RunOutcome> outcomes,
                         const RunVisitor& visit, Progress& progress) {
  const std::size_t runs = plan.runs.size();
  SweepTable table;
  table.outcomes = std::move(outcomes);
  table.wall_seconds.assign(runs, not_a_number);
  table.metrics.resize(plan.metrics.size());
  for (MetricColumn& column : table.metrics) column.mean.assign(runs, not_a_number);
  for (std::size_t i = 0; i < runs; ++i) {
    progress.check();
    RunOutcome& outcome = table.outcomes[i];
    if (outcome.status != RunOutcome::Status::finished) continue;
    try {
      const ExperimentResult result = read_run(folder, plan.runs[i]);
      table.wall_seconds[i] = result.provenance.wall_seconds;
      for (std::size_t m = 0; m < plan.metrics.size(); ++m)
        put(table.metrics[m], i, values_of(result, plan.metrics[m]), runs);
      visit(plan.runs[i], result);
    } catch (const DataError& error) {
      outcome = {RunOutcome::Status::failed, error.what()};
    }
    progress.report(i + 1, runs);
  }
  return table;
}

}  // namespace inforelay
