#include "experiments/sweep/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/config/printer.hpp"
#include "core/files/hdf5_values.hpp"
#include "core/statistics/statistics.hpp"
#include "core/text/csv_table.hpp"
#include "experiments/reports/console.hpp"
#include "experiments/results/results_file.hpp"
#include "experiments/sweep/parameters.hpp"

namespace inforelay {
namespace {

std::string number_text(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

// The swept values of one parameter over the runs, as texts.
std::vector<std::string> value_texts(const SweepPlan& plan, std::size_t parameter) {
  std::vector<std::string> texts;
  for (const SweepRun& run : plan.runs) texts.push_back(to_yaml(plan.points[run.point].values[parameter]));
  return texts;
}

std::optional<std::vector<double>> value_numbers(const SweepPlan& plan, std::size_t parameter) {
  std::vector<double> numbers;
  for (const SweepRun& run : plan.runs) {
    const auto number = number_of(plan.points[run.point].values[parameter]);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

template <class Get>
auto column(const SweepPlan& plan, Get&& get) {
  std::vector<std::decay_t<decltype(get(plan.runs[0]))>> values;
  for (const SweepRun& run : plan.runs) values.push_back(get(run));
  return values;
}

void write_parameters(Hdf5Writer& file, const SweepPlan& plan) {
  file.attribute("sweep", "parameters", plan.parameters);
  for (std::size_t p = 0; p < plan.parameters.size(); ++p) {
    const std::string path = join_path("sweep/parameters", plan.parameters[p]);
    const std::string about = "value of " + plan.parameters[p];
    if (const auto numbers = value_numbers(plan, p)) {
      file.dataset(path, *numbers, {.units = "1", .long_name = about, .dims = {"run"}});
    } else {
      file.dataset(path, value_texts(plan, p), {.units = "text", .long_name = about + ", YAML", .dims = {"run"}});
    }
  }
}

void write_metrics(Hdf5Writer& file, const SweepPlan& plan, const SweepTable& table) {
  std::vector<std::string> names;
  for (std::size_t m = 0; m < plan.metrics.size(); ++m) {
    const SweepMetric& metric = plan.metrics[m];
    const MetricColumn& values = table.metrics[m];
    names.push_back(metric.name());
    const bool classes = values.by_class.cols() > 0;
    file.dataset(join_path("sweep/metrics", metric.name()), values.mean,
                 {.units = metric.units,
                  .long_name = metric.about + (classes ? "; mean over classes, NaN where one has no value" : ""),
                  .dims = {"run"}});
    if (!classes) continue;
    file.dataset(join_path("sweep/by_class", metric.name()), values.by_class,
                 {.units = metric.units, .long_name = metric.about, .dims = {"run", "class"}});
  }
  file.attribute("sweep", "metrics", names);
}

// For replicates alone: a row for each metric.
std::string metrics_table(const SweepPlan& plan, const SweepTable& table) {
  std::string text = fmt::format("\n{:<46} {:>5} {:>10} {:>10} {:>10} {:>10} {:>10}\n", "metric (mean over classes)",
                                 "runs", "median", "5 %", "95 %", "least", "greatest");
  for (std::size_t m = 0; m < plan.metrics.size(); ++m) {
    const Spread all = spread(table.metrics[m].mean);
    text += fmt::format("{:<46} {:>5}", plan.metrics[m].name(), all.count);
    if (all.count > 0) {
      text += fmt::format(" {:>10.5g} {:>10.5g} {:>10.5g} {:>10.5g} {:>10.5g}", all.median, all.low, all.high,
                          all.least, all.greatest);
    }
    text += '\n';
  }
  return text;
}

constexpr std::size_t metrics_in_a_block = 2;

// Metrics side by side, a row for each point.
std::string points_table(const SweepPlan& plan, const SweepTable& table, std::size_t first, std::size_t shown_points) {
  const std::size_t last = std::min(first + metrics_in_a_block, plan.metrics.size());
  const std::size_t replicates = plan.runs.size() / plan.points.size();
  std::string text = fmt::format("\n{:<34}", "");
  std::size_t width = 30;
  for (std::size_t m = first; m < last; ++m) width = std::max(width, plan.metrics[m].name().size());
  for (std::size_t m = first; m < last; ++m) text += fmt::format("  {:>{}}", plan.metrics[m].name(), width);
  text += '\n';
  for (std::size_t point = 0; point < shown_points; ++point) {
    std::string label = plan.short_values_text(point);
    constexpr std::size_t widest = 34;
    if (label.size() > widest) label = "..." + label.substr(label.size() - widest + 3);
    text += fmt::format("{:<34}", label);
    for (std::size_t m = first; m < last; ++m) {
      const auto begin = table.metrics[m].mean.begin() + static_cast<std::ptrdiff_t>(point * replicates);
      const Spread runs = spread({begin, begin + static_cast<std::ptrdiff_t>(replicates)});
      std::string cell = "-";
      if (runs.count == 1) cell = fmt::format("{:.5g}", runs.median);
      if (runs.count > 1) cell = fmt::format("{:.5g} [{:.5g}, {:.5g}]", runs.median, runs.low, runs.high);
      text += fmt::format("  {:>{}}", cell, width);
    }
    text += '\n';
  }
  return text;
}

std::string points_tables(const SweepPlan& plan, const SweepTable& table) {
  constexpr std::size_t most_points = 30, most_lines = 80;
  const std::size_t shown = std::min(plan.points.size(), most_points);
  const std::size_t most_blocks = std::max<std::size_t>(1, most_lines / (shown + 2));
  std::string text = "\nMeans over classes; over several seeds: median [5 %, 95 %].\n";
  std::size_t m = 0;
  for (std::size_t block = 0; block < most_blocks && m < plan.metrics.size(); ++block, m += metrics_in_a_block)
    text += points_table(plan, table, m, shown);
  if (shown < plan.points.size()) text += fmt::format("... and {} points more\n", plan.points.size() - shown);
  if (m < plan.metrics.size()) text += fmt::format("... and {} metrics more\n", plan.metrics.size() - m);
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
  if (count > most) text += fmt::format("... and {} failures more\n", count - most);
  return text.empty() ? text : "\n" + text;
}

}  // namespace

std::string sweep_csv(const SweepPlan& plan, const SweepTable& table) {
  std::vector<std::string> header{"run", "folder", "point", "replicate", "seed"};
  header.insert(header.end(), plan.parameters.begin(), plan.parameters.end());
  header.insert(header.end(), {"status", "message", "wall_seconds"});
  for (const SweepMetric& metric : plan.metrics) header.push_back(metric.name());
  CsvTable csv(header);
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const SweepRun& run = plan.runs[i];
    std::vector<std::string> row{fmt::format("{}", run.number), run.folder, fmt::format("{}", run.point + 1),
                                 fmt::format("{}", run.replicate), fmt::format("{}", run.seed)};
    for (const ConfigNode& value : plan.points[run.point].values) row.push_back(to_yaml(value));
    row.emplace_back(to_string(table.outcomes[i].status));
    row.push_back(table.outcomes[i].message);
    row.push_back(number_text(table.wall_seconds[i]));
    for (const MetricColumn& metric : table.metrics) row.push_back(number_text(metric.mean[i]));
    csv.row_of(row);
  }
  return csv.text();
}

void write_sweep_results(const std::filesystem::path& path, const ExperimentResult& header, const SweepPlan& plan,
                         const SweepTable& table, const StudyResult& study) {
  const bool complete = table.count(RunOutcome::Status::finished) == plan.runs.size();
  Hdf5Writer file(path);
  write_header(file, header, complete ? "complete" : "incomplete");
  const auto number = column(plan, [](const SweepRun& run) { return static_cast<std::int64_t>(run.number); });
  file.scale("sweep", "run", std::span<const std::int64_t>(number), "number of the run");
  write_parameters(file, plan);
  const auto info = [](std::string units, std::string long_name) {
    return DatasetInfo{.units = std::move(units), .long_name = std::move(long_name), .dims = {"run"}};
  };
  file.dataset("sweep/point",
               column(plan, [](const SweepRun& run) { return static_cast<std::int64_t>(run.point + 1); }),
               info("1", "number of the combination of values"));
  file.dataset("sweep/seed", column(plan, [](const SweepRun& run) { return run.seed; }), info("1", "seed of the run"));
  file.dataset("sweep/folder", column(plan, [](const SweepRun& run) { return run.folder; }),
               info("text", "folder of the run"));
  std::vector<std::string> status, message;
  for (const RunOutcome& outcome : table.outcomes) {
    status.emplace_back(to_string(outcome.status));
    message.push_back(outcome.message);
  }
  file.dataset("sweep/status", status, info("text", "finished, failed or not started"));
  file.dataset("sweep/message", message, info("text", "of a failed run, its last error"));
  file.dataset("sweep/wall_seconds", table.wall_seconds,
               info("s", "wall-clock time of the run's stages, over all starts"));
  write_metrics(file, plan, table);
  if (study.compares()) write_study(file, "study", study);
  if (!study.claims.empty()) write_claims(file, "claims", study.claims, study.seeds);
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
    text += fmt::format("NOT MNIST: generated digits stand in for it. {}\n", from.fallback_reason);
  }
  text += fmt::format("{} finished, {} failed, {} not started\n", table.count(Status::finished),
                      table.count(Status::failed), table.count(Status::not_started));
  text += plan.parameters.empty() ? metrics_table(plan, table) : points_tables(plan, table);
  text += failures(plan, table);
  text += fmt::format("\n{} figures, sweep.csv and results.h5 in {}; all runs together took {}\n", figures, folder,
                      duration(from.wall_seconds));
  return text;
}

}  // namespace inforelay
