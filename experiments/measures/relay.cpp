// Relay information of a layer: total, of single units, along the greedy path, and of all sets.
#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <numeric>
#include <type_traits>
#include <variant>

#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "experiments/config/derived_settings.hpp"
#include "experiments/measures/branching_arrays.hpp"
#include "experiments/measures/chosen_classes.hpp"
#include "experiments/measures/layer_states.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/ranks/resumable_scan.hpp"
#include "experiments/ranks/scan_messages.hpp"
#include "experiments/results/layer_results.hpp"
#include "experiments/results/statistics_arrays.hpp"
#include "infotheory/relay/exhaustive.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/relay/measured_greedy.hpp"
#include "infotheory/relay/relay.hpp"
#include "infotheory/relay/relay_summaries.hpp"

namespace inforelay {
namespace {

bool exhaustive_at(const MeasurePlace& place) { return holds(place.config.analysis.relay.exhaustive, place.subset); }

// One byte per unit if the layer is not wide.
void put_removal_order(const RowMatrix<std::uint16_t>& order, bool wide, ResultArrays& out) {
  if (wide) return out.put("greedy/removal_order", order);
  out.put<std::uint8_t>("greedy/removal_order", order.cast<std::uint8_t>());
}

// 1 if the greedy path ends with the units of detector c: of H units for each, cH ... cH + H-1. -1: not analysed.
std::vector<std::int64_t> module_found(const GreedyRelay& greedy, const std::vector<int>& chosen, int classes,
                                       int units) {
  std::vector<std::int64_t> found(static_cast<std::size_t>(classes), -1);
  for (std::size_t row = 0; row < chosen.size(); ++row) {
    const int c = chosen[row];
    const auto order = greedy.removal_order.row(static_cast<Eigen::Index>(row));
    found[static_cast<std::size_t>(c)] =
        std::all_of(order.end() - units, order.end(), [&](std::uint16_t unit) { return unit / units == c; });
  }
  return found;
}

// The tied paths of the greedy search are followed for binary units only; config_checks refuses others.
void put_branching_paths(MeasureRun& run, const StateTable& table, ResultArrays& out) {
  put_branching(compute_branching(table, run.store, run.progress), table.unit_count(), out);
}
void put_branching_paths(MeasureRun&, const LevelTable&, ResultArrays&) { assert(false); }

// A greedy search by another measure, and the relay information of the sets that it leaves.
template <class Table>
void put_by_measure(const Table& table, SetMeasure measure, const std::vector<int>& chosen, int classes,
                    ResultArrays& out, Progress& progress) {
  const MeasuredGreedy path = greedy_by_measure(table, measure, chosen, progress);
  RowMatrix<double> information(path.value.rows(), path.value.cols());
  for (Eigen::Index row = 0; row < information.rows(); ++row) {
    const auto order = path.removal_order.row(row);
    for (Eigen::Index step = 0; step < information.cols(); ++step) {
      const std::vector<int> left(order.data() + step + 1, order.data() + order.size());
      const int contrast = chosen[static_cast<std::size_t>(row)];
      if constexpr (std::is_same_v<Table, StateTable>)
        information(row, step) = wide_relay_information_bits(table, contrast, left);
      else
        information(row, step) = relay_information_bits(table, contrast, left);
    }
  }
  out.put_attribute("by_measure", "measure", std::string(word_of(set_measure_names, measure)));
  out.put<std::uint8_t>("by_measure/removal_order",
                        by_class(path.removal_order, chosen, classes, no_neuron).template cast<std::uint8_t>());
  out.put("by_measure/value", by_class(path.value, chosen, classes, not_computed));
  out.put("by_measure/information", by_class(information, chosen, classes, not_computed));
}

template <class Table>
void put_exhaustive(MeasureRun& run, const LayerStates& states, const Table& table, const GreedyRelay& path,
                    ResultArrays& out) {
  ExhaustiveRelayScan scan(table, path, run.tables);
  run_resumable_scan(scan, run.store, run.progress, [&] { return relay_scan_job(states.source(), path); });
  ExhaustiveRelay all = scan.result();
  if (all.information.size() > 0) out.put("information", std::move(all.information));
  if (!all.statistics.empty()) put_statistics(all.statistics, out);
  out.put("best/information", std::move(all.best_information));
  out.put("best/set", std::move(all.best_set));
  if (!run.place.config.analysis.relay.greedy) return;
  out.put("best/above_greedy", all.above_greedy);
  out.put("best/above_greedy_as_published", all.above_greedy_as_published);
}

template <class Table>
void compute_from(const Table& table, const LayerStates& states, MeasureRun& run, ResultArrays& out) {
  const RelayConfig& config = run.place.config.analysis.relay;
  const int classes = table.contrast_count(), units = table.unit_count();
  const bool wide = units > NeuronSet::max_neurons;
  const std::vector<int> chosen = chosen_classes(config, classes);
  QuietProgress quiet(run.progress);
  // A narrow layer takes a moment only.
  Progress& greedy_progress = wide || std::is_same_v<Table, LevelTable> ? run.progress : quiet;

  std::vector<double> total(static_cast<std::size_t>(classes), not_computed);
  const std::vector<double> totals = total_relay_information_bits(table, chosen);
  for (std::size_t row = 0; row < chosen.size(); ++row) total[static_cast<std::size_t>(chosen[row])] = totals[row];
  out.put("total", total);
  out.put("input_output_information", input_output_information_bits(table));
  out.put("single", by_class(single_neuron_loss_bits(table, chosen), chosen, classes, not_computed));
  if (config.branching) put_branching_paths(run, table, out);
  if (config.by && !wide) put_by_measure(table, *config.by, chosen, classes, out, run.progress);
  if (!config.greedy && !exhaustive_at(run.place)) return;
  const GreedyRelay path = greedy_relay(table, chosen, greedy_progress);
  if (exhaustive_at(run.place)) put_exhaustive(run, states, table, path, out);
  if (!config.greedy) return;
  const RowMatrix<double> aggregated = by_class(aggregated_relay_information_bits(path), chosen, classes, not_computed);
  out.put("participation", participation_ratio(aggregated));
  out.put("aggregated", aggregated);
  put_removal_order(by_class(path.removal_order, chosen, classes, no_neuron), wide, out);
  out.put("greedy/information", by_class(path.information, chosen, classes, not_computed));
  if (run.place.network.detectors && !states.contrasts.empty())
    out.put("module_found", module_found(path, chosen, classes, run.place.network.detectors->hidden));
}

void compute_relay(MeasureRun& run, ResultArrays& out) {
  const LayerStates states = layer_states(run);
  put_contrast_names(states, out);
  std::visit([&](const auto& table) { compute_from(table, states, run, out); }, states.table());
}

std::string missing_greedy(const MeasurePlace& place, int) {
  return place.config.analysis.relay.greedy ? "" : "analysis.relay.greedy is false";
}
std::string missing_sets(const MeasurePlace& place, int percent) {
  if (!exhaustive_at(place)) return fmt::format("{} is not among analysis.relay.exhaustive", place.subset);
  return percent > 100 ? "more than 100 percent of the information" : "";
}
std::string missing_both(const MeasurePlace& place, int) {
  const std::string greedy = missing_greedy(place, 0);
  return greedy.empty() ? missing_sets(place, 0) : greedy;
}
std::string missing_last(const MeasurePlace& place, int count) {
  const double units = place.sizes.units;  // 0: not known yet
  if (units > 0 && count > units) return "the layer has fewer units";
  if (place.sizes.is_wide()) return fmt::format("the layer has more than {} units", NeuronSet::max_neurons);
  return missing_greedy(place, 0);
}
std::string missing_modules(const MeasurePlace& place, int) {
  if (place.config.analysis.contrast == ContrastKind::whole) return "analysis.contrast is whole";
  return place.network.detectors ? missing_greedy(place, 0) : "it is no network composed of detectors";
}

std::vector<MetricValue> last_sets(const ResultView& relay, int count) {
  std::vector<MetricValue> values;
  for (std::size_t c = 0; c < relay.array("greedy/removal_order").shape.front(); ++c) {
    NeuronSet set;
    for (const int unit : last_units(relay, c, count)) set = set.with(unit);
    values.emplace_back(set);
  }
  return values;
}

// The size of the smallest set with at least `percent` of the relay information of all units; NaN if that is not
// positive, so that no part of it means anything.
std::vector<MetricValue> smallest_set(const ResultView& relay, int percent) {
  const std::span<const double> total = relay.vector<double>("total");
  const RowMatrix<double>& best = relay.matrix<double>("best/information");
  std::vector<MetricValue> values;
  for (Eigen::Index c = 0; c < best.rows(); ++c) {
    const double wanted = percent / 100.0 * total[static_cast<std::size_t>(c)];
    Eigen::Index size = 0;
    while (size + 1 < best.cols() && best(c, size) < wanted) ++size;
    values.emplace_back(wanted > 0 ? static_cast<double>(size) : not_computed);
  }
  return values;
}

// Of several levels nearly every sample may have a state of its own.
MemoryNeed level_need(const MeasurePlace& place, AllSetsTable tables) {
  LayerSizes size = place.sizes;
  const double samples = size.samples.at(place.subset);
  if (place.config.analysis.contrast == ContrastKind::whole) size.classes = 1;
  const double at_once = std::min<double>(thread_count(), size.classes);
  const double table = samples * (size.units + 16), search = at_once * samples * (24 + size.units / 8);
  if (!exhaustive_at(place)) return samples_need(0, table + search);
  const double scan = samples * (48 * size.classes + 5 * size.units) + thread_count() * 16 * samples * (size.units + 1);
  return all_sets_need(size, tables, table + std::max(search, scan));
}

MemoryNeed relay_memory(const MeasurePlace& place, AllSetsTable tables) {
  const LayerSizes& size = place.sizes;
  const double samples = size.samples.at(place.subset);
  if (!has_binary_relay(place.config.analysis)) return level_need(place, tables);
  const double states = expected_states(place);
  // Wide: packed rows; counts of the classes and of two at work; parts of the cells as wide_partition.hpp bounds them.
  if (size.is_wide())
    return samples_need(0, samples * (size.units / 8 + 12 * size.classes + 2 * (24 + 16 * size.units / 13)));
  // For each class counts of 12 bytes, and at work cells of 24 (relay_cell.hpp) with the state.
  const double working = 16 * samples + states * (12 + 36 * size.classes);
  return exhaustive_at(place) ? all_sets_need(size, tables, working) : samples_need(0, working);
}

}  // namespace

extern const Measure relay_measure;
const Measure relay_measure{
    .name = "relay",
    .scope = Scope::subset,
    .about = "relay information of the units of the layer, I_R(X_in; X_out; Y_R | Y_0)",
    .arrays = with_statistics(
        {{"total", "bit", {"class"}, "relay information of all units together"},
         {"input_output_information",
          "bit",
          {"class"},
          "I(X_in; X_out): an upper bound of the relay information of all units together"},
         {"single", "bit", {"class", "unit"}, "loss of relay information without the unit"},
         {"aggregated", "bit", {"class", "unit"}, "aggregated relay information"},
         {"participation",
          "1",
          {"class"},
          "participation ratio (sum V)^2 / sum V^2 of the aggregated relay information V: the number of units over "
          "which it is spread"},
         {"module_found",
          "1",
          {"class"},
          "1 if the greedy path ends with exactly the units of the class's detector, 0 if not, -1 if the class was not "
          "analysed"},
         {"greedy/removal_order", "1", {"class", "step"}, "unit removed at each step"},
         {"greedy/information", "bit", {"class", "step"}, "relay information of what is left after that removal"},
         {"by_measure/removal_order", "1", {"class", "step"}, "unit removed at each step of the search by the measure"},
         {"by_measure/value", "bit", {"class", "step"}, "the measure of what is left after that removal"},
         {"by_measure/information", "bit", {"class", "step"}, "relay information of what is left after that removal"},
         {"branching/information",
          "bit",
          {"class", "step"},
          "relay information of the best sets after that removal, all ties followed"},
         {"branching/tied", "1", {"class", "step"}, "sets that share it"},
         {"branching/sets", "1", {"tied_set"}, "these sets, class by class and step by step; bit k is unit k"},
         {"information",
          "bit",
          {"class", "set"},
          "relay information of every set of units; index: bit k is set if unit k is in the set"},
         {"best/information", "bit", {"class", "size"}, "largest relay information of a set of each size"},
         {"best/set", "1", {"class", "size"}, "that set, bit k is unit k; of equals the lowest"},
         {"best/above_greedy",
          "1",
          {"class"},
          "fraction of all sets with more relay information than the greedy set of their size"},
         {"best/above_greedy_as_published",
          "1",
          {"class"},
          "the same against the greedy set one smaller, as in the published numbers"}},
        "bit", "relay information"),
    .metrics = {{"total", "relay information of all units (bit)", "total"},
                {"participation", "participation ratio", "participation", {}, missing_greedy},
                {"module_found", "known module found", "module_found", {}, missing_modules},
                {"above_greedy", "fraction of sets above greedy", "best/above_greedy", {}, missing_both},
                {"above_greedy_as_published",
                 "fraction of sets above greedy, as published",
                 "best/above_greedy_as_published",
                 {},
                 missing_both},
                {"last_N",
                 "last units",
                 "",
                 {"1", "the N units that greedy removal keeps longest", true, last_sets},
                 missing_last},
                {"smallest_set_N",
                 "units in the smallest set with N % of the information",
                 "",
                 {"1", "size of the smallest set with N percent of the relay information of all units", false,
                  smallest_set},
                 missing_sets}},
    .missing = missing_subset,
    .label = [](const MeasurePlace& place) -> std::string {
      return exhaustive_at(place)                 ? "relay information of all sets"
             : place.config.analysis.relay.greedy ? "greedy relay search"
                                                  : "relay information of single units";
    },
    .memory = relay_memory,
    .compute = compute_relay,
};

}  // namespace inforelay
