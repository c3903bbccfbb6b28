#include "experiments/sweep/sweep_page.hpp"

#include <nlohmann/json.hpp>

#include "core/config/tree.hpp"
#include "experiments/page/packed_array.hpp"
#include "experiments/page/run_page.hpp"

namespace inforelay {
namespace {

using nlohmann::json;

json run_data(const SweepPlan& plan, const SweepTable& table, std::size_t i, bool has_page) {
  const SweepRun& run = plan.runs[i];
  const RunOutcome& outcome = table.outcomes[i];
  json values = json::array();
  for (const ConfigNode& value : plan.points[run.point].values) values.push_back(to_yaml(value));
  json out{{"folder", run.folder},
           {"seed", run.seed},
           {"values", values},
           {"status", word_of(run_status_names, outcome.status)},
           {"message", outcome.message}};
  if (has_page && outcome.status == RunOutcome::Status::finished) out["page"] = run.folder + "/report.html";
  return out;
}

json metric_data(const NetworkMetric& metric, const MetricColumn& column) {
  const RowMatrix<double>& by_class = column.by_class;
  return {{"name", metric.name()},
          {"units", metric.units},
          {"mean", packed(column.mean)},
          {"by_class", packed(std::span(by_class.data(), static_cast<std::size_t>(by_class.size())),
                              {static_cast<std::size_t>(by_class.rows()), static_cast<std::size_t>(by_class.cols())})}};
}

}  // namespace

std::string sweep_page(const SweepPlan& plan, const SweepTable& table, const ExperimentResult& header,
                       const std::string& note) {
  const bool has_pages = plan.config.sweep->figures && plan.config.figures && plan.config.figures->page;
  json sweep{{"parameters", plan.parameters}, {"classes", table.classes}};
  sweep["metrics"] = json::array();
  sweep["runs"] = json::array();
  for (std::size_t m = 0; m < plan.metrics.size(); ++m)
    sweep["metrics"].push_back(metric_data(plan.metrics[m], table.metrics[m]));
  for (std::size_t i = 0; i < plan.runs.size(); ++i) sweep["runs"].push_back(run_data(plan, table, i, has_pages));
  return page_for(header, note, {{"sweep", std::move(sweep)}});
}

}  // namespace inforelay
