#include "experiments/sweep/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/files/files.hpp"
#include "core/files/hdf5_file.hpp"
#include "core/parallel.hpp"
#include "core/ranks/ranks.hpp"
#include "experiments/compare/seed_replication.hpp"
#include "experiments/reports/draw_replication.hpp"
#include "experiments/reports/summary.hpp"
#include "experiments/results/results_file.hpp"
#include "experiments/run/experiment.hpp"
#include "experiments/run/run_plan.hpp"
#include "experiments/sweep/collect.hpp"
#include "experiments/sweep/draw_sweep.hpp"
#include "experiments/sweep/report.hpp"
#include "experiments/sweep/runner.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

// Downloads here what runs would else download each for itself. Returns the data of the sweep as a whole.
DataPlan fetch_for_all(SweepPlan& plan, Console& console) {
  const auto fetched = [&](const ExperimentConfig& config) {
    DataPlan data = prepare(config).data;
    if (data.kind != DataPlan::Kind::mnist_to_download) return data;
    console.expect_stages(1, 1);
    console.begin_stage(download_stage);
    const Stopwatch watch;
    data = fetch_data(data, console);
    console.end_stage(watch.seconds());
    if (data.is_fallback) plan.without_download();
    return data;
  };
  DataPlan data = fetched(plan.config);
  const bool swept = std::any_of(plan.parameters.begin(), plan.parameters.end(),
                                 [](const std::string& path) { return path == "data" || path.starts_with("data."); });
  for (const SweepRun& run : plan.runs) {
    if (!swept) break;
    if (run.replicate == 0) fetched(plan.config_of(run));
  }
  return data;
}

// Earlier outcomes count only where all is well: else the sweep goes on.
bool is_complete(const SweepPlan& plan, const RunDirectory& directory) {
  if (!directory.complete()) return false;
  try {
    if (Hdf5Reader(directory.results()).attribute<std::string>("", "status") != "complete") return false;
  } catch (const DataError&) {
    return false;  // it is made again from the runs
  }
  if (plan.config.figures && !holds_figures(directory.folder(), plan.config.figures->formats)) return false;
  return std::all_of(plan.runs.begin(), plan.runs.end(),
                     [&](const SweepRun& run) { return is_finished(plan, directory.folder(), run); });
}

// The runs to be done, and which of the plan they are.
struct Work {
  std::vector<RunJob> jobs;
  std::vector<std::size_t> index;
};

Work work_left(const SweepPlan& plan, const CommandLine& line, const fs::path& folder, const Progress& progress) {
  Work work;
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    progress.check();
    const SweepRun& run = plan.runs[i];
    if (is_finished(plan, folder, run)) {
      std::error_code ignored;  // the parent was killed before it could tidy up
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
    const PreparedExperiment prepared = prepare(plan.config_of(run));
    check_memory(prepared, 1, 1, job.name);
    job.bytes = peak_bytes(prepared);
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
  // Of the machine's memory some is left to others; what the user allows is meant to be used.
  options.bytes = plan.config.max_memory ? memory_limit(plan.config) : memory_limit(plan.config) * 2 / 3;
  if (plan.config.max_memory) options.max_memory = memory_limit(plan.config);
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
    // CONFIG is read by each run: it may have changed while the sweep went on.
    if (outcome.status == RunOutcome::Status::finished && !is_finished(plan, folder, plan.runs[work.index[j]])) {
      outcome = {
          RunOutcome::Status::failed,
          ranks().size() == 1
              ? "its folder holds another run: configuration or data changed while the sweep went on"
              : "its folder holds another run, or none: configuration or data changed while the sweep went on, or "
                "the machines do not share the folder"};
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
  header.stages.push_back({"all runs", header.provenance.wall_seconds});
  return header;
}

void write_study_files(const fs::path& folder, const StudyResult& study) {
  if (study.compares()) write_file_atomically(folder / "study.csv", std::string_view(study_csv(study)));
  if (!study.claims.empty()) write_file_atomically(folder / "claims.csv", std::string_view(claims_csv(study)));
}

// Runs, table, figures and summary of a sweep whose folder is held.
RunReport do_sweep(const SweepPlan& plan, const CommandLine& line, const PreparedExperiment& prepared,
                   RunDirectory& directory, Console& console) {
  const DataPlan& data = prepared.data;
  const Stopwatch whole;
  console.info(fmt::format("{}: sweep of {} runs, data {} ({}), {}, results in '{}'", plan.config.name,
                           plan.runs.size(), data.name(), data.origin(), threads_text(thread_count()),
                           directory.folder().string()));
  console.expect_stages(1, plan.config.figures ? 3 : 2);
  std::vector<RunOutcome> outcomes = do_runs(plan, line, directory.folder(), console);

  console.begin_stage("collection of the results");
  const Stopwatch watch;
  Study over_seeds(prepared.config, prepared.inputs.published);
  const SweepTable table = collect_sweep(
      plan, directory.folder(), std::move(outcomes),
      [&](const SweepRun& run, const ExperimentResult& result) { over_seeds.add(run.seed, result.networks); }, console);
  ExperimentResult header = header_of(plan, line, data, table);
  directory.verify_lock();
  write_file_atomically(directory.folder() / "sweep.csv", std::string_view(sweep_csv(plan, table)));
  const StudyResult& study = over_seeds.result();
  write_sweep_results(directory.results(), header, plan, table, study);
  write_study_files(directory.folder(), study);
  const double collection = watch.seconds();
  console.end_stage(collection);
  header.stages.push_back({"collection of the results", collection});
  std::size_t figures = 0;
  if (plan.config.figures) {
    console.begin_stage("figures");
    const Stopwatch drawing;
    const FigureWriter writer({.folder = directory.figures(),
                               .formats = plan.config.figures->formats,
                               .palette = plan.config.figures->palette,
                               .note = data.name() == "digits" ? "data: generated digits, not MNIST" : ""});
    std::vector<std::string> names = draw_sweep_figures(writer, plan, table, console);
    const std::vector<std::string> more = draw_study(writer, study, console);
    console.check();  // asked to stop during the last figure
    names.insert(names.end(), more.begin(), more.end());
    figures = names.size();
    console.report_figures(std::move(names));
    console.end_stage(drawing.seconds());
    header.stages.push_back({"figures", drawing.seconds()});
  }

  directory.verify_lock();
  const std::string summary = summarise_sweep(plan, table, header, directory.folder().string(), figures) +
                              study_table(study) + "\n" + times_table(header.stages) +
                              fmt::format("wall time of this start {}\n", duration(whole.seconds()));
  directory.remove_stages();
  write_file_atomically(directory.summary(), std::string_view(summary));
  const std::size_t missing = plan.runs.size() - table.count(RunOutcome::Status::finished);
  if (missing == 0) return {summary, ExitCode::ok};
  const std::string failure = fmt::format("{} of {} runs failed or were not started", missing, plan.runs.size());
  console.error(fmt::format("{} (summary.txt and sweep.csv in '{}' say which); the same command tries them again",
                            failure, directory.folder().string()));
  return {summary, ExitCode::sweep, failure};
}

}  // namespace

RunReport run_sweep(SweepPlan plan, const CommandLine& line, Console& console) {
  PreparedExperiment prepared = prepare(plan.config);
  prepared.data = fetch_for_all(plan, console);
  const std::string identity = prepared.identity();
  RunDirectory directory(folder_for(plan.config, line, identity),
                         {.identity = identity,
                          .resolved_config = print_experiment_config(plan.config),
                          .fresh = line.fresh,
                          .lock = lock_options(console)},
                         console);
  if (!directory.moved_aside().empty()) {
    console.info(fmt::format("the earlier folder is now '{}'", directory.moved_aside().string()));
  }
  if (prepared.data.is_fallback) {
    console.warning(fmt::format("GENERATED DIGITS STAND IN FOR MNIST: {}", prepared.data.fallback_reason));
  }
  if (is_complete(plan, directory)) {
    console.info(fmt::format("'{}' is complete; nothing to do (--fresh starts over)", directory.folder().string()));
    return {read_summary(directory), ExitCode::ok};
  }
  directory.acquire_lock(console);
  return in_open_folder(directory, plan.config.name, console,
                        [&] { return do_sweep(plan, line, prepared, directory, console); });
}

std::string describe_sweep(const SweepPlan& plan, const CommandLine& line) {
  constexpr std::size_t most_points = 50;
  const PreparedExperiment prepared = prepare(plan.config);
  const DataPlan& data = prepared.data;
  const fs::path folder = folder_for(plan.config, line, prepared.identity());
  std::string text =
      fmt::format("data     {} ({})\nfolder   {}\nthreads  {}\n\n{:<70} {:>6} {:>9} {:>12}\n", data.name(),
                  data.origin(), folder.string(), thread_count(), "point", "runs", "done", "memory each");
  double most_bytes = 0;
  std::size_t finished = 0;
  const std::size_t replicates = plan.runs.size() / plan.points.size();
  for (std::size_t point = 0; point < plan.points.size(); ++point) {
    const SweepRun* const first = &plan.runs[point * replicates];
    const auto done = static_cast<std::size_t>(
        std::count_if(first, first + replicates, [&](const SweepRun& run) { return is_finished(plan, folder, run); }));
    const double bytes = peak_bytes(prepare(plan.config_of(*first)));
    finished += done;
    most_bytes = std::max(most_bytes, bytes);
    if (point >= most_points) continue;
    const std::string label = plan.values_text(point);
    text += fmt::format("{:<70} {:>6} {:>9} {:>12}\n", label.empty() ? "(replicates only)" : label, replicates, done,
                        bytes_text(bytes));
  }
  if (plan.points.size() > most_points)
    text += fmt::format("... and {} more points\n", plan.points.size() - most_points);
  const double limit = memory_limit(plan.config);
  return text + fmt::format("\n{} runs, {} done; up to {} each, limit {}{}\n", plan.runs.size(), finished,
                            bytes_text(most_bytes), bytes_text(limit),
                            most_bytes > limit ? ": the sweep would be refused" : "");
}

}  // namespace inforelay
