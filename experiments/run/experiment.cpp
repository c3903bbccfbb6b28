#include "experiments/run/experiment.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/hdf5_file.hpp"
#include "core/parallel.hpp"
#include "core/ranks/ranks.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"
#include "core/text/unit_text.hpp"
#include "experiments/compare/comparison.hpp"
#include "experiments/page/run_page.hpp"
#include "experiments/reports/draw_figures.hpp"
#include "experiments/reports/summary.hpp"
#include "experiments/reports/summary_section.hpp"
#include "experiments/results/layer_results.hpp"
#include "experiments/run/export_weights.hpp"
#include "experiments/run/pipeline.hpp"
#include "experiments/run/resolve.hpp"
#include "experiments/run/stage_times.hpp"
#include "experiments/sources/recurrent_model.hpp"
#include "nn/data/input_statistics.hpp"

namespace inforelay {
namespace {

// Reads a results file of an earlier start.
ExperimentResult read_earlier(const std::filesystem::path& path, ReadTables tables) {
  try {
    return read_results(path, tables);
  } catch (const DataError& error) {
    throw DataError(fmt::format("{}; --fresh starts over", error.what()));
  }
}

ExitCode exit_code_of(const ExperimentResult& result) {
  return comparison_from(result.arrays.view("comparison")).met() ? ExitCode::ok : ExitCode::comparison;
}

// Details of the run, with -v and in run.log.
void report_details(const ResolvedExperiment& run, const CommandLine& line, Console& console) {
  const DataPlan& data = run.data();
  const DataSizes sizes = data.sizes();
  const MemoryPeak peak = run.peak(thread_count(), ranks().size());
  console.detail(fmt::format("program: inforelay {} ({}), {}, {}", version(), git_revision(), compiler(), host_name()));
  console.detail(fmt::format("data: {} training and {} test samples, {} inputs, {} classes, SHA-256 {}", sizes.train,
                             sizes.test, sizes.inputs, sizes.classes, data.sha256()));
  console.detail(fmt::format("memory: {} expected, at '{}'; limit {}", bytes_text(peak.bytes), peak.stage,
                             memory_limit_text(run.config())));
  console.detail(fmt::format("threads: {} ({})", thread_count(), line.threads_source));
}

// The largest amount of memory that this process has used, bytes.
double peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return 1024.0 * static_cast<double>(usage.ru_maxrss);
}

// Warnings that are printed and stand in the summary.
class RunWarnings {
 public:
  explicit RunWarnings(Console& console) : console_(console) {}
  void add(const std::string& text) {
    console_.warning(text);
    all_.push_back(text);
  }
  const std::vector<std::string>& all() const { return all_; }

 private:
  Console& console_;
  std::vector<std::string> all_;
};

// The accuracy that a guess of the commonest class exceeds by chance in one case of 700: three standard deviations.
double chance_bound(double commonest, double samples) {
  return commonest + 3 * std::sqrt(commonest * (1 - commonest) / samples);
}

// A network that decides no better than chance was probably not read as it was trained.
void warn_of_chance(const ExperimentResult& result, const std::string& name, RunWarnings& warnings) {
  const std::vector<LayerResults> layers = layers_of(result, name);
  if (layers.empty()) return;
  for (const std::string& subset : subsets_of(layers.front(), "states")) {
    const ResultView states = layers.front().arrays.at("states/" + subset);
    const double accuracy = states.number<double>("argmax_accuracy");
    const std::span<const Symbol> classes = states.vector<Symbol>("input");
    std::vector<double> counts(layers.front().symbols.size());
    for (const Symbol cls : classes) counts.at(cls) += 1;
    const auto samples = static_cast<double>(classes.size());
    const double chance = *std::max_element(counts.begin(), counts.end()) / samples;
    if (accuracy > chance_bound(chance, samples)) continue;
    warnings.add(
        fmt::format("{}: the argmax accuracy on the {} samples of {}, {:.4f}, is at chance level (the commonest class "
                    "has {:.4f}); check activation and output_activation, the scaling of the inputs, and the order of "
                    "layers and classes",
                    name, classes.size(), subset, accuracy, chance));
  }
}

// The same of a recurrent network, by its decisions at labelled steps: for as many samples as there are changes of the
// label, since steps of the same label are not independent. All layers and times have the same numbers.
void warn_of_chance(const ResultView& system, const std::string& name, RunWarnings& warnings, Console& console) {
  const ResultView all = system.at("layers/" + system.at("layers").children().front() + "/states");
  for (const std::string& subset : all.children()) {
    const ResultView states = all.at(subset);
    if (!states.has("step_label_changes")) continue;  // made by an earlier version
    const double accuracy = states.numbers("step_accuracy").front(),
                 chance = states.numbers("step_commonest_label").front(),
                 samples = states.numbers("step_label_changes").front();
    console.detail(fmt::format("{}: accuracy {:.4f} on the labelled steps of {}", name, accuracy, subset));
    if (accuracy > chance_bound(chance, samples)) continue;
    warnings.add(
        fmt::format("{}: the accuracy on the labelled steps of {}, {:.4f}, is at chance level (the commonest label has "
                    "{:.4f}; {} changes of the label); check recurrent.kind, threshold and output_activation",
                    name, subset, accuracy, chance, samples));
  }
}

// The configuration has the last word, also against a file that states how its network was made: but not in silence.
void warn_of_overruled_files(const ResolvedExperiment& run, const ResultView& system, const std::string& name,
                             RunWarnings& warnings) {
  const auto found = run.files().networks.find(name);
  if (found == run.files().networks.end()) return;
  const InputScaling used = scaling_from(system);
  for (const WeightSource& source : found->second.sources) {
    if (source.inputs && !is_same_scaling(*source.inputs, used)) {
      warnings.add(fmt::format("{}: '{}' states that the inputs of its network were {}, but data.inputs makes them {}",
                               name, source.file, scaling_text(*source.inputs), scaling_text(used)));
    }
    if (!source.overruled.empty()) {
      warnings.add(fmt::format("{}: '{}' states the activations {}, but the configuration makes it {}", name,
                               source.file, source.overruled, layers_text(system.at("model"))));
    }
  }
}

// Widths and activations of a network, and its accuracy on each subset, for the log.
void report_network(const ExperimentResult& result, const std::string& name, Console& console) {
  std::string text = fmt::format("{}: layers {}", name, layers_text(result.network(name).at("model")));
  const std::vector<LayerResults> layers = layers_of(result, name);
  if (!layers.empty()) {
    std::vector<std::string> accuracies;
    for (const std::string& subset : subsets_of(layers.front(), "states")) {
      const double accuracy = layers.front().arrays.at("states/" + subset).number<double>("argmax_accuracy");
      accuracies.push_back(fmt::format("{:.4f} on {}", accuracy, subset));
    }
    text += fmt::format("; argmax accuracy {}", fmt::join(accuracies, ", "));
  }
  console.detail(text);
}

// Standardisation divides by the standard deviation, and an input that never varies has none.
void report_constant_inputs(const ExperimentResult& result, Console& console) {
  if (result.networks.empty()) return;
  const ResultView system = result.network(result.networks.front());
  if (is_recurrent(system) || !system.has_attribute("model", "constant_inputs")) return;
  const auto count = system.attribute<std::int64_t>("model", "constant_inputs");
  if (count == 0) return;
  console.info(
      fmt::format("{} of {} inputs are the same in all training samples: their standard deviation is taken as 1", count,
                  system.vector<float>("model/input_std").size()));
}

// The outputs of a network from a file have an order that the file does not state, and words have none by nature.
void warn_of_class_order(const ResolvedExperiment& run, Console& console) {
  const std::vector<std::string>& classes = run.data().facts.class_names;
  const bool are_words = std::any_of(classes.begin(), classes.end(),
                                     [](const std::string& name) { return !number_from<std::int64_t>(name); });
  if (!are_words || !run.config().data.classes.empty()) return;
  std::vector<std::string> names;
  for (const auto& [name, network] : run.config().networks) {
    if (network.from_files()) names.push_back(name);
  }
  if (names.empty()) return;
  console.warning(
      fmt::format("the labels in {} are words: the outputs of {} are taken to be the classes in alphabetical order, "
                  "{}; if the network was trained with another order, list them in data.classes",
                  run.data().facts.origin, fmt::join(names, ", "), listed(classes)));
}

// What the results say of the networks: also if an earlier start has written them, which may have been stopped before
// it could warn.
void report_networks(const ResolvedExperiment& run, const ExperimentResult& result, RunWarnings& warnings,
                     Console& console) {
  for (const std::string& name : result.networks) {
    const ResultView system = result.network(name);
    if (system.attribute<std::int64_t>("training", "stop_rule_met") == 0)
      warnings.add(fmt::format("{}: training ended before its stop rule was met", name));
    if (is_recurrent(system)) {
      warn_of_chance(system, name, warnings, console);
      continue;
    }
    report_network(result, name, console);
    warn_of_overruled_files(run, system, name, warnings);
    warn_of_chance(result, name, warnings);
  }
  report_constant_inputs(result, console);
  for (const std::string& name : result.systems()) {
    for (const LayerResults& layer : layers_of(result, name)) {
      if (layer.times > 0) continue;  // the summary has the numbers of each time
      for (const std::string& warning : undersampling_warnings(layer)) warnings.add(warning);
    }
  }
}

ExperimentResult compute(const ResolvedExperiment& run, const CommandLine& line, const RunDirectory& directory,
                         Console& console) {
  ExperimentResult result = run_stages(run, directory, console);
  console.check();
  const ComparisonResult comparison = compare(run.config(), run.published(), result);
  if (!comparison.empty()) result.arrays.merge("comparison", comparison_arrays(comparison));
  result.provenance = provenance_of(run.config(), line, run.data());
  for (const StageTime& stage : result.stages) result.provenance.wall_seconds += stage.seconds;
  directory.verify_lock();
  write_results(directory.results(), result);
  console.detail(fmt::format("wrote '{}' ({}), peak memory {}", directory.results().string(),
                             bytes_text(static_cast<double>(std::filesystem::file_size(directory.results()))),
                             bytes_text(peak_memory())));
  return result;
}

// The data again, if they are images and on this machine: results do not have them.
std::optional<DataPair> images_of(const ResolvedExperiment& run, const ExperimentResult& result) {
  const DataPlan& plan = run.data();
  const DataSizes sizes = plan.sizes();
  if (result.networks.empty() || !run.config().analysis.knockout || sizes.rows == 0 || sizes.are_sequences() ||
      plan.needs_download() || plan.sha256() != result.provenance.data_sha256)
    return {};
  return load_data(plan);
}

void write_page(const ExperimentResult& result, const std::optional<DataPair>& images, const RunDirectory& directory) {
  const std::string note(result.networks.empty() ? "" : data_source(result.provenance.data_name).note);
  write_file_atomically(directory.page(), std::string_view(run_page(result, note, images ? &*images : nullptr)));
}

void draw(const ResolvedExperiment& run, ExperimentResult& result, const RunDirectory& directory, Console& console) {
  const ExperimentConfig& config = run.config();
  console.begin_stage("figures");
  const Stopwatch watch;
  const std::vector<std::string> before = figures_in(directory.figures());
  std::function<void()> page;
  std::optional<DataPair> images;
  if (config.figures->page) {
    images = images_of(run, result);  // may read in a process of its own, which is not begun beside other threads
    page = [&] { write_page(result, images, directory); };
  }
  std::vector<std::string> names = draw_figures(*config.figures, result, directory.figures(), console, page);
  console.check();  // for a stop request during the last figure
  if (page) console.info(fmt::format("open '{}' in a browser to explore the results", directory.page().string()));
  result.stages.push_back({"figures", watch.seconds()});
  console.end_stage(watch.seconds());
  console.detail(fmt::format("wrote {}/{{{}}}", directory.figures().string(), fmt::join(names, ",")));
  remove_other_figures(directory.figures(), before, names, config.figures->formats);
  console.report_figures(std::move(names));
  directory.update_config();
}

// Reports all stages of an earlier start as cached, except the figures.
void report_kept_stages(const ExperimentConfig& config, const ExperimentResult& result, Console& console) {
  console.expect_stages(1, static_cast<int>(result.stages.size()) + (config.figures ? 1 : 0));
  for (const StageTime& stage : result.stages) console.kept_stage(stage.stage, stage.seconds);
}

// True if an earlier start with less memory left out tables that are wanted now: groups with statistics by set size and
// no array over all sets.
bool lacks_tables(const ResolvedExperiment& run, const std::filesystem::path& results) {
  if (run.tables() == AllSetsTable::discard) return false;
  std::vector<std::string> arrays, tables;
  const Hdf5Reader file(results);
  const auto note = [&](const std::string& path, Hdf5Kind kind) {
    if (kind != Hdf5Kind::array) return;
    arrays.push_back(path);
    const std::vector<std::string> axes = file.dimension_names(path);
    if (std::find(axes.begin(), axes.end(), "set") != axes.end()) tables.push_back(path);
  };
  for (const char* group : {"networks", "recordings"}) {
    if (file.exists(group)) file.visit(group, note);
  }
  return lacks_a_table(arrays, tables);
}

// Reports a complete run; redraws its figures if they are missing.
RunReport report_complete(const ResolvedExperiment& run, RunDirectory& directory, Console& console) {
  const ExperimentConfig& config = run.config();
  const ExperimentResult small = read_earlier(directory.results(), ReadTables::no);
  write_weights_out(config, small, console);
  const std::string folder = directory.folder().string();
  if (lacks_tables(run, directory.results())) {
    console.warning(
        fmt::format("'{}' was computed without the tables of all sets, which fit into memory now; --fresh "
                    "computes them (and renames the folder)",
                    folder));
  }
  if (config.figures && (!holds_figures(directory.folder(), config.figures->formats, print_experiment_config(config)) ||
                         (config.figures->page && !std::filesystem::exists(directory.page())))) {
    if (access(directory.folder().c_str(), W_OK) == 0) {
      directory.acquire_lock(console);
      console.expect_work(expected_stages(run, directory.folder()));
      return in_open_folder(directory, config.name, console, [&] {
        console.info(fmt::format("'{}' is complete, but lacks figures, or has others: redrawing all figures", folder));
        ExperimentResult result = read_earlier(directory.results(), ReadTables::yes);
        report_kept_stages(config, result, console);
        draw(run, result, directory, console);
        return RunReport{read_summary(directory), exit_code_of(small), "", folder};
      });
    }
    console.warning(fmt::format("'{}' lacks figures, or has others, and cannot be written", folder));
  }
  console.info(fmt::format("'{}' is complete; nothing to do (--fresh starts over)", folder));
  return {read_summary(directory), exit_code_of(small), "", folder};
}

// The results that an earlier start wrote before it was stopped; none if they belong to another run, or if paths of
// files or max_memory differ in the configuration that they quote. They are then written again from the stages, which
// exist until the summary does.
std::optional<ExperimentResult> written_results(const ResolvedExperiment& run, const RunDirectory& directory,
                                                Console& console) {
  if (!std::filesystem::exists(directory.results())) return {};
  ExperimentResult result = read_earlier(directory.results(), ReadTables::yes);
  if (result.provenance.config == print_experiment_config(run.config()) &&
      result.provenance.data_sha256 == run.data().sha256()) {
    return result;
  }
  console.warning(
      fmt::format("recomputing '{}': it belongs to another configuration or other data", directory.results().string()));
  return {};
}

// Computes the results unless they exist, and writes figures, comparison and summary.
RunReport work(const ResolvedExperiment& run, const CommandLine& line, RunDirectory& directory, RunWarnings& warnings,
               Console& console) {
  const Stopwatch watch;
  const ExperimentConfig& config = run.config();
  std::optional<ExperimentResult> written = written_results(run, directory, console);
  if (written) report_kept_stages(config, *written, console);
  ExperimentResult result = written ? std::move(*written) : compute(run, line, directory, console);
  report_networks(run, result, warnings, console);
  write_weights_out(config, result, console);
  directory.verify_lock();
  if (config.figures) draw(run, result, directory, console);
  directory.verify_lock();
  const ComparisonResult comparison = comparison_from(result.arrays.view("comparison"));
  if (!comparison.empty())
    write_file_atomically(directory.folder() / "comparison.csv", std::string_view(comparison_csv(comparison)));
  const std::string folder = directory.folder().string();
  const Summary summary =
      summarise(result, comparison, {.folder = folder, .warnings = warnings.all(), .wall_seconds = watch.seconds()});
  console.detail(times_table(result.stages));
  write_file_atomically(directory.folder() / "summary.csv", std::string_view(summary.csv));
  write_file_atomically(directory.folder() / "summary.json", std::string_view(summary.json));
  directory.remove_stages();  // before the summary, which marks the run as complete
  write_file_atomically(directory.summary(), std::string_view(summary.text));
  return {summary.text, exit_code_of(result), "", folder};
}

}  // namespace

RunReport run_experiment(const ExperimentConfig& written, const CommandLine& line, Console& console) {
  check_weights_out(written);
  ResolvedExperiment run(written, console);
  const ExperimentConfig& config = run.config();
  // Before a download: a run that does not fit is refused without it.
  if (const std::string identity = run.identity();
      line.fresh || !holds_complete_run(folder_for(config, line, identity), identity)) {
    run.check_memory(thread_count(), ranks().size());
  }
  run.set_data(fetch_as_stage(run.data(), static_cast<int>(run.stages().size()) + (config.figures ? 1 : 0), console));
  const std::string identity = run.identity();
  RunDirectory directory = open_folder(config, line, identity, console);
  RunWarnings warnings(console);
  for (const std::string& warning : {run.data().fallback_reason, run.data().remark()}) {
    if (!warning.empty()) warnings.add(warning);
  }
  warn_of_class_order(run, console);
  for (const LoadedRecording& recording : run.recordings()) {
    for (const std::string& warning : recording.warnings) warnings.add(warning);
  }
  if (directory.complete()) return report_complete(run, directory, console);
  console.expect_work(expected_stages(run, directory.folder()));
  return in_open_folder(directory, config.name, console, [&] {
    console.info(fmt::format("{}: data {} ({}), {}, results in '{}'", config.name, run.data().name(),
                             run.data().origin(), threads_text(thread_count()), directory.folder().string()));
    report_details(run, line, console);
    if (const std::string note = run.tables_note(); !note.empty()) warnings.add(note);
    if (const std::string note = run.levels_note(); !note.empty()) warnings.add(note);
    return work(run, line, directory, warnings, console);
  });
}

}  // namespace inforelay
