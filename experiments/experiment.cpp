#include "experiments/experiment.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/data_folder.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/hdf5_file.hpp"
#include "core/parallel.hpp"
#include "core/provenance.hpp"
#include "experiments/claims.hpp"
#include "experiments/draw_figures.hpp"
#include "experiments/inputs.hpp"
#include "experiments/pipeline.hpp"
#include "experiments/reproduction.hpp"
#include "experiments/results_file.hpp"
#include "experiments/run_directory.hpp"
#include "experiments/run_plan.hpp"
#include "experiments/summary.hpp"
#include "experiments/weights_out.hpp"
#include "nn/data/source.hpp"
#include "nn/network_hdf5.hpp"

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
  prepared.inputs = read_inputs(config, progress);
  prepared.data = plan_for(config);
  prepared.config = std::move(config);
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
  for (auto& [name, reproduce] : named.reproduce) reproduce.published.clear();
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

std::string bytes_text(double bytes) {
  return bytes < 1e6 ? fmt::format("{:.0f} kB", bytes / 1e3) : fmt::format("{:.0f} MB", bytes / 1e6);
}

namespace {

ExperimentResult compute(const PreparedExperiment& prepared, const CommandLine& line, const RunDirectory& directory,
                         Console& console) {
  const auto& [config, inputs, plan] = prepared;
  ExperimentResult result = Pipeline(config, plan, inputs).run(directory, console);
  result.reproduction = reproduce(inputs.published, result.networks);
  if (config.claims) result.claims = check_claims(config, result.networks);
  result.provenance = provenance_of(config, line, plan);
  for (const StageTime& stage : result.stages) result.provenance.wall_seconds += stage.seconds;
  for (const auto& [name, network] : result.networks) {
    if (!network.model.reached) console.warning(fmt::format("{}: training ended before its stop rule was met", name));
  }
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

// A run that needs nothing more than to be reported.
RunReport report_complete(const ExperimentConfig& config, const RunDirectory& directory, Console& console) {
  const ReproductionResult reproduction = read_earlier(directory.results(), [&](const auto& path) {
    const Hdf5Reader file(path);
    for (const auto& [name, network] : config.networks) {
      if (network.weights_out.empty()) continue;
      write_weights_out(config, name, read_network(file, fmt::format("networks/{}/model", name)), console);
    }
    return read_reproduction(file, "reproduction");
  });
  console.info(fmt::format("'{}' is complete; nothing to do (--fresh starts over)", directory.folder().string()));
  return {read_summary(directory), exit_code_of(reproduction)};
}

}  // namespace

RunReport run_experiment(const ExperimentConfig& written, const CommandLine& line, Console& console) {
  check_weights_out(written);
  PreparedExperiment prepared = prepare(written, console);
  const ExperimentConfig& config = prepared.config;
  DataPlan& plan = prepared.data;
  if (plan.kind == DataPlan::Kind::mnist_to_download) {
    console.begin_stage(1, 1, "download of MNIST");
    const Stopwatch watch;
    plan = fetch_data(plan, console);
    console.end_stage(watch.seconds());
  }
  const std::string identity = prepared.identity();
  if (!holds_complete_run(folder_for(config, line, identity), identity)) check_memory(prepared, thread_count());
  const RunDirectory directory(folder_for(config, line, identity), identity, print_experiment_config(config),
                               line.fresh);
  if (!directory.moved_aside().empty()) {
    console.info(fmt::format("the earlier folder is now '{}'", directory.moved_aside().string()));
  }
  if (plan.is_fallback) {
    console.warning(fmt::format("GENERATED DIGITS STAND IN FOR MNIST: {}", plan.fallback_reason));
  }
  if (directory.complete()) return report_complete(config, directory, console);
  console.open_log(directory.log());
  console.info(fmt::format("{}: data {} ({}), {} threads, results in '{}'", config.name, plan.name(), plan.origin(),
                           thread_count(), directory.folder().string()));

  ExperimentResult result = std::filesystem::exists(directory.results())
                                ? read_earlier(directory.results(), read_results)
                                : compute(prepared, line, directory, console);
  for (const auto& [name, network] : result.networks) write_weights_out(config, name, network.model.network, console);
  std::size_t figures = 0;
  if (config.figures) {
    console.begin_stage(1, 1, "figures");
    const Stopwatch watch;
    figures = draw_figures(*config.figures, result, directory.figures(), console).size();
    result.stages.push_back({"figures", watch.seconds()});
    console.end_stage(watch.seconds());
  }
  if (!result.reproduction.rows.empty()) {
    write_file_atomically(directory.folder() / "reproduction.csv", reproduction_csv(result.reproduction));
  }
  const std::string summary = summarise(result, directory.folder().string(), figures);
  write_file_atomically(directory.summary(), std::string_view(summary));
  directory.remove_stages();
  return {summary, exit_code_of(result.reproduction)};
}

}  // namespace inforelay
