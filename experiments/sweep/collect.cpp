#include "experiments/sweep/collect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "experiments/run/resolve.hpp"
#include "experiments/run/run_directory.hpp"

namespace inforelay {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

ExperimentResult read_run(const std::filesystem::path& folder, const SweepRun& run) {
  try {
    return read_results(folder / run.folder / "results.h5", ReadTables::no);
  } catch (const DataError& error) {
    throw DataError(fmt::format("{}; without its folder it is computed again", error.what()));
  }
}

// Row `row` of a metric's column; nothing if this run does not compute it. Values by class are kept if the run has the
// classes of the first one.
void put(const ExperimentResult& result, const NetworkMetric& metric, std::size_t row, SweepTable& table,
         MetricColumn& column) {
  std::vector<double> values;
  try {
    values = values_of(metric, result);
  } catch (const UsageError&) {
    return;
  }
  column.mean[row] = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  if (values.size() == 1) return;
  const std::vector<std::string>& classes = result.system(metric.network).texts("class");
  if (table.classes.empty()) table.classes = classes;
  if (table.classes != classes || values.size() != classes.size()) return;
  const auto rows = static_cast<Eigen::Index>(column.mean.size()), count = static_cast<Eigen::Index>(classes.size());
  if (column.by_class.cols() == 0) column.by_class = RowMatrix<double>::Constant(rows, count, not_a_number);
  column.by_class.row(static_cast<Eigen::Index>(row)) = Eigen::Map<const Eigen::RowVectorXd>(values.data(), count);
}

}  // namespace

bool is_finished(const SweepPlan& plan, const std::filesystem::path& folder, const SweepRun& run) {
  return holds_complete_run(folder / run.folder, ResolvedExperiment(plan.config_of(run)).identity());
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
      for (std::size_t m = 0; m < plan.metrics.size(); ++m) put(result, plan.metrics[m], i, table, table.metrics[m]);
      visit(plan.runs[i], result);
    } catch (const DataError& error) {
      outcome = {RunOutcome::Status::failed, error.what()};
    }
    progress.report(i + 1, runs);
  }
  return table;
}

}  // namespace inforelay
