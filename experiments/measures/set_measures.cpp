// Measures of all sets of units of a layer: the information of a set about input and output.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "core/parallel.hpp"
#include "experiments/config/derived_settings.hpp"
#include "experiments/measures/layer_states.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/measures/temporal_arrays.hpp"
#include "experiments/ranks/resumable_scan.hpp"
#include "experiments/results/statistics_arrays.hpp"
#include "infotheory/relay/set_measures.hpp"

namespace inforelay {
namespace {

const char* about(SetMeasure measure) {
  switch (measure) {
    case SetMeasure::mutual_information_input:
      return "I(X_in; B) of every set B of units; index: bit k is set if unit k is in the set";
    case SetMeasure::mutual_information_output:
      return "I(X_out; B) of every set B of units; index likewise";
    case SetMeasure::co_information:
      return "co-information I(X_in; X_out) - I(X_in; X_out | B) of every set B; negative: synergy; index likewise";
    case SetMeasure::representation:
      return "representation I(X_in; B | X_out) of every set B; index likewise";
    case SetMeasure::intersection_information:
      return "intersection information min{I(X_in; B), I(X_out; B), I(X_in; X_out)} of every set B; index likewise";
    case SetMeasure::miller_madow_correction:
      return "Miller-Madow correction of the relay information of the units that are not in B = Y_0; index: the set B";
  }
  return "";
}

std::vector<ArrayInfo> set_measure_arrays() {
  std::vector<ArrayInfo> infos = temporal_infos();
  for (const auto& [measure, word] : set_measure_names) {
    const std::string name(word);
    infos.push_back({name, "bit", {"class", "set"}, about(measure)});
    for (ArrayInfo& info : with_statistics({}, "bit", fmt::format("the measure {}", name))) {
      info.path = name + "_" + info.path;
      infos.push_back(std::move(info));
    }
  }
  return infos;
}

template <class Table>
void measure_all_sets(const Table& table, const LayerStates& states, MeasureRun& run, ResultArrays& out) {
  const std::vector<SetMeasure>& measures = run.place.config.analysis.measures;
  SetMeasureScan scan(table, measures, run.tables);
  run_resumable_scan(scan, run.store, run.progress, [&] { return measure_scan_job(states.source(), measures); });
  for (MeasuredSets& measured : scan.result()) {
    const std::string name(word_of(set_measure_names, measured.measure));
    if (measured.values.size() > 0) out.put(name, std::move(measured.values));
    put_statistics(measured.statistics, out, name + "_sizes");
  }
}

void compute_set_measures(MeasureRun& run, ResultArrays& out) {
  if (missing_temporal(run.place).empty()) put_temporal(run, out);
  if (run.place.config.analysis.measures.empty()) return;
  const LayerStates states = layer_states(run);
  put_contrast_names(states, out);
  std::visit([&](const auto& table) { measure_all_sets(table, states, run, out); }, states.table());
}

// As the scan of relay information (relay.cpp), with a table for each measure.
MemoryNeed memory_of_measures(const MeasurePlace& place, AllSetsTable tables) {
  const AnalysisConfig& analysis = place.config.analysis;
  LayerSizes size = place.sizes;
  if (analysis.contrast == ContrastKind::whole) size.classes = 1;
  const double samples = size.samples.at(place.subset), contrasts = size.classes;
  size.classes *= static_cast<double>(analysis.measures.size());
  if (has_binary_relay(analysis))
    return all_sets_need(size, tables, 16 * samples + 80 * expected_states(place) * contrasts);
  const double scan = samples * (48 * contrasts + 6 * size.units + 16);
  return all_sets_need(size, tables, scan + thread_count() * 16 * samples * (size.units + 1));
}

MemoryNeed set_measure_memory(const MeasurePlace& place, AllSetsTable tables) {
  MemoryNeed need;
  if (!place.config.analysis.measures.empty()) need = memory_of_measures(place, tables);
  if (!missing_temporal(place).empty()) return need;
  const MemoryNeed temporal = temporal_memory(place);
  need.kept += temporal.kept;
  need.working = std::max(need.working, temporal.working);
  need.sets = temporal.sets;
  if (need.smaller.empty()) need.smaller = temporal.smaller;
  return need;
}

}  // namespace

extern const Measure set_measures_measure;
const Measure set_measures_measure{
    .name = "measures",
    .scope = Scope::subset,
    .about = "measures of all sets of units of the layer: the information of a set about input and output",
    .arrays = set_measure_arrays(),
    .metrics = {},
    .missing = [](const MeasurePlace& place) -> std::string {
      const std::string temporal = missing_temporal(place);
      if (place.config.analysis.measures.empty() && !temporal.empty())
        return "there are no analysis.measures, and of analysis.lags: " + temporal;
      if (holds(place.config.analysis.relay.exhaustive, place.subset)) return missing_subset(place);
      return fmt::format("{} is not among analysis.relay.exhaustive", place.subset);
    },
    .label = [](const MeasurePlace&) -> std::string { return "measures of all sets"; },
    .memory = set_measure_memory,
    .compute = compute_set_measures,
};

}  // namespace inforelay
