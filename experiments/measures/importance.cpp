// How much each unit matters: Shapley values and interactions of function and information, other measures of
// importance, and how well each of them predicts the function that is lost.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>
#include <variant>

#include "core/parallel.hpp"
#include "experiments/measures/clusterability.hpp"
#include "experiments/measures/importance_measures.hpp"
#include "experiments/measures/knockout_subject.hpp"
#include "experiments/measures/layer_states.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/measures/modules.hpp"
#include "experiments/measures/sampled_importance.hpp"
#include "experiments/measures/verdict.hpp"
#include "infotheory/importance/shapley.hpp"
#include "infotheory/relay/relay_chain.hpp"
#include "nn/knockout/knockout_chain.hpp"

namespace inforelay {
namespace {

constexpr const char* function = "function";
constexpr const char* information = "information";

bool has_knockouts(const MeasurePlace& place) {
  const auto& knockout = place.config.analysis.knockout;
  return place.is_feed_forward() && knockout && holds(knockout->subsets, place.subset);
}

// Exact, from the table [C,S] of all sets.
RowMatrix<double> put_exact(const std::string& what, const RowMatrix<float>& table, IndexMeaning meaning,
                            MeasureRun& run, ResultArrays& out) {
  const Eigen::Index classes = table.rows();
  const auto units = static_cast<Eigen::Index>(std::lround(std::log2(static_cast<double>(table.cols()))));
  RowMatrix<double> shapley(classes, units), interaction(classes, units * units), lesion(classes, units * units);
  QuietProgress quiet(run.progress);
  const auto compute = [&](std::size_t block) {
    const auto c = static_cast<Eigen::Index>(block);
    const ExactImportance exact =
        exact_importance(std::span(table.row(c).data(), static_cast<std::size_t>(table.cols())), meaning);
    shapley.row(c) = Eigen::Map<const Eigen::RowVectorXd>(exact.shapley.data(), units);
    interaction.row(c) = exact.interaction.reshaped<Eigen::RowMajor>().transpose();
    lesion.row(c) = exact.lesion.reshaped<Eigen::RowMajor>().transpose();
  };
  parallel_blocks(static_cast<std::size_t>(classes), compute, quiet);
  out.put("shapley_" + what, shapley);
  out.put_cube("interaction_" + what, std::move(interaction), static_cast<std::size_t>(units));
  out.put_cube("lesion_" + what, std::move(lesion), static_cast<std::size_t>(units));
  out.put_attribute("shapley_" + what, "method", std::string("exact"));
  return shapley;
}

RowMatrix<double> put_sampled(const std::string& what, const SampledShapley& sampled, ResultArrays& out) {
  out.put("shapley_" + what, sampled.shapley);
  out.put("shapley_" + what + "_error", sampled.standard_error);
  out.put_attribute("shapley_" + what, "method", std::string("sampled"));
  out.put_attribute("shapley_" + what, "permutations", static_cast<std::int64_t>(sampled.permutations));
  out.put_attribute("shapley_" + what, "standard_error_reached", std::int64_t{sampled.reached});
  return sampled.shapley;
}

RowMatrix<double> put_function(MeasureRun& run, SampledImportance& samplings, ResultArrays& out) {
  const MeasurePlace& place = run.place;
  if (!has_knockouts(place)) return {};
  const std::string table = fmt::format("knockout/{}/accuracy", place.subset);
  if (run.layer.has(table))
    return put_exact(function, run.layer.matrix<float>(table), IndexMeaning::knocked_out, run, out);
  const KnockoutPlace knockout(run, place.subset);
  const KnockoutChain chain(knockout.subject, knockout.options, knockout.random);
  const ChainFunction along = [&](std::span<const std::uint32_t> order, RowMatrix<double>& values) {
    chain.accuracy(order, values);
  };
  return put_sampled(function,
                     samplings.sample(function, along, knockout.subject.classes(), knockout.subject.neurons()), out);
}

RowMatrix<double> put_information(MeasureRun& run, SampledImportance& samplings, const LayerStates& states,
                                  ResultArrays& out) {
  const std::string values = fmt::format("relay/{}/information", run.place.subset);
  if (run.layer.has(values))
    return put_exact(information, run.layer.matrix<float>(values), IndexMeaning::present, run, out);
  return std::visit(
      [&](const auto& table) {
        const ChainFunction along = [&](std::span<const std::uint32_t> order, RowMatrix<double>& bits) {
          relay_along_bits(table, order, bits);
        };
        return put_sampled(information,
                           samplings.sample(information, along, table.contrast_count(), table.unit_count()), out);
      },
      states.table());
}

void compute_importance(MeasureRun& run, ResultArrays& out) {
  const LayerStates states = layer_states(run);
  put_contrast_names(states, out);
  SampledImportance samplings(run);
  const RowMatrix<double> of_function = put_function(run, samplings, out);
  const RowMatrix<double> of_information = put_information(run, samplings, states, out);
  const ResultView relay = run.layer.at("relay/" + run.place.subset);
  if (relay.has("greedy")) put_overlap(relay, out);
  put_linkage(of_information, out);
  const ImportanceSource source{run.system,       run.place.layer, run.place.subset, run.layer,
                                states.contrasts, of_function,     of_information,   run.progress};
  put_clusters(source, out);
  std::vector<RowMatrix<double>> of_units;
  for (const ImportanceMeasure& measure : importance_measures()) {
    const auto values = measure.of_units ? measure.of_units(source) : std::nullopt;
    of_units.push_back(values.value_or(RowMatrix<double>()));
    if (values && measure.is_stored) out.put(fmt::format("unit_measures/{}", measure.name), *values);
  }
  const std::string table = fmt::format("knockout/{}/accuracy", run.place.subset);
  if (!has_knockouts(run.place) || !run.layer.has(table)) return;
  const auto& detectors = run.place.network.detectors;
  put_verdict(source, of_units, run.layer.matrix<float>(table), detectors ? detectors->hidden : 0, out);
}

std::vector<ArrayInfo> importance_arrays() {
  const std::vector<std::string> unit{"class", "unit"}, pair{"class", "unit", "unit"};
  std::vector<ArrayInfo> infos;
  for (const auto& [what, units, of] : {std::tuple(function, "1", "balanced accuracy with all other units knocked out"),
                                        std::tuple(information, "bit", "relay information of the set")}) {
    const std::string name = what;
    infos.push_back({"shapley_" + name, units, unit, fmt::format("Shapley value of the unit, v(S): {}", of)});
    infos.push_back({"shapley_" + name + "_error", units, unit, "standard error of the sampled Shapley value"});
    infos.push_back({"interaction_" + name, units, pair,
                     "Shapley interaction index of two units; below 0: they replace each other"});
    infos.push_back({"lesion_" + name, units, pair,
                     "v(all) - v(all but i) - v(all but j) + v(all but i and j); below 0: they replace each other"});
  }
  for (const ImportanceMeasure& measure : importance_measures()) {
    if (!measure.of_units || !measure.is_stored) continue;
    infos.push_back(
        {fmt::format("unit_measures/{}", measure.name), std::string(measure.units), unit, std::string(measure.about)});
  }
  for (ArrayInfo& info : verdict_arrays()) infos.push_back(std::move(info));
  for (ArrayInfo& info : module_arrays()) infos.push_back(std::move(info));
  for (ArrayInfo& info : cluster_arrays()) infos.push_back(std::move(info));
  return infos;
}

// The row of a measure in one of the arrays of the verdict [measure,class].
std::vector<MetricValue> verdict_row(const ResultView& importance, const char* array, std::size_t measure) {
  const RowMatrix<double>& values = importance.matrix<double>(array);
  std::vector<MetricValue> row;
  for (Eigen::Index c = 0; c < values.cols(); ++c) row.emplace_back(values(static_cast<Eigen::Index>(measure), c));
  return row;
}

std::string missing_verdict(const MeasurePlace& place, int) {
  if (!place.is_feed_forward()) return missing_network(place);
  if (!has_knockouts(place)) return fmt::format("{} is not among analysis.knockout.subsets", place.subset);
  return knocks_out_all_sets(place) ? "" : "needs analysis.knockout.sets: exhaustive";
}

// Of measures of sets, whose values are those of analysis.measures: is this one among them?
std::string missing_measure(const MeasurePlace& place, int count, std::size_t measure) {
  const std::string why = missing_verdict(place, count);
  const std::string_view name = importance_measures()[measure].name;
  constexpr std::string_view of_sets = "set_";
  if (!why.empty() || !name.starts_with(of_sets)) return why;
  const auto& chosen = place.config.analysis.measures;
  for (const auto& [value, word] : set_measure_names) {
    if (word == name.substr(of_sets.size()) && std::find(chosen.begin(), chosen.end(), value) == chosen.end())
      return fmt::format("{} is not among analysis.measures", word);
  }
  return "";
}

std::string missing_known_modules(const MeasurePlace& place, int count) {
  if (!place.network.detectors) return "only networks of detectors have known modules";
  return missing_verdict(place, count);
}

// A number of clusters/, NaN where the layer has no clusters.
template <bool p>
std::vector<MetricValue> cluster_number(const ResultView& importance, int) {
  const char* array = p ? "clusters/p" : "clusters/n_cut";
  return {importance.has(array) ? importance.number<double>(array) : std::nan("")};
}

constexpr std::size_t most_measures = 17;

// A metric for each measure m.
template <std::size_t... m>
std::vector<Metric> metrics(std::index_sequence<m...>) {
  if (importance_measures().size() > sizeof...(m)) throw std::logic_error("more measures than metrics of them");
  std::vector<Metric> all;
  const auto add = [&](std::size_t i, auto spearman, auto auc, auto missing) {
    if (i >= importance_measures().size()) return;
    const ImportanceMeasure& measure = importance_measures()[i];
    all.push_back(
        {.name = fmt::format("spearman_{}", measure.name),
         .title = fmt::format("rank correlation of lost function and {}", measure.title),
         .array = "",
         .derived = {"1", fmt::format("rank correlation of the function lost with {}, over all sets", measure.name),
                     false, spearman},
         .missing = missing});
    if (!measure.of_units) return;
    all.push_back(
        {.name = fmt::format("auc_{}", measure.name),
         .title = fmt::format("area under ROC for modules, {}", measure.title),
         .array = "",
         .derived = {"1", fmt::format("area under the ROC curve of {} for the units of a known module", measure.name),
                     false, auc},
         .missing = missing_known_modules});
  };
  (add(
       m, [](const ResultView& group, int) { return verdict_row(group, "verdict/spearman", m); },
       [](const ResultView& group, int) { return verdict_row(group, "verdict/module_auc", m); },
       [](const MeasurePlace& place, int count) { return missing_measure(place, count, m); }),
   ...);
  const auto missing = [](const MeasurePlace& place, int) { return missing_network(place); };
  const auto add_number = [&](const char* name, const char* title, const char* about, auto values) {
    all.push_back({.name = name,
                   .title = title,
                   .array = "",
                   .derived = {"1", about, false, values, [](const NetworkConfig&) { return false; }},
                   .missing = missing});
  };
  add_number("n_cut", "normalised cut of the weights", "clusters/n_cut: low if the weights fall into modules",
             cluster_number<false>);
  add_number("n_cut_p", "p of the normalised cut", "clusters/p: of that n-cut among those of shuffled weights",
             cluster_number<true>);
  return all;
}

MemoryNeed importance_memory(const MeasurePlace& place, AllSetsTable tables) {
  const LayerSizes& size = place.sizes;
  const double of_units = size.classes * size.units * 8;
  const bool all = tables == AllSetsTable::keep && size.units <= NeuronSet::max_exhaustive_neurons;
  const double samples = size.samples.at(place.subset);
  double working = samples * size.units * (all ? 8 : 9) + thread_count() * samples * 60;
  if (all) working = std::max(working, verdict_memory(size.units));
  MemoryNeed need = samples_need(of_units * (4 * size.units + 16), working);
  need.smaller += ", fewer units in the analysed layer";
  return need;
}

}  // namespace

extern const Measure importance_measure;
const Measure importance_measure{
    .name = "importance",
    .scope = Scope::subset,
    .about = "how much each unit matters, and how well measures of importance predict the function that is lost",
    .arrays = importance_arrays(),
    .metrics = metrics(std::make_index_sequence<most_measures>()),
    .missing = [](const MeasurePlace& place) -> std::string {
      const AnalysisConfig& analysis = place.config.analysis;
      if (!analysis.importance) return "analysis.importance is false";
      const bool no_tables = analysis.relay.exhaustive.empty() && !has_knockouts(place) &&
                             (!place.is_feed_forward() || !analysis.knockout);
      if (no_tables || has_knockouts(place) || holds(analysis.relay.exhaustive, place.subset))
        return missing_subset(place);
      return fmt::format("{} is neither among analysis.relay.exhaustive nor analysis.knockout.subsets", place.subset);
    },
    .label = [](const MeasurePlace&) -> std::string { return "importance of units"; },
    .memory = importance_memory,
    .compute = compute_importance,
};

}  // namespace inforelay
