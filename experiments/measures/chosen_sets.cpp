// Measure `chosen_sets`: the few sets of units by which each class is described, and their relay information on every
// subset of the samples.
#include "experiments/measures/chosen_sets.hpp"

#include <cmath>
#include <limits>

#include "experiments/measures/layer_states.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/results/layer_results.hpp"
#include "infotheory/relay/relay.hpp"

namespace inforelay {
namespace {

std::int64_t bits_of(const std::vector<int>& units) {
  NeuronSet set;
  for (const int unit : units) set = set.with(unit);
  return set.bits();
}

// Information and set by size, [K+1]: the best of each size, or those of the greedy path.
struct SetsBySize {
  std::vector<double> information;
  std::vector<std::int64_t> set;
};

SetsBySize sets_by_size(const ResultView& relay, std::size_t c) {
  SetsBySize sizes;
  const auto row = static_cast<Eigen::Index>(c);
  if (relay.has("best/set")) {
    const RowMatrix<double>& information = relay.matrix<double>("best/information");
    const RowMatrix<std::uint32_t>& set = relay.matrix<std::uint32_t>("best/set");
    for (Eigen::Index size = 0; size < information.cols(); ++size) {
      sizes.information.push_back(information(row, size));
      sizes.set.push_back(set(row, size));
    }
    return sizes;
  }
  const RowMatrix<double>& path = relay.matrix<double>("greedy/information");
  const auto units = static_cast<int>(path.cols());
  for (int size = 0; size <= units; ++size) {
    sizes.information.push_back(size == units ? relay.vector<double>("total")[c] : path(row, units - 1 - size));
    sizes.set.push_back(bits_of(last_units(relay, c, size)));
  }
  return sizes;
}

std::int64_t smallest_with(const SetsBySize& sizes, double part) {
  const double wanted = part * sizes.information.back();
  if (!(wanted > 0)) return no_chosen_set;
  std::size_t size = 0;
  while (size + 1 < sizes.information.size() && sizes.information[size] < wanted) ++size;
  return sizes.set[size];
}

// The subset whose sets are chosen: the last for which all sets are known, otherwise the last.
std::string choosing_subset(const MeasureRun& run, const std::vector<std::string>& subsets) {
  for (auto subset = subsets.rbegin(); subset != subsets.rend(); ++subset) {
    if (run.layer.has("relay/" + *subset + "/best/set")) return *subset;
  }
  return subsets.back();
}

double information_of(const std::variant<StateTable, LevelTable>& table, int contrast, std::int64_t bits) {
  if (bits == no_chosen_set) return std::numeric_limits<double>::quiet_NaN();
  const NeuronSet set(static_cast<std::uint32_t>(bits));
  if (const auto* binary = std::get_if<StateTable>(&table)) return relay_information_bits(*binary, contrast, set);
  std::vector<int> units;
  for (int unit = 0; unit < NeuronSet::max_neurons; ++unit) {
    if (set.contains(unit)) units.push_back(unit);
  }
  return relay_information_bits(std::get<LevelTable>(table), contrast, units);
}

void compute_chosen_sets(MeasureRun& run, ResultArrays& out) {
  const std::vector<std::string>& classes = run.layer.root().texts(run.system.group() + "/class");
  const LayerResults layer{
      .title = "", .name = "", .layer = "", .system = "", .classes = classes, .symbols = {}, .arrays = run.layer};
  const std::vector<std::string> subsets = subsets_of(layer, "relay");
  const std::string chosen_on = choosing_subset(run, subsets);
  const ResultView relay = run.layer.at("relay/" + chosen_on);
  const RowMatrix<std::int64_t> sets = choose_sets(relay);
  RowMatrix<double> information(sets.rows(), sets.cols() * std::ssize(subsets));
  for (std::size_t s = 0; s < subsets.size(); ++s) {
    const LayerStates states = layer_states(run.layer.at("states/" + subsets[s]), run.place.config.analysis.contrast,
                                            run.layer.root().at(run.system.group()));
    if (s == 0) put_contrast_names(states, out);
    const auto table = states.table();
    for (Eigen::Index c = 0; c < sets.rows(); ++c) {
      run.progress.check();
      for (Eigen::Index choice = 0; choice < sets.cols(); ++choice) {
        information(c, choice * std::ssize(subsets) + static_cast<Eigen::Index>(s)) =
            information_of(table, static_cast<int>(c), sets(c, choice));
      }
    }
  }
  out.put_scale("choice", chosen_set_names, "how the set was chosen");
  out.put_scale("subset", subsets, "subset of the samples");
  out.put("set", sets);
  out.put_cube("information", std::move(information), subsets.size());
  out.put_attribute("", "chosen_on", chosen_on);
  out.put_attribute("", "of_all_sets", std::int64_t{relay.has("best/set") ? 1 : 0});
}

}  // namespace

RowMatrix<std::int64_t> choose_sets(const ResultView& relay) {
  const std::span<const double> total = relay.vector<double>("total");
  const bool all_sets = relay.has("best/set"), greedy = relay.has("greedy/information");
  RowMatrix<std::int64_t> sets = RowMatrix<std::int64_t>::Constant(std::ssize(total), chosen_set_count, no_chosen_set);
  for (std::size_t c = 0; c < total.size(); ++c) {
    if (std::isnan(total[c]) || !(all_sets || greedy)) continue;
    const auto chosen = [&](ChosenSet which) -> std::int64_t& {
      return sets(static_cast<Eigen::Index>(c), static_cast<Eigen::Index>(which));
    };
    const SetsBySize sizes = sets_by_size(relay, c);
    chosen(ChosenSet::half) = smallest_with(sizes, 0.5);
    chosen(ChosenSet::most) = smallest_with(sizes, 0.9);
    if (sizes.set.size() < 3) continue;
    if (all_sets) chosen(ChosenSet::best_pair) = sizes.set[2];
    if (greedy) chosen(ChosenSet::greedy_pair) = bits_of(last_units(relay, c, 2));
  }
  return sets;
}

extern const Measure chosen_sets_measure;
const Measure chosen_sets_measure{
    .name = "chosen_sets",
    .scope = Scope::layer,
    .about =
        "the smallest sets with 50 and 90 % of the relay information, the best and the greedy pair, and their "
        "relay information on every subset",
    .arrays = {{"set", "1", {"class", "choice"}, "the set chosen, bit k is unit k; -1: none"},
               {"information",
                "bit",
                {"class", "choice", "subset"},
                "relay information of that set, also on the subsets on which it was not chosen"}},
    .metrics = {},
    .missing = [](const MeasurePlace& place) -> std::string {
      const RelayConfig& relay = place.config.analysis.relay;
      if (place.sizes.is_wide()) return "the layer has more than 32 units";
      return relay.greedy || !relay.exhaustive.empty() ? "" : "analysis.relay has neither greedy nor exhaustive";
    },
    .label = [](const MeasurePlace&) -> std::string { return "smallest sets and pairs"; },
    .memory =
        [](const MeasurePlace& place, AllSetsTable) {
          const double samples = most_samples(place);
          return samples_need(0, samples * (2 * place.sizes.units + 64 + 4 * place.sizes.classes));
        },
    .compute = compute_chosen_sets,
};

}  // namespace inforelay
