#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/sets/subset_statistics.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/ranks/distributed_scan.hpp"
#include "experiments/ranks/resumable_scan.hpp"

namespace inforelay {

extern const Measure training_measure, recording_measure, states_measure, relay_measure, set_measures_measure,
    significance_measure, held_out_measure, estimators_measure, knockout_measure, importance_measure,
    regression_measure, geometry_measure, chosen_sets_measure, ablation_measure, recurrent_training_measure,
    time_knockout_measure, drift_measure, fragmentation_measure, smearedness_measure;

const std::vector<const Measure*>& measures() {
  static const std::vector<const Measure*> all{
      &training_measure,     &recurrent_training_measure,
      &recording_measure,    &states_measure,
      &relay_measure,        &drift_measure,
      &set_measures_measure, &fragmentation_measure,
      &smearedness_measure,  &estimators_measure,
      &significance_measure, &held_out_measure,
      &knockout_measure,     &time_knockout_measure,
      &importance_measure,   &regression_measure,
      &geometry_measure,     &chosen_sets_measure,
      &ablation_measure,
  };
  return all;
}

std::string measure_group(const Measure& measure, const std::string& system_group, const MeasurePlace& place) {
  if (measure.scope == Scope::system) return system_group;
  const std::string group = fmt::format("{}/layers/{}/{}", system_group, place.layer_name(), measure.name);
  return measure.scope == Scope::layer ? group : group + "/" + place.subset;
}

std::string MeasurePlace::layer_name() const {
  if (network.recurrent && !recording) return network.recurrent->layer_name(layer);
  if (!recording) return std::to_string(layer);
  const std::size_t number = static_cast<std::size_t>(layer) - 1;
  const bool is_named = number < recording->states.size() && !recording->states[number].first.empty();
  return is_named ? recording->states[number].first : std::string(unnamed_layer);
}

std::string missing_network(const MeasurePlace& place) {
  if (place.recording) return "a recording has no network";
  return place.network.recurrent ? "it is not computed of recurrent networks" : "";
}

bool holds(const std::vector<std::string>& subsets, std::string_view subset) {
  return std::find(subsets.begin(), subsets.end(), subset) != subsets.end();
}

std::string missing_subset(const MeasurePlace& place) {
  if (holds(place.config.analysis.relay.subsets, place.subset)) return "";
  return fmt::format("{} is not among analysis.relay.subsets", place.subset);
}

bool knocks_out_all_sets(const MeasurePlace& place) {
  return place.config.analysis.knockout->sets == KnockoutSets::exhaustive;
}

double most_samples(const MeasurePlace& place) {
  double most = 0;
  for (const auto& [subset, samples] : place.sizes.samples) most = std::max(most, samples);
  return most;
}

MemoryNeed samples_need(double kept, double working) {
  return {.kept = kept, .working = working, .smaller = "data.train_limit and data.test_limit"};
}

MemoryNeed all_sets_need(const LayerSizes& size, AllSetsTable tables, double working) {
  constexpr double each_size = 4.0 * SubsetStatisticsCollector::bins + 32.0 * SubsetStatistics::extremes;
  constexpr double result_of_size = 16.0 * SubsetStatistics::extremes + 8.0 * SubsetStatistics::quantile_levels.size();
  const double values = 4 * std::exp2(size.units) * size.classes, sizes = size.classes * (size.units + 1);
  const double unsaved = std::min(values, static_cast<double>(most_waiting_bytes));
  const double saving = values > unsaved ? 2 * unsaved : 0;  // those being saved are put together for it
  return {.kept = (tables == AllSetsTable::keep ? values : 0) + sizes * result_of_size,
          .working = working + sizes * each_size + unsaved + saving,
          .waiting = std::min(values, static_cast<double>(most_results_bytes)),
          .sets = std::exp2(size.units),
          .smaller =
              "fewer units in the analysed layer, fewer subsets in analysis.relay.exhaustive and "
              "analysis.knockout.subsets, or analysis.knockout.sets: single"};
}

double expected_states(double samples, double units) { return std::min(std::exp2(units), 5 * std::pow(samples, 0.65)); }

}  // namespace inforelay
