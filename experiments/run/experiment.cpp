#include "experiments/run/experiment.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "core/error.hpp"
#include "core/files/data_folder.hpp"
#include "core/files/files.hpp"
#include "core/files/hdf5_file.hpp"
#include "core/parallel.hpp"
#include "core/provenance.hpp"
#include "core/ranks/ranks.hpp"
#include "experiments/compare/comparison.hpp"
#include "experiments/reports/draw_figures.hpp"
#include "experiments/reports/summary.hpp"
#include "experiments/results/results_file.hpp"
#include "experiments/run/export_weights.hpp"
#include "experiments/run/pipeline.hpp"
#include "experiments/run/run_directory.hpp"
#include "experiments/run/run_plan.hpp"
#include "experiments/sources/external_files.hpp"
#include "nn/data/source.hpp"
#include "nn/network/network_hdf5.hpp"

namespace inforelay {
namespace {

DataPlan plan_for(const ExperimentConfig& config) {
  DataOptions options;
  options.dataset = config.data.dataset;
  if (!config.data.path.empty()) options.path = with_data_folder(config.data.path);
  options.fallback = config.data.fallback;
  options.download = config.data.download;
  options.train_limit = static_cast<std::size_t>(config.data.train_limit);
  options.test_limit = static_cast<std::size_t>(config.data.test_limit);
  options.seed = static_cast<std::uint64_t>(config.seed);
  options.environment_folder = data_folder_from_environment();
  return plan_data(options);
}

}  // namespace

PreparedExperiment prepare(ExperimentConfig config, Progress& progress) {
  PreparedExperiment prepared;
  prepared.inputs = read_external_files(config, progress);
  prepared.data = plan_for(config);
  prepared.config = std::move(config);
  prepared.tables = choose_tables(prepared);
  return prepared;
}

std::string PreparedExperiment::identity() const {
  ExperimentConfig named = config;
  named.data.path.clear();
  named.max_memory.reset();
  for (auto& [name, network] : named.networks) {
    network.weights.clear();
    network.weights_out.clear();
    if (network.detectors) network.detectors->weights.clear();
  }
  for (auto& [name, compare] : named.compare) compare.published.clear();
  return run_hash(print_experiment_config(named), data.sha256() + inputs.sha256());
}

std::filesystem::path folder_for(const ExperimentConfig& config, const CommandLine& line, const std::string& identity) {
  return line.output.empty() ? std::filesystem::path("runs") / fmt::format("{}-{}", config.name, identity)
                             : line.output;
}

std::string read_summary(const RunDirectory& directory) {
  constexpr std::uint64_t largest_summary = 1u << 20;
  const auto bytes = read_file(directory.summary(), largest_summary);
  return {bytes.begin(), bytes.end()};
}

RunProvenance provenance_of(const ExperimentConfig& config, const CommandLine& line, const DataPlan& plan) {
  RunProvenance from;
  static_cast<Provenance&>(from) = line.provenance;
  from.threads = thread_count();
  from.config = print_experiment_config(config);
  from.seed = config.seed;
  from.data_name = plan.name();
  from.data_origin = plan.origin();
  from.data_sha256 = plan.sha256();
  from.fallback_reason = plan.fallback_reason;
  return from;
}

namespace {

ExperimentResult compute(const PreparedExperiment& prepared, const CommandLine& line, const RunDirectory& directory,
                         Console& console) {
  const auto& [config, inputs, plan, tables] = prepared;
  const PipelineOptions options{.run = prepared.identity(), .save_interval = SaveInterval::from_environment()};
  ExperimentResult result = Pipeline(config, plan, inputs, tables).run(directory, options, console);
  console.check();
  result.reproduction = reproduce(inputs.published, result.networks);
  result.provenance = provenance_of(config, line, plan);
  for (const StageTime& stage : result.stages) result.provenance.wall_seconds += stage.seconds;
  for (const auto& [name, network] : result.networks) {
    if (!network.model.reached) console.warning(fmt::format("{}: training ended before its stop rule was met", name));
  }
  directory.verify_lock();
  write_results(directory.results(), result);
  return result;
}

// Whatever is read from a results file of an earlier start.
template <class Read>
auto read_earlier(const std::filesystem::path& path, Read&& read) {
  try {
    return read(path);
  } catch (const DataError& error) {
    throw DataError(fmt::format("{}; --fresh starts over", error.what()));
  }
}

ExitCode exit_code_of(const ReproductionResult& reproduction) {
  return reproduction.met() ? ExitCode::ok : ExitCode::reproduction;
}

// Where each configured set of weights is to be written besides the results, and what a run's code says.
ReproductionResult report_results(const ExperimentConfig& config, const RunDirectory& directory, Console& console) {
  return read_earlier(directory.results(), [&](const auto& path) {
    const Hdf5Reader file(path);
    for (const auto& [name, network] : config.networks) {
      if (network.weights_out.empty()) continue;
      write_weights_out(config, name, read_network(file, fmt::format("networks/{}/model", name)), console);
    }
    return read_reproduction(file, "reproduction");
  });
}

std::size_t draw(const ExperimentConfig& config, ExperimentResult& result, const RunDirectory& directory,
                 Console& console) {
  console.begin_stage("figures");
  const Stopwatch watch;
  std::vector<std::string> names = draw_figures(*config.figures, result, directory.figures(), console);
  console.check();  // asked to stop during the last one
  result.stages.push_back({"figures", watch.seconds()});
  console.end_stage(watch.seconds());
  const std::size_t count = names.size();
  console.report_figures(std::move(names));
  return count;
}

// Of results of an earlier start, whose stages are all done but the figures.
void tell_kept(const ExperimentConfig& config, const ExperimentResult& result, Console& console) {
  console.expect_stages(1, static_cast<int>(result.stages.size()) + (config.figures ? 1 : 0));
  for (const StageTime& stage : result.stages) console.kept_stage(stage.stage, stage.seconds);
}

// A run that needs nothing more than to be reported, unless its figures are gone.
RunReport report_complete(const ExperimentConfig& config, RunDirectory& directory, Console& console) {
  const ReproductionResult reproduction = report_results(config, directory, console);
  const std::string folder = directory.folder().string();
  if (config.figures && !holds_figures(directory.folder(), config.figures->formats)) {
    if (access(directory.folder().c_str(), W_OK) == 0) {
      directory.acquire_lock(console);
      return in_open_folder(directory, config.name, console, [&] {
        console.info(fmt::format("'{}' is complete, but lacks figures: they are drawn again", folder));
        ExperimentResult result = read_earlier(directory.results(), read_results);
        tell_kept(config, result, console);
        draw(config, result, directory, console);
        return RunReport{read_summary(directory), exit_code_of(reproduction)};
      });
    }
    console.warning(fmt::format("'{}' lacks figures, and cannot be written", folder));
  }
  console.info(fmt::format("'{}' is complete; nothing to do (--fresh starts over)", folder));
  return {read_summary(directory), exit_code_of(reproduction)};
}

// What an earlier start wrote before it was stopped; none where it is not of this run. Files and memory may have been
// named otherwise then: it is made again all the same, from the stages, which are there until the summary is.
std::optional<ExperimentResult> written_results(const PreparedExperiment& prepared, const RunDirectory& directory,
                                                Console& console) {
  if (!std::filesystem::exists(directory.results())) return {};
  ExperimentResult result = read_earlier(directory.results(), read_results);
  if (result.provenance.config == print_experiment_config(prepared.config) &&
      result.provenance.data_sha256 == prepared.data.sha256()) {
    return result;
  }
  console.warning(
      fmt::format("'{}' is made again: it is of another configuration or other data", directory.results().string()));
  return {};
}

// Computes what is not yet there, and writes what belongs beside the results.
RunReport work(const PreparedExperiment& prepared, const CommandLine& line, RunDirectory& directory, Console& console) {
  const Stopwatch watch;
  const ExperimentConfig& config = prepared.config;
  std::optional<ExperimentResult> written = written_results(prepared, directory, console);
  if (written) tell_kept(config, *written, console);
  ExperimentResult result = written ? std::move(*written) : compute(prepared, line, directory, console);
  for (const auto& [name, network] : result.networks) write_weights_out(config, name, network.model.network, console);
  directory.verify_lock();
  const std::size_t figures = config.figures ? draw(config, result, directory, console) : 0;
  directory.verify_lock();
  if (!result.reproduction.rows.empty()) {
    write_file_atomically(directory.folder() / "reproduction.csv", reproduction_csv(result.reproduction));
  }
  const std::string summary = summarise(result, directory.folder().string(), figures, watch.seconds());
  directory.remove_stages();  // before the summary, which says that nothing is left to do
  write_file_atomically(directory.summary(), std::string_view(summary));
  return {summary, exit_code_of(result.reproduction)};
}

}  // namespace

std::string threads_text(int threads) {
  const std::string text = fmt::format("{} {}", threads, threads == 1 ? "thread" : "threads");
  return ranks().size() == 1 ? text : fmt::format("{} ranks, the first with {}", ranks().size(), text);
}

RunReport in_open_folder(const RunDirectory& directory, const std::string& name, Console& console,
                         const std::function<RunReport()>& work) {
  using State = RunStatus::State;
  console.open(directory.folder(), directory.log(), name, directory.held_lock());
  // Whatever ends the work while the folder is lost, nothing more may be written there.
  const auto last_status = [&](State state, const std::string& error) {
    try {
      directory.verify_lock();
      console.close(state, error);
    } catch (const LockLost&) {
      console.close(std::nullopt);
    }
  };
  try {
    RunReport report = work();
    last_status(report.failure.empty() ? State::complete : State::failed, report.failure);
    return report;
  } catch (const Interrupted&) {
    last_status(State::interrupted, "");
    throw;
  } catch (const std::bad_alloc&) {
    last_status(State::failed, "out of memory");
    throw;
  } catch (const std::exception& error) {
    constexpr std::string_view mark = "error: ";  // of errors without a place in a file
    std::string_view text = error.what();
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
    last_status(State::failed, std::string(text));
    throw;
  }
}

LockOptions lock_options(Console& console) {
  LockOptions options;
  options.on_heartbeat = [&console] { console.tick(); };
  options.say = [&console](const std::string& text) { console.info(text); };
  return options;
}

RunReport run_experiment(const ExperimentConfig& written, const CommandLine& line, Console& console) {
  check_weights_out(written);
  PreparedExperiment prepared = prepare(written, console);
  const ExperimentConfig& config = prepared.config;
  DataPlan& plan = prepared.data;
  const int computed = static_cast<int>(Pipeline(config, plan, prepared.inputs, prepared.tables).estimates().size());
  const int count = computed + (config.figures ? 1 : 0);
  if (plan.kind == DataPlan::Kind::mnist_to_download) {
    console.expect_stages(1, count + 1);
    console.begin_stage(download_stage);
    const Stopwatch watch;
    plan = fetch_data(plan, console);
    console.end_stage(watch.seconds());
  } else {
    console.expect_stages(1, count);
  }
  const std::string identity = prepared.identity();
  if (line.fresh || !holds_complete_run(folder_for(config, line, identity), identity)) {
    check_memory(prepared, thread_count(), ranks().size());
  }
  RunDirectory directory(folder_for(config, line, identity),
                         {.identity = identity,
                          .resolved_config = print_experiment_config(config),
                          .fresh = line.fresh,
                          .lock = lock_options(console)},
                         console);
  if (!directory.moved_aside().empty()) {
    console.info(fmt::format("the earlier folder is now '{}'", directory.moved_aside().string()));
  }
  if (plan.is_fallback) {
    console.warning(fmt::format("GENERATED DIGITS STAND IN FOR MNIST: {}", plan.fallback_reason));
  }
  if (directory.complete()) return report_complete(config, directory, console);
  return in_open_folder(directory, config.name, console, [&] {
    console.info(fmt::format("{}: data {} ({}), {}, results in '{}'", config.name, plan.name(), plan.origin(),
                             threads_text(thread_count()), directory.folder().string()));
    if (const std::string note = tables_note(prepared); !note.empty()) console.warning(note);
    return work(prepared, line, directory, console);
  });
}

}  // namespace inforelay
