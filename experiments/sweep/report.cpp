#include "experiments/sweep/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/config/tree.hpp"
#include "core/files/hdf5_file.hpp"
#include "core/statistics/statistics.hpp"
#include "core/text/csv_table.hpp"
#include "core/text/labels.hpp"
#include "core/text/unit_text.hpp"
#include "experiments/results/record_arrays.hpp"
#include "experiments/sweep/measure_family.hpp"
#include "experiments/sweep/parameters.hpp"

namespace inforelay {
namespace {

std::string number_text(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

// The data of each run in /sweep in addition to values and metrics.
struct RunRecord {
  std::string folder, status, message;
  std::int64_t point = 0, seed = 0;
  double wall_seconds = 0;
};

const RecordArrays<RunRecord>& run_arrays() {
  static const RecordArrays<RunRecord> arrays{
      "run",
      {{"folder", "text", "folder of the run", &RunRecord::folder},
       {"status", "text", "finished, failed or not started", &RunRecord::status},
       {"message", "text", "last error of a failed run", &RunRecord::message},
       {"point", "1", "number of the combination of values", &RunRecord::point},
       {"seed", "1", "seed of the run", &RunRecord::seed},
       {"wall_seconds", "s", "wall-clock time of the run's stages, over all starts", &RunRecord::wall_seconds}}};
  return arrays;
}

ResultArray array_of_runs(const std::string& units, const std::string& about, const std::vector<double>& values) {
  const RowMatrix<double> row =
      Eigen::Map<const Eigen::RowVectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
  return {units, about, {"run"}, {values.size()}, row};
}

// The swept values of one parameter: numbers if all are, else YAML.
ResultArray parameter_array(const SweepPlan& plan, std::size_t parameter) {
  const std::string about = "value of " + plan.parameters[parameter];
  std::vector<std::string> texts;
  std::vector<double> numbers;
  for (const SweepRun& run : plan.runs) {
    const ConfigNode& value = plan.points[run.point].values[parameter];
    texts.push_back(to_yaml(value));
    if (const auto number = number_of(value)) numbers.push_back(*number);
  }
  if (numbers.size() == texts.size()) return array_of_runs("1", about, numbers);
  return {"text", about + ", YAML", {"run"}, {texts.size()}, std::move(texts)};
}

// The group /sweep.
ResultArrays sweep_arrays(const SweepPlan& plan, const SweepTable& table) {
  static const std::vector<ArrayInfo> infos = run_arrays().infos();
  ResultArrays out(infos);
  std::vector<RunRecord> runs;
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const SweepRun& run = plan.runs[i];
    runs.push_back({run.folder, std::string(word_of(run_status_names, table.outcomes[i].status)),
                    table.outcomes[i].message, static_cast<std::int64_t>(run.point + 1), run.seed,
                    table.wall_seconds[i]});
  }
  run_arrays().put(runs, out);
  out.put_scale("run", counting(1, runs.size()), "number of the run");
  if (!table.classes.empty()) out.put_scale("class", table.classes, "class");
  for (std::size_t p = 0; p < plan.parameters.size(); ++p)
    out.put_array("parameters/" + plan.parameters[p], parameter_array(plan, p));
  std::vector<std::string> names;
  for (std::size_t m = 0; m < plan.metrics.size(); ++m) {
    const NetworkMetric& metric = plan.metrics[m];
    const RowMatrix<double>& by_class = table.metrics[m].by_class;
    names.push_back(metric.name());
    out.put_array(
        "metrics/" + names[m],
        array_of_runs(metric.units,
                      metric.about + (by_class.cols() > 0 ? "; mean over classes, NaN if one has no value" : ""),
                      table.metrics[m].mean));
    if (by_class.cols() == 0) continue;
    out.put_array("by_class/" + names[m],
                  {metric.units, metric.about, {"run", "class"}, {runs.size(), table.classes.size()}, by_class});
  }
  out.put_attribute("", "parameters", plan.parameters);
  out.put_attribute("", "metrics", names);
  return out;
}

// The interval of a few runs is from the least to the greatest value.
std::pair<double, double> interval_of(const Spread& runs) {
  if (runs.count < fewest_for_quantiles) return {runs.least, runs.greatest};
  return {runs.low, runs.high};
}

// "min", "max" of so many runs.
std::pair<std::string, std::string> interval_names(std::size_t runs) {
  if (runs < fewest_for_quantiles) return {"min", "max"};
  return {"5 %", "95 %"};
}

// What a table with such intervals leaves to be said: points with fewer values than runs.
std::string interval_note(std::size_t runs) {
  if (runs < fewest_for_quantiles) return "";
  return fmt::format("; of fewer than {} values min, max", fewest_for_quantiles);
}

// For replicates only: a row for each metric.
std::string metrics_table(const SweepPlan& plan, const SweepTable& table) {
  const auto [low, high] = interval_names(plan.runs.size());
  std::string text = fmt::format("\nMeans over classes, of all seeds{}.\n", interval_note(plan.runs.size()));
  text += fmt::format("{:<40} {:>5} {:>10} {:>10} {:>10}\n", "metric", "runs", "median", low, high);
  for (std::size_t m = 0; m < plan.metrics.size(); ++m) {
    const Spread all = spread(table.metrics[m].mean);
    text += fmt::format("{:<40} {:>5}", plan.metrics[m].name(), all.count);
    if (all.count > 0)
      text +=
          fmt::format(" {:>10.5g} {:>10.5g} {:>10.5g}", all.median, interval_of(all).first, interval_of(all).second);
    text += '\n';
  }
  return text;
}

constexpr std::size_t screen = 80;  // columns

Spread spread_at(const SweepPlan& plan, const MetricColumn& metric, std::size_t point) {
  const std::size_t replicates = plan.runs.size() / plan.points.size();
  const auto begin = metric.mean.begin() + static_cast<std::ptrdiff_t>(point * replicates);
  return spread({begin, begin + static_cast<std::ptrdiff_t>(replicates)});
}

// What a metric has over the seeds of a point: "0.5", "0.5 [0.4, 0.6]", or "-".
std::string cell_text(const SweepPlan& plan, const MetricColumn& metric, std::size_t point) {
  const Spread runs = spread_at(plan, metric, point);
  if (runs.count == 0) return "-";
  if (runs.count == 1) return fmt::format("{:.5g}", runs.median);
  const auto [low, high] = interval_of(runs);
  return fmt::format("{:.5g} [{:.5g}, {:.5g}]", runs.median, low, high);
}

// Measures of importance: a row for each, a column for each point, if the screen has room for them; else "". Adds the
// metrics that it shows to `shown`.
std::string families_table(const SweepPlan& plan, const SweepTable& table, std::vector<std::size_t>& shown) {
  std::string text;
  const std::size_t points = plan.points.size();
  for (const MeasureFamily& family : measure_families(plan)) {
    std::size_t names = 0;
    for (const std::string& measure : family.measures) names = std::max(names, measure.size());
    const bool wide = names + 7 * points <= screen;
    const int width = wide ? 7 : 6, digits = wide ? 3 : 2;
    if (names + 6 * points > screen) continue;
    text += fmt::format("\n{}_*: {}\n{:>{}}", family.name, family.quantity, "", names);
    for (std::size_t point = 0; point < points; ++point) text += fmt::format("{:>{}}", point + 1, width);
    text += '\n';
    for (std::size_t i = 0; i < family.measures.size(); ++i) {
      text += fmt::format("{:<{}}", family.measures[i], names);
      for (std::size_t point = 0; point < points; ++point) {
        const Spread runs = spread_at(plan, table.metrics[family.metrics[i]], point);
        text +=
            runs.count == 0 ? fmt::format("{:>{}}", "-", width) : fmt::format("{:>{}.{}f}", runs.median, width, digits);
      }
      text += '\n';
    }
    shown.insert(shown.end(), family.metrics.begin(), family.metrics.end());
  }
  if (text.empty()) return text;
  std::vector<std::string> labels;
  for (std::size_t point = 0; point < points; ++point) labels.push_back(plan.short_values_text(point));
  labels = distinct_labels(labels, screen - 6);
  std::string legend = fmt::format("\nMeasures of importance: means over classes{}, at these points.\n",
                                   plan.runs.size() > points ? ", medians over seeds" : "");
  for (std::size_t point = 0; point < points; ++point) legend += fmt::format("{:>4}  {}\n", point + 1, labels[point]);
  return legend + text;
}

// Columns of the longest of these texts, of these metrics and the first points.
std::size_t cell_width(const SweepPlan& plan, const SweepTable& table, const std::vector<std::size_t>& metrics,
                       std::size_t points) {
  std::size_t width = 8;
  for (const std::size_t m : metrics) {
    for (std::size_t point = 0; point < points; ++point)
      width = std::max(width, cell_text(plan, table.metrics[m], point).size());
  }
  return width;
}

// The label of each of the first points, as long as the screen has room beside one cell.
std::vector<std::string> point_labels(const SweepPlan& plan, std::size_t points, std::size_t width) {
  std::vector<std::string> texts;
  for (std::size_t point = 0; point < points; ++point) texts.push_back(plan.short_values_text(point));
  return distinct_labels(texts, screen - width - 2);
}

// A row for each point; from the metric number `first` of `metrics` on as many as fit side by side. The name of a
// single one may begin above the labels. Sets `first` to the next one.
std::string points_table(const SweepPlan& plan, const SweepTable& table, const std::vector<std::size_t>& metrics,
                         std::size_t& first, const std::vector<std::string>& labels, std::size_t width) {
  const auto name = [&](std::size_t i) { return plan.metrics[metrics[i]].name(); };
  std::size_t label_width = 0, last = first + 1;
  for (const std::string& label : labels) label_width = std::max(label_width, character_count(label));
  for (std::size_t wider = std::max(width, name(first).size()); last < metrics.size(); ++last) {
    wider = std::max(wider, name(last).size());
    if (label_width + (last + 1 - first) * (wider + 2) > screen) break;
    width = wider;
  }
  std::string text = fmt::format("\n{:>{}}", name(first), label_width + 2 + width);
  for (std::size_t i = first + 1; i < last; ++i) text += fmt::format("  {:>{}}", name(i), width);
  text += '\n';
  for (std::size_t point = 0; point < labels.size(); ++point) {
    text += labels[point] + std::string(label_width - character_count(labels[point]), ' ');
    for (std::size_t i = first; i < last; ++i)
      text += fmt::format("  {:>{}}", cell_text(plan, table.metrics[metrics[i]], point), width);
    text += '\n';
  }
  first = last;
  return text;
}

std::string points_tables(const SweepPlan& plan, const SweepTable& table) {
  constexpr std::size_t most_points = 30, most_lines = 80;
  const std::size_t shown = std::min(plan.points.size(), most_points);
  const std::size_t most_blocks = std::max<std::size_t>(1, most_lines / (shown + 2));
  std::vector<std::size_t> in_families, metrics;
  const std::string families = families_table(plan, table, in_families);
  for (std::size_t m = 0; m < plan.metrics.size(); ++m) {
    if (std::find(in_families.begin(), in_families.end(), m) == in_families.end()) metrics.push_back(m);
  }
  if (metrics.empty()) return families;
  const std::size_t width = cell_width(plan, table, metrics, shown);
  const std::vector<std::string> labels = point_labels(plan, shown, width);
  const std::size_t replicates = plan.runs.size() / plan.points.size();
  const auto [low, high] = interval_names(replicates);
  std::string text = families + "\nMeans over classes";
  if (replicates > 1) text += fmt::format("; over seeds: median [{}, {}]{}", low, high, interval_note(replicates));
  text += ".\n";
  if (shown > 0 && labels.front() != plan.short_values_text(0))
    text += "Labels are shortened; sweep.csv has all values of each point by its number.\n";
  std::size_t m = 0;
  for (std::size_t block = 0; block < most_blocks && m < metrics.size(); ++block)
    text += points_table(plan, table, metrics, m, labels, width);
  if (shown < plan.points.size()) text += fmt::format("... and {} more points\n", plan.points.size() - shown);
  if (m < metrics.size()) text += fmt::format("... and {} more metrics\n", metrics.size() - m);
  return text;
}

std::string failures(const SweepPlan& plan, const SweepTable& table) {
  constexpr std::size_t most = 20;
  std::string text;
  std::size_t count = 0;
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    if (table.outcomes[i].status != RunOutcome::Status::failed || ++count > most) continue;
    text += fmt::format("FAILED {} ({}): {}\n", plan.runs[i].folder, plan.label_of(plan.runs[i]),
                        table.outcomes[i].message);
  }
  if (count > most) text += fmt::format("... and {} more failures\n", count - most);
  return text.empty() ? text : "\n" + text;
}

}  // namespace

std::string sweep_csv(const SweepPlan& plan, const SweepTable& table) {
  std::vector<std::string> header{"run", "folder", "point", "replicate", "seed"};
  header.insert(header.end(), plan.parameters.begin(), plan.parameters.end());
  header.insert(header.end(), {"status", "message", "wall_seconds"});
  for (const NetworkMetric& metric : plan.metrics) header.push_back(metric.name());
  CsvTable csv(header);
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const SweepRun& run = plan.runs[i];
    std::vector<std::string> row{fmt::format("{}", run.number), run.folder, fmt::format("{}", run.point + 1),
                                 fmt::format("{}", run.replicate), fmt::format("{}", run.seed)};
    for (const ConfigNode& value : plan.points[run.point].values) row.push_back(to_yaml(value));
    row.emplace_back(word_of(run_status_names, table.outcomes[i].status));
    row.push_back(table.outcomes[i].message);
    row.push_back(number_text(table.wall_seconds[i]));
    for (const MetricColumn& metric : table.metrics) row.push_back(number_text(metric.mean[i]));
    csv.row_of(row);
  }
  return csv.text();
}

void write_sweep_results(const std::filesystem::path& path, const ExperimentResult& header, const SweepPlan& plan,
                         const SweepTable& table, const SeedReplication& replication) {
  const bool complete = table.count(RunOutcome::Status::finished) == plan.runs.size();
  Hdf5Writer file(path);
  write_header(file, header, complete ? "complete" : "incomplete");
  write_arrays(file, sweep_arrays(plan, table), "sweep");
  if (!replication.empty()) write_arrays(file, replication_arrays(replication), "replication");
  file.commit();
}

std::string summarise_sweep(const SweepPlan& plan, const SweepTable& table, const ExperimentResult& header,
                            const std::string& folder, std::size_t figures) {
  using Status = RunOutcome::Status;
  const RunProvenance& from = header.provenance;
  const std::size_t replicates = plan.runs.size() / plan.points.size();
  std::string text =
      fmt::format("{}: sweep, {} {} x {} {} = {} runs, data {} ({})\n", header.experiment, plan.points.size(),
                  plan.points.size() == 1 ? "point" : "points", replicates, replicates == 1 ? "seed" : "seeds",
                  plan.runs.size(), from.data_name, from.data_origin);
  if (!from.fallback_reason.empty()) {
    text += fmt::format("note: {}\n", from.fallback_reason);
  }
  text += fmt::format("{} finished, {} failed, {} not started\n", table.count(Status::finished),
                      table.count(Status::failed), table.count(Status::not_started));
  text += plan.parameters.empty() ? metrics_table(plan, table) : points_tables(plan, table);
  text += failures(plan, table);
  text += fmt::format("\nWrote sweep.csv, results.h5 and {} figures to {}\nTotal time of all runs: {}\n", figures,
                      folder, duration(from.wall_seconds));
  return text;
}

}  // namespace inforelay
