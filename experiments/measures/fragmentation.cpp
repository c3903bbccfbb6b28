// Over how many units the information about the input is spread: the least size of a set that has enough of it.
#include "infotheory/relay/fragmentation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <vector>

#include "experiments/measures/layer_states.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/results/statistics_arrays.hpp"
#include "infotheory/relay/set_measures.hpp"

namespace inforelay {
namespace {

/// theta in percent.
constexpr std::array<std::int64_t, 10> fragmentation_percents{10, 20, 30, 40, 50, 60, 70, 80, 90, 100};

void compute_fragmentation(MeasureRun& run, ResultArrays& out) {
  const LayerStates states = layer_states(run);
  const std::string input_information = fmt::format("measures/{}/{}_sizes", run.place.subset,
                                                    word_of(set_measure_names, SetMeasure::mutual_information_input));
  const SubsetStatistics statistics = statistics_from(run.layer.at(input_information));
  std::vector<double> theta;
  for (const std::int64_t percent : fragmentation_percents) theta.push_back(static_cast<double>(percent) / 100);
  const auto put = [&](const std::string& name, const std::vector<double>& reference) {
    const Fragmentation found = fragmentation(statistics, reference, theta);
    out.put(name, found.size);
    out.put(name + "_set", found.set);
  };
  put_contrast_names(states, out);
  out.put_scale("threshold_percent",
                std::vector<std::int64_t>(fragmentation_percents.begin(), fragmentation_percents.end()),
                "part of the information that a set must have, percent");
  put("feature", std::visit([](const auto& table) { return input_entropy_bits(table); }, states.table()));
  put("shared", information_of_all_units(statistics));
}

std::string missing_percent(const MeasurePlace&, int percent) {
  const bool known = std::count(fragmentation_percents.begin(), fragmentation_percents.end(), percent) > 0;
  return known ? ""
               : fmt::format("{} percent is not computed, expected one of {}", percent,
                             fmt::join(fragmentation_percents, ", "));
}

/// The sizes with `percent` of the array `name`, NaN where no set has as much.
std::vector<MetricValue> sizes_with(const ResultView& group, const char* name, int percent) {
  const RowMatrix<std::int64_t>& sizes = group.matrix<std::int64_t>(name);
  const auto column = std::find(fragmentation_percents.begin(), fragmentation_percents.end(), percent);
  std::vector<MetricValue> values;
  for (Eigen::Index c = 0; c < sizes.rows(); ++c) {
    const std::int64_t size = sizes(c, column - fragmentation_percents.begin());
    values.emplace_back(size == Fragmentation::none ? std::numeric_limits<double>::quiet_NaN()
                                                    : static_cast<double>(size));
  }
  return values;
}

}  // namespace

extern const Measure fragmentation_measure;
const Measure fragmentation_measure{
    .name = "fragmentation",
    .scope = Scope::subset,
    .about = "over how many units the information about the input is spread, with measures: mutual_information_input",
    .arrays =
        {{"feature",
          "1",
          {"class", "threshold_percent"},
          "least number of units with that part of H(X_in); -1: all units have less"},
         {"feature_set",
          "1",
          {"class", "threshold_percent"},
          "the set of that size with the most information about the input, bit k is unit k; -1: none"},
         {"shared", "1", {"class", "threshold_percent"}, "least number of units with that part of I(X_in; all units)"},
         {"shared_set",
          "1",
          {"class", "threshold_percent"},
          "the set of that size with the most information about the input, bit k is unit k"}},
    .metrics = {{"feature_N",
                 "feature fragmentation",
                 "",
                 {"1", "least number of units with N percent of H(X_in)", false,
                  [](const ResultView& group, int percent) { return sizes_with(group, "feature", percent); }},
                 missing_percent},
                {"shared_N",
                 "shared fragmentation",
                 "",
                 {"1", "least number of units with N percent of the information that all have about X_in", false,
                  [](const ResultView& group, int percent) { return sizes_with(group, "shared", percent); }},
                 missing_percent}},
    .missing = [](const MeasurePlace& place) -> std::string {
      const AnalysisConfig& analysis = place.config.analysis;
      const auto& wanted = analysis.measures;
      if (std::find(wanted.begin(), wanted.end(), SetMeasure::mutual_information_input) == wanted.end())
        return "mutual_information_input is not among analysis.measures";
      if (holds(analysis.relay.exhaustive, place.subset)) return missing_subset(place);
      return fmt::format("{} is not among analysis.relay.exhaustive", place.subset);
    },
    .label = [](const MeasurePlace&) -> std::string { return "fragmentation"; },
    .memory = [](const MeasurePlace& place, AllSetsTable) -> MemoryNeed {
      return samples_need(0, place.sizes.samples.at(place.subset) * (2 * place.sizes.units + 64));
    },
    .compute = compute_fragmentation,
};

}  // namespace inforelay
