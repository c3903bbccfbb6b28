#include "experiments/reports/summary.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/sets/neuron_set.hpp"
#include "core/text/message_text.hpp"
#include "core/text/unit_text.hpp"
#include "experiments/reports/recurrent_lines.hpp"
#include "experiments/reports/significance_text.hpp"
#include "experiments/results/layer_results.hpp"
#include "experiments/results/statistics_arrays.hpp"
#include "experiments/sources/recurrent_model.hpp"
#include "experiments/sources/system.hpp"
#include "nn/data/input_statistics.hpp"
#include "nn/knockout/knockout.hpp"
#include "nn/network/activation.hpp"

namespace inforelay {
namespace {

using Cells = std::vector<std::string>;

// Neighbouring columns of a table, each with its name.
struct ColumnGroup {
  std::string heading;
  std::vector<std::pair<std::string, Cells>> columns;
};

// Every column is as wide as its widest cell.
std::string table_text(const std::vector<ColumnGroup>& groups) {
  std::string headings, names;
  Cells rows(groups.front().columns.front().second.size());
  for (const ColumnGroup& group : groups) {
    const std::size_t begin = std::max(headings.size(), names.size());
    headings = fmt::format("{:<{}}  {}", headings, begin, group.heading);
    names.resize(begin, ' ');
    for (std::string& row : rows) row = fmt::format("{:<{}}", row, begin);
    for (const auto& [name, cells] : group.columns) {
      std::size_t width = name.size();
      for (const std::string& cell : cells) width = std::max(width, cell.size());
      names += fmt::format("  {:>{}}", name, width);
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i] += fmt::format("  {:>{}}", cells[i], width);
    }
  }
  headings.erase(headings.find_last_not_of(' ') + 1);
  return fmt::format("\n{}{}\n{}\n", headings.empty() ? "" : headings + "\n", names, fmt::join(rows, "\n"));
}

Cells number_cells(const std::vector<double>& values) {
  Cells cells;
  for (const double value : values) cells.push_back(std::isnan(value) ? "-" : fmt::format("{:.4f}", value));
  return cells;
}

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
  const Activation output = network_from(model).layers.back().activation;
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

std::string states_table(const LayerResults& layer) {
  ColumnGroup group{"", {}};
  for (const char* name : {"subset", "samples", "argmax accuracy", "states", "singleton states", "state entropy"})
    group.columns.push_back({name, {}});
  for (const std::string& subset : subsets_of(layer, "states")) {
    const ResultView states = layer.arrays.at("states/" + subset);
    const RowMatrix<float>& values = states.matrix<float>("value");
    const double levels =
        states.has("threshold") ? static_cast<double>(states.matrix<double>("threshold").cols()) + 1 : 256;
    const double units = static_cast<double>(values.cols()) * std::log2(levels);  // bits that they can hold
    const double log_samples = std::log2(static_cast<double>(values.rows()));
    const std::string bound = log_samples < units ? fmt::format("{:.3f}", log_samples) : fmt::format("{:.4g}", units);
    const Cells row{
        subset,
        std::to_string(values.rows()),
        states.has("argmax_accuracy") ? fmt::format("{:.4f}", states.number<double>("argmax_accuracy")) : "-",
        std::to_string(states.number<std::int64_t>("occupied_states")),
        fmt::format("{:.1f} %", 100 * states.number<double>("singleton_fraction")),
        fmt::format("{:.3f} of at most {} bits", states.number<double>("entropy_bits"), bound)};
    for (std::size_t i = 0; i < row.size(); ++i) group.columns[i].second.push_back(row[i]);
  }
  return table_text({group});
}

// The two units that greedy removal keeps longest; none for a class that was not analysed.
std::vector<int> last_two(const ResultView& relay, std::size_t c) {
  return std::isnan(relay.vector<double>("total")[c]) ? std::vector<int>() : last_units(relay, c, 2);
}

// The fraction of I_R(all) that the `left` units have which greedy removal keeps longest.
std::string share_cell(const ResultView& relay, std::size_t c, std::size_t left) {
  const RowMatrix<double>& path = relay.matrix<double>("greedy/information");
  const double total = relay.vector<double>("total")[c];
  const Eigen::Index removals = path.cols() - static_cast<Eigen::Index>(left);
  const double share = removals == 0 ? 1 : path(static_cast<Eigen::Index>(c), removals - 1) / total;
  return total > 0 ? fmt::format("{:.1f} %", 100 * share) : "-";  // no part of nothing, or of less
}

ColumnGroup relay_columns(const LayerResults& layer, const std::string& subset) {
  const ResultView relay = layer.arrays.at("relay/" + subset);
  ColumnGroup group{subset + " samples, bits",
                    {{"I(X_in; X_out)", number_cells(relay.numbers("input_output_information"))},
                     {"I_R(all)", number_cells(relay.numbers("total"))}}};
  if (!relay.has("greedy")) return group;
  Cells last, shares;
  for (std::size_t c = 0; c < contrast_names(layer, relay).size(); ++c) {
    const std::vector<int> units = last_two(relay, c);
    last.push_back(units.empty() ? "-" : fmt::format("{}", fmt::join(units, " ")));
    shares.push_back(units.empty() ? "-" : share_cell(relay, c, units.size()));
  }
  group.columns.emplace_back("last two", last);
  group.columns.emplace_back("of I_R(all)", shares);
  return group;
}

// Accuracy without the last two units, or without all units if there was no greedy search. If only statistics were
// kept: without the pair whose knockout hurts most. Of single knockouts: without the unit whose knockout hurts most.
ColumnGroup knockout_columns(const LayerResults& layer, const std::string& subset) {
  const ResultView knockout = layer.arrays.at("knockout/" + subset), relay = layer.arrays.at("relay/" + subset);
  const bool by_class = contrast_names(layer, relay) == layer.classes;
  const bool table = knockout.has("accuracy"), greedy = relay.has("greedy") && by_class;
  const bool single = knockout.has("accuracy_single");
  std::vector<double> shown;
  for (std::size_t c = 0; c < layer.classes.size(); ++c) {
    const int row = static_cast<int>(c);
    if (single) {
      shown.push_back(static_cast<double>(knockout.matrix<float>("accuracy_single").row(row).minCoeff()));
      continue;
    }
    if (!table) {
      const SubsetStatistics sizes = statistics_from(knockout.at("sizes"));
      shown.push_back(sizes.lowest_of(row, std::min(2, sizes.neurons())));
      continue;
    }
    const RowMatrix<float>& accuracy = knockout.matrix<float>("accuracy");
    NeuronSet out = NeuronSet::all(static_cast<int>(relay.matrix<double>("single").cols()));
    if (greedy) {
      out = {};
      for (const int unit : last_two(relay, c)) out = out.with(unit);
    }
    shown.push_back(out.size() > 0 ? accuracy(row, Eigen::Index{out.index()}) : std::nan(""));
  }
  const KnockoutWords words = knockout_words(knockout);
  return {"balanced accuracy" + words.function + words.replace,
          {{"intact", number_cells(knockout.numbers("intact"))},
           {single   ? "worst one out"
            : !table ? "worst two out"
            : greedy ? "last two out"
                     : "all out",
            number_cells(shown)}}};
}

ColumnGroup regression_columns(const ResultView& regression) {
  ColumnGroup group{"accuracy ~ size + information", {{"R^2", number_cells(regression.numbers("r_squared"))}}};
  const RowMatrix<double>& coefficient = regression.matrix<double>("coefficient");
  for (const auto& [name, term] : {std::pair("size", 1), std::pair("information", 2)})
    group.columns.emplace_back(name, number_cells({coefficient.col(term).begin(), coefficient.col(term).end()}));
  const Cells& undefined = regression.texts("undefined");
  if (std::any_of(undefined.begin(), undefined.end(), [](const std::string& why) { return !why.empty(); }))
    group.columns.emplace_back("no fit", undefined);
  return group;
}

// Two tables with a row for each class: relay information; function, and how well information explains it.
std::string class_tables(const LayerResults& layer) {
  const auto names_of = [](const std::vector<std::string>& names) {
    Cells cells;
    for (const std::string& name : names) cells.push_back(one_line(name));
    return ColumnGroup{"", {{"class", cells}}};
  };
  const std::vector<std::string> subsets = subsets_of(layer, "relay");
  std::vector<ColumnGroup> function{names_of(layer.classes)};
  std::vector<ColumnGroup> relay{names_of(contrast_names(layer, layer.arrays.at("relay/" + subsets.front())))};
  for (const std::string& subset : subsets) relay.push_back(relay_columns(layer, subset));
  for (const std::string& subset : subsets_of(layer, "knockout")) {
    if (!layer.arrays.has("knockout/" + subset + "/intact")) continue;
    function.push_back(knockout_columns(layer, subset));
    break;
  }
  if (layer.arrays.has("regression")) function.push_back(regression_columns(layer.arrays.at("regression")));
  return table_text(relay) + (function.size() > 1 ? table_text(function) : "");
}

// Of a layer that was analysed at each time: a row for each time, with the relay information of the first contrasts.
std::string times_tables(const LayerResults& layer) {
  constexpr std::size_t most_times = 40, most_contrasts = 4;
  const std::size_t times = std::min(layer.times, most_times);
  std::string text;
  for (const std::string& subset : subsets_of(layer, "states")) {
    const ResultView states = layer.arrays.at("states/" + subset), relay = layer.arrays.at("relay/" + subset);
    ColumnGroup group{"", {{"time", {}}, {"states", {}}, {"singleton states", {}}}};
    const std::vector<double> occupied = states.numbers("occupied_states"),
                              alone = states.numbers("singleton_fraction");
    for (std::size_t t = 0; t < times; ++t) {
      group.columns[0].second.push_back(std::to_string(t));
      group.columns[1].second.push_back(fmt::format("{:.0f}", occupied.at(t)));
      group.columns[2].second.push_back(fmt::format("{:.1f} %", 100 * alone.at(t)));
    }
    std::vector<ColumnGroup> groups{group};
    const std::vector<std::string> names = contrast_names(layer, relay);
    for (std::size_t c = 0; c < std::min(names.size(), most_contrasts); ++c) {
      const auto column = [&](const char* array) {
        std::vector<double> values;
        const RowMatrix<double>& all = relay.matrix<double>(array);
        for (std::size_t t = 0; t < times; ++t)
          values.push_back(all(static_cast<Eigen::Index>(t), static_cast<Eigen::Index>(c)));
        return number_cells(values);
      };
      groups.push_back({fmt::format("{}, bits", one_line(names[c])),
                        {{"I(X_in; X_out)", column("input_output_information")}, {"I_R(all)", column("total")}}});
    }
    text += fmt::format("\n{}: {} samples at each of {} times{}", subset, states.array("input").shape.at(1),
                        layer.times, table_text(groups));
    if (times < layer.times || names.size() > most_contrasts)
      text += fmt::format("({} times and {} contrasts, all are in results.h5)\n", layer.times, names.size());
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

std::string summarise(const ExperimentResult& result, const ComparisonResult& comparison, const std::string& folder,
                      std::size_t figures, double wall_seconds) {
  const RunProvenance& from = result.provenance;
  std::string text =
      fmt::format("{}: seed {}, data {} ({})\n", result.experiment, from.seed, from.data_name, from.data_origin);
  if (!from.fallback_reason.empty()) text += fmt::format("note: {}\n", from.fallback_reason);
  bool regressions = false, no_tables = false;
  for (const std::string& name : result.systems()) {
    const ResultView system = result.system(name);
    text += fmt::format("\n{}\n", name);
    text += result.is_recording(name) ? recording_lines(system)
            : is_recurrent(system)    ? recurrent_lines(system)
                                      : layers_line(system.at("model")) + inputs_line(system) + training_lines(system);
    const std::vector<LayerResults> layers = layers_of(result, name);
    for (const LayerResults& layer : layers) {
      if (layers.size() > 1) text += fmt::format("\nlayer {}\n", layer.layer);
      text +=
          layer.times > 0 ? times_tables(layer) : states_table(layer) + class_tables(layer) + significance_text(layer);
      regressions = regressions || layer.arrays.has("regression");
      no_tables = no_tables || lacks_tables(layer);
    }
  }
  text += "\nI_R(all), the relay information of all units, is at most I(X_in; X_out).\n";
  if (no_tables) {
    text +=
        "\nThe tables of all sets were left out (analysis.tables, max_memory): results.h5 has statistics for each set\n"
        "size.\n";
  }
  if (regressions) {
    text +=
        "\nRegression: accuracy after knockout ~ 1 + set size + information, each scaled to [0,1], over all sets. As "
        "the\nsets are all of one network, R^2 and coefficients describe the fit; t and F (results.h5) are not "
        "inference.\n";
  }
  text += comparison_table(comparison) + "\n" + times_table(result.stages);
  return text + fmt::format("Wrote results.h5 and {} figures to {} ({} this start)\n", figures, folder,
                            duration(wall_seconds));
}

}  // namespace inforelay
