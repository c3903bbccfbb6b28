#include "experiments/reports/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/text/message_text.hpp"
#include "core/text/unit_text.hpp"
#include "experiments/reports/recurrent_lines.hpp"
#include "experiments/reports/summary_files.hpp"
#include "experiments/reports/summary_section.hpp"
#include "experiments/sources/recurrent_model.hpp"
#include "experiments/sources/system.hpp"
#include "nn/data/input_statistics.hpp"
#include "nn/knockout/knockout.hpp"
#include "nn/network/activation.hpp"

namespace inforelay {
namespace {

std::string layers_line(const ResultView& model) {
  const std::string text = layers_text(model);
  return text.empty() ? "" : fmt::format("  layers: {}\n", text);
}

// "  inputs: (x / 255 - mean) / std; ...".
std::string inputs_line(const ResultView& system) {
  return fmt::format("  inputs: {}\n", scaling_text(scaling_from(system)));
}

// The balanced accuracies of training take each output by itself, also where the decision is the largest one.
std::string threshold_note(const ResultView& model) {
  std::string last;
  for (int number = 1; model.has(fmt::format("layer{}", number)); ++number) last = fmt::format("layer{}", number);
  if (last.empty()) return "";
  const Activation output = parse_activation(model.attribute<std::string>(last, "activation"), LayerPlace::output);
  if (function_of_output(output) == KnockoutFunction::threshold) return "";
  return fmt::format(" (each output against {:.4g})", decision_threshold(output));
}

std::string training_lines(const ResultView& system) {
  if (system.has_attribute("model", "weights_file")) {
    const auto files = system.attribute<std::vector<std::string>>("model", "weights_file");
    const auto formats = system.attribute<std::vector<std::string>>("model", "weights_format");
    std::string lines =
        fmt::format("  weights: {}{} ({})\n", files.front(),
                    files.size() > 1 ? fmt::format(" and {} more", files.size() - 1) : "", formats.front());
    if (!system.has_attribute("model", "batch_norm")) return lines;
    for (const std::string& norm : system.attribute<std::vector<std::string>>("model", "batch_norm"))
      lines += fmt::format("  batch normalisation folded in, {}\n", one_line(norm));
    return lines;
  }
  std::string line;
  if (system.has("training/detectors")) {
    line = "  epochs of the detectors:";
    for (std::size_t c = 0; c < system.texts("class").size(); ++c)
      line += fmt::format(" {}", system.numbers(fmt::format("training/detectors/{}/accuracy_train", c)).size());
  } else {
    const auto last = [&](const char* array) { return system.matrix<double>(array).bottomRows(1).mean(); };
    line = fmt::format("  trained for {} epochs, mean balanced accuracy {:.4f} train, {:.4f} test{}",
                       system.numbers("training/loss").size(), last("training/accuracy_train"),
                       last("training/accuracy_test"), threshold_note(system.at("model")));
  }
  return line + (system.attribute<std::int64_t>("training", "stop_rule_met") ? "" : "  (STOP RULE NOT MET)") + "\n";
}

std::string recording_lines(const ResultView& system) {
  std::string text = fmt::format("  recording: {}\n  axes: {}\n", system.attribute<std::string>("", "file"),
                                 system.attribute<std::string>("", "axes"));
  for (const std::string& layer : system.at("layers").children()) {
    const ResultView group = system.at("layers/" + layer);
    text += fmt::format("  {}: {} of type {}{}\n", layer, group.attribute<std::string>("", "array"),
                        group.attribute<std::string>("", "stored_type"),
                        group.has_attribute("", "note") ? ", " + group.attribute<std::string>("", "note") : "");
  }
  return text;
}

// Were tables of all sets left out?
bool lacks_tables(const LayerResults& layer) {
  for (const auto& [measure, table] : {std::pair("relay", "information"), std::pair("knockout", "accuracy")}) {
    for (const std::string& subset : subsets_of(layer, measure)) {
      const ResultView group = layer.arrays.at(fmt::format("{}/{}", measure, subset));
      if (group.has("sizes") && !group.has(table)) return true;
    }
  }
  return false;
}

}  // namespace

std::string times_table(const std::vector<StageTime>& stages) {
  std::string text = "Time per stage, including earlier starts\n";
  double seconds = 0;
  for (const StageTime& stage : stages) {
    text += fmt::format("  {:<64}  {:>14}\n", stage.stage, duration(stage.seconds));
    seconds += stage.seconds;
  }
  return text + fmt::format("  {:<64}  {:>14}\n", "all", duration(seconds));
}

std::string times_line(const std::vector<StageTime>& stages) {
  std::vector<std::size_t> order(stages.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return stages[a].seconds > stages[b].seconds; });
  double all = 0;
  for (const StageTime& stage : stages) all += stage.seconds;
  std::string text = fmt::format("Time {}", duration(all));
  constexpr std::size_t longest = 3;
  for (std::size_t i = 0; i < std::min(longest, order.size()); ++i) {
    const StageTime& stage = stages[order[i]];
    const std::string part = fmt::format("{}{} {}", i == 0 ? ": " : ", ", stage.stage, duration(stage.seconds));
    if (text.size() + part.size() > summary_width) break;
    text += part;
  }
  return text + "\n";
}

namespace {

std::string settings_line(const ExperimentResult& result) {
  const RunProvenance& from = result.provenance;
  std::string text =
      fmt::format("{}: seed {}, data {} ({})\n", result.experiment, from.seed, from.data_name, from.data_origin);
  if (!from.fallback_reason.empty()) text += wrapped("note: " + from.fallback_reason);
  return text;
}

// Sentences about the run as a whole.
std::vector<std::string> notes(const ExperimentResult& result, bool no_tables) {
  std::vector<std::string> all;
  if (!result.networks.empty()) {
    all.push_back(
        fmt::format("All numbers are of one network each (seed {}): others may differ; sweep.replicates "
                    "repeats the run with other seeds.",
                    result.provenance.seed));
  }
  if (no_tables) {
    all.emplace_back(
        "The tables of all sets were left out (analysis.tables, max_memory): results.h5 has statistics for "
        "each set size.");
  }
  return all;
}

}  // namespace

Summary summarise(const ExperimentResult& result, const ComparisonResult& comparison, const SummaryContext& context) {
  std::string text = settings_line(result);
  std::vector<LayerTables> data;
  std::vector<std::string> warnings = context.warnings;
  bool no_tables = false;
  for (const std::string& name : result.systems()) {
    const ResultView system = result.system(name);
    const bool is_recording = result.is_recording(name);
    text += fmt::format("\n{}\n", name);
    text += is_recording           ? recording_lines(system)
            : is_recurrent(system) ? recurrent_lines(system)
                                   : layers_line(system.at("model")) + inputs_line(system) + training_lines(system);
    const std::vector<LayerResults> layers = layers_of(result, name);
    for (const LayerResults& layer : layers) {
      if (layers.size() > 1) text += fmt::format("\nlayer {}\n", layer.layer);
      const SectionSource source{result, name, layer, is_recording};
      LayerTables& tables = data.emplace_back(LayerTables{name, layer.layer, {}});
      for (const SummarySection* section : summary_sections()) {
        if (section->over_time != (layer.times > 0)) continue;
        for (SummaryTable& table : section->tables(source)) {
          text += table_text(table);
          tables.tables.push_back(std::move(table));
        }
      }
      if (layer.times > 0) continue;
      for (std::string& warning : layer_warnings(source)) warnings.push_back(std::move(warning));
      no_tables = no_tables || lacks_tables(layer);
    }
  }
  text += "\n";
  for (const std::string& warning : warnings) text += wrapped("Warning: " + warning);
  for (const std::string& note : notes(result, no_tables)) text += wrapped(note);
  text += comparison_table(comparison) + "\n" + times_line(result.stages);
  text += fmt::format("Results, figures and tables of this summary ({} this start) are in\n{}\n",
                      duration(context.wall_seconds), context.folder);
  return {text, summary_csv(data), summary_json(result.experiment, result.provenance.seed, data, warnings)};
}

}  // namespace inforelay
