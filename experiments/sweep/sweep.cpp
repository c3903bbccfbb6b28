#include "experiments/sweep/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/files/files.hpp"
#include "core/files/hdf5_file.hpp"
#include "core/parallel.hpp"
#include "core/ranks/ranks.hpp"
#include "core/text/unit_text.hpp"
#include "experiments/compare/seed_replication.hpp"
#include "experiments/reports/draw_replication.hpp"
#include "experiments/reports/summary.hpp"
#include "experiments/run/resolve.hpp"
#include "experiments/sweep/collect.hpp"
#include "experiments/sweep/draw_sweep.hpp"
#include "experiments/sweep/report.hpp"
#include "experiments/sweep/runner.hpp"
#include "experiments/sweep/sweep_page.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

// Downloads the data once for all runs. Returns the data of the sweep as a whole.
DataPlan fetch_for_all(SweepPlan& plan, const DataPlan& data, Console& console) {
  const int later_stages = plan.config.figures ? 3 : 2;
  const auto fetched = [&](const DataPlan& wanted) {
    DataPlan found = fetch_as_stage(wanted, later_stages, console);
    if (wanted.needs_download() && !found.fallback_reason.empty()) plan.without_download();
    return found;
  };
  DataPlan found = fetched(data);
  const bool swept = std::any_of(plan.parameters.begin(), plan.parameters.end(),
                                 [](const std::string& path) { return path == "data" || path.starts_with("data."); });
  for (const SweepRun& run : plan.runs) {
    if (!swept) break;
    if (run.replicate == 0) fetched(ResolvedExperiment(plan.config_of(run)).data());
  }
  return found;
}

// True if nothing is left to do; failed runs are retried.
bool is_complete(const SweepPlan& plan, const RunDirectory& directory) {
  if (!directory.complete()) return false;
  try {
    if (Hdf5Reader(directory.results()).attribute<std::string>("", "status") != "complete") return false;
  } catch (const DataError&) {
    return false;  // it is written again from the runs
  }
  if (plan.config.figures &&
      !holds_figures(directory.folder(), plan.config.figures->formats, print_experiment_config(plan.config)))
    return false;
  if (plan.config.figures && plan.config.figures->page && !fs::exists(directory.page())) return false;
  return std::all_of(plan.runs.begin(), plan.runs.end(),
                     [&](const SweepRun& run) { return is_finished(plan, directory.folder(), run); });
}

// The runs to be done, and their numbers in the plan.
struct Work {
  std::vector<RunJob> jobs;
  std::vector<std::size_t> index;
};

Work work_left(const SweepPlan& plan, const CommandLine& line, const fs::path& folder, const Progress& progress) {
  Work work;
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    progress.check();
    const SweepRun& run = plan.runs[i];
    const ResolvedExperiment resolved(plan.config_of(run));
    const auto& figures = resolved.config().figures;
    const bool drawn =
        !figures || holds_figures(folder / run.folder, figures->formats, print_experiment_config(resolved.config()));
    // A run that was killed while it wrote its last status is complete, and removes what that left.
    if (drawn && holds_complete_run(folder / run.folder, resolved.identity()) &&
        leftovers_in(folder / run.folder).empty()) {
      std::error_code ignored;  // left if the parent was killed
      fs::remove(messages_of(folder / run.folder), ignored);
      continue;
    }
    RunJob job;
    job.name = fmt::format("run {} ({})", run.folder.substr(run.folder.find('/') + 1), plan.label_of(run));
    job.folder = folder / run.folder;
    job.arguments = {line.config.string()};
    job.arguments.insert(job.arguments.end(), line.overrides.begin(), line.overrides.end());
    const std::vector<std::string> overrides = plan.overrides_of(run);
    job.arguments.insert(job.arguments.end(), overrides.begin(), overrides.end());
    job.arguments.insert(job.arguments.end(), {"-o", job.folder.string(), "-q", "--progress", "off"});
    resolved.check_memory(1, 1, job.name);
    job.bytes = resolved.peak(1).bytes;
    work.jobs.push_back(std::move(job));
    work.index.push_back(i);
  }
  return work;
}

std::vector<RunOutcome> do_runs(const SweepPlan& plan, const CommandLine& line, const fs::path& folder,
                                Console& console) {
  const Work work = work_left(plan, line, folder, console);
  RunnerOptions options;
  options.threads = thread_count();
  // A third of the machine's memory is left to other programs; max_memory is used in full.
  options.bytes = plan.config.max_memory ? memory_limit(plan.config) : memory_limit(plan.config) * 2 / 3;
  if (plan.config.max_memory) options.max_memory = static_cast<double>(*plan.config.max_memory);
  options.continue_on_error = plan.config.sweep->on_error == SweepFailure::go_on;
  options.done = plan.runs.size() - work.jobs.size();
  std::vector<RunOutcome> outcomes(plan.runs.size(), RunOutcome{RunOutcome::Status::finished, ""});
  const std::string stage = fmt::format("{} runs", plan.runs.size());
  if (work.jobs.empty()) {
    console.report_runs(
        {.total = plan.runs.size(), .done = plan.runs.size(), .failed = 0, .running = {}, .failures = {}});
    console.kept_stage(stage, 0);
    return outcomes;
  }
  console.begin_stage(stage);
  const Stopwatch watch;
  std::vector<RunOutcome> done = run_jobs(work.jobs, options, ranks(), console);
  console.end_stage(watch.seconds());
  for (std::size_t j = 0; j < done.size(); ++j) {
    RunOutcome& outcome = outcomes[work.index[j]] = std::move(done[j]);
    // CONFIG is read by each run: it may have changed during the sweep.
    if (outcome.status == RunOutcome::Status::finished && !is_finished(plan, folder, plan.runs[work.index[j]])) {
      outcome = {RunOutcome::Status::failed,
                 ranks().size() == 1
                     ? "its folder holds another run: configuration or data changed during the sweep"
                     : "its folder holds another run, or none: configuration or data changed during the sweep, or the "
                       "machines do not share the folder"};
      console.error(fmt::format("{} failed: {}", work.jobs[j].name, outcome.message));
    }
  }
  return outcomes;
}

ExperimentResult header_of(const SweepPlan& plan, const CommandLine& line, const DataPlan& data,
                           const SweepTable& table) {
  ExperimentResult header;
  header.experiment = plan.config.name;
  header.provenance = provenance_of(plan.config, line, data);
  for (const double seconds : table.wall_seconds) header.provenance.wall_seconds += std::isnan(seconds) ? 0 : seconds;
  header.stages.push_back({"all runs (sum of their times)", header.provenance.wall_seconds});
  return header;
}

// Draws the figures of the sweep; returns how many.
std::size_t draw(const SweepPlan& plan, const SweepTable& table, const SeedReplication& replication,
                 const ExperimentResult& header, const RunDirectory& directory, Console& console) {
  FigureOptions options = *plan.config.figures;
  options.folder = directory.figures();
  if (!plan.config.networks.empty()) options.note = data_source(header.provenance.data_name).note;
  const FigureWriter writer(options);
  std::vector<std::string> names = draw_sweep_figures(writer, plan, table, console);
  const std::vector<std::string> more = draw_replication(writer, replication, console);
  console.check();  // for a stop request during the last figure
  names.insert(names.end(), more.begin(), more.end());
  if (plan.config.figures->page) {
    write_file_atomically(directory.page(), std::string_view(sweep_page(plan, table, header, options.note)));
    console.info(fmt::format("open '{}' in a browser to explore the results", directory.page().string()));
  }
  const std::size_t count = names.size();
  console.report_figures(std::move(names));
  return count;
}

// Metrics of recordings must be computed by some run, as those of networks (plan.hpp); their subsets are known only
// now.
void check_recorded_metrics(const SweepPlan& plan, Progress& progress) {
  std::vector<const NetworkMetric*> unknown;
  for (const NetworkMetric& metric : plan.metrics) {
    if (find_named(plan.config.recordings, metric.network)) unknown.push_back(&metric);
  }
  std::string why;
  const std::size_t replicates = plan.runs.size() / plan.points.size();
  for (std::size_t point = 0; point < plan.points.size() && !unknown.empty(); ++point) {
    const ExperimentConfig config = plan.config_of(plan.runs[point * replicates]);
    const std::vector<LoadedRecording> recordings = read_recordings(config, progress);
    std::erase_if(unknown, [&](const NetworkMetric* metric) {
      const std::string missing = metric_missing(config, *metric, recordings);
      if (!missing.empty()) why = missing;
      return missing.empty();
    });
  }
  if (!unknown.empty()) throw UsageError("sweep.collect: no run computes '{}': {}", unknown.front()->name(), why);
}

// Runs, table, figures and summary of a sweep whose folder is held.
RunReport do_sweep(const SweepPlan& plan, const CommandLine& line, const ResolvedExperiment& whole,
                   RunDirectory& directory, Console& console) {
  const Stopwatch since_start;
  console.info(fmt::format("{}: sweep of {} runs, data {} ({}), {}, results in '{}'", plan.config.name,
                           plan.runs.size(), whole.data().name(), whole.data().origin(), threads_text(thread_count()),
                           directory.folder().string()));
  std::vector<RunOutcome> outcomes = do_runs(plan, line, directory.folder(), console);
  std::vector<StageTime> stages;
  const auto stage = [&](const std::string& name, auto&& work) {
    console.begin_stage(name);
    const Stopwatch watch;
    work();
    stages.push_back({name, watch.seconds()});
    console.end_stage(stages.back().seconds);
  };

  SeedReplication replication(whole.config(), whole.published());
  SweepTable table;
  ExperimentResult header;
  stage("collection of the results", [&] {
    table = collect_sweep(
        plan, directory.folder(), std::move(outcomes),
        [&](const SweepRun& run, const ExperimentResult& result) {
          if (!plan.config.compare.empty()) replication.add(run.seed, result);
        },
        console);
    header = header_of(plan, line, whole.data(), table);
    directory.verify_lock();
    write_file_atomically(directory.folder() / "sweep.csv", std::string_view(sweep_csv(plan, table)));
    write_sweep_results(directory.results(), header, plan, table, replication);
    if (!replication.empty())
      write_file_atomically(directory.folder() / "replication.csv", std::string_view(replication_csv(replication)));
  });
  std::size_t figures = 0;
  if (plan.config.figures)
    stage("figures", [&] { figures = draw(plan, table, replication, header, directory, console); });
  directory.update_config();

  directory.verify_lock();
  stages.insert(stages.begin(), header.stages.begin(), header.stages.end());
  const std::string summary =
      summarise_sweep(plan, table, header, directory.folder().string(), figures) + replication_table(replication) +
      "\n" + times_line(stages) +
      fmt::format("Results ({} this start) are in\n{}\n", duration(since_start.seconds()), directory.folder().string());
  directory.remove_stages();
  write_file_atomically(directory.summary(), std::string_view(summary));
  const std::size_t missing = plan.runs.size() - table.count(RunOutcome::Status::finished);
  if (missing == 0) return {summary, ExitCode::ok, "", directory.folder().string()};
  const std::string failure = fmt::format("{} of {} runs failed or were not started", missing, plan.runs.size());
  console.error(fmt::format("{} (listed in summary.txt and sweep.csv in '{}'); rerun the same command to retry them",
                            failure, directory.folder().string()));
  return {summary, ExitCode::sweep, failure, directory.folder().string()};
}

}  // namespace

RunReport run_sweep(SweepPlan plan, const CommandLine& line, Console& console) {
  ResolvedExperiment whole(plan.config, console);
  check_recorded_metrics(plan, console);
  whole.set_data(fetch_for_all(plan, whole.data(), console));
  RunDirectory directory = open_folder(plan.config, line, whole.identity(), console);
  for (const std::string& warning : {whole.data().fallback_reason, whole.data().remark()}) {
    if (!warning.empty()) console.warning(warning);
  }
  if (is_complete(plan, directory)) {
    console.info(fmt::format("'{}' is complete; nothing to do (--fresh starts over)", directory.folder().string()));
    return {read_summary(directory), ExitCode::ok, "", directory.folder().string()};
  }
  directory.acquire_lock(console);
  return in_open_folder(directory, plan.config.name, console,
                        [&] { return do_sweep(plan, line, whole, directory, console); });
}

std::string describe_sweep(const SweepPlan& plan, const CommandLine& line) {
  constexpr std::size_t most_points = 50;
  const ResolvedExperiment whole(plan.config);
  check_recorded_metrics(plan, Progress::none());
  const fs::path folder = folder_for(plan.config, line, whole.identity());
  const double limit = memory_limit(plan.config);
  std::string text = fmt::format("data     {} ({})\nfolder   {}\nthreads  {} ({})\n\n{:<70} {:>6} {:>9} {:>12}\n",
                                 whole.data().name(), whole.data().origin(), folder.string(), thread_count(),
                                 line.threads_source, "point", "runs", "done", "memory each");
  double most_bytes = 0;
  std::size_t finished = 0;
  const std::size_t replicates = plan.runs.size() / plan.points.size();
  for (std::size_t point = 0; point < plan.points.size(); ++point) {
    const SweepRun* const first = &plan.runs[point * replicates];
    const auto done = static_cast<std::size_t>(
        std::count_if(first, first + replicates, [&](const SweepRun& run) { return is_finished(plan, folder, run); }));
    const double bytes = ResolvedExperiment(plan.config_of(*first)).peak(1).bytes;
    finished += done;
    most_bytes = std::max(most_bytes, bytes);
    if (point >= most_points) continue;
    const std::string label = plan.values_text(point);
    text += fmt::format("{:<70} {:>6} {:>9} {:>12}\n", label.empty() ? "(replicates only)" : label, replicates, done,
                        bytes_text(bytes));
  }
  if (plan.points.size() > most_points)
    text += fmt::format("... and {} more points\n", plan.points.size() - most_points);
  return text + fmt::format("\n{} runs, {} done; up to {} each, limit {}{}\n", plan.runs.size(), finished,
                            bytes_text(most_bytes), memory_limit_text(plan.config),
                            most_bytes > limit ? ": the sweep would be refused" : "");
}

}  // namespace inforelay
