// Relay information in one subset of the samples of sets that were chosen in another: what is left of it if the samples
// that a set was chosen for are not those that it is judged by.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/parallel.hpp"
#include "experiments/measures/layer_states.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/results/layer_results.hpp"
#include "infotheory/relay/relay.hpp"

namespace inforelay {
namespace {

using Sets = std::vector<std::vector<std::vector<int>>>;  // [C][K+1] units of a set of each size

std::vector<int> units_of(NeuronSet set, int units) {
  std::vector<int> list;
  for (int unit = 0; unit < units; ++unit) {
    if (set.contains(unit)) list.push_back(unit);
  }
  return list;
}

/// The greedy sets of a group relay/SUBSET; none of a contrast that was not analysed.
Sets greedy_sets(const ResultView& relay, int units) {
  Sets sets(relay.array("total").shape.front());
  for (std::size_t c = 0; c < sets.size(); ++c) {
    if (std::isnan(relay.vector<double>("total")[c])) continue;
    for (int size = 0; size <= units; ++size) sets[c].push_back(last_units(relay, c, size));
  }
  return sets;
}

Sets best_sets(const ResultView& relay, int units) {
  const RowMatrix<std::uint32_t>& best = relay.matrix<std::uint32_t>("best/set");
  Sets sets(static_cast<std::size_t>(best.rows()));
  for (std::size_t c = 0; c < sets.size(); ++c) {
    for (int size = 0; size <= units; ++size)
      sets[c].push_back(units_of(NeuronSet(best(static_cast<Eigen::Index>(c), size)), units));
  }
  return sets;
}

template <class Table>
RowMatrix<double> information_of(const Table& table, const Sets& sets, Progress& progress) {
  const int contrasts = table.contrast_count();
  const Eigen::Index sizes = table.unit_count() + 1;
  RowMatrix<double> bits = RowMatrix<double>::Constant(contrasts, sizes, std::numeric_limits<double>::quiet_NaN());
  parallel_blocks(
      static_cast<std::size_t>(bits.size()),
      [&](std::size_t i) {
        const auto c = static_cast<Eigen::Index>(i) / sizes, size = static_cast<Eigen::Index>(i) % sizes;
        const auto& of_contrast = sets[static_cast<std::size_t>(c)];
        if (of_contrast.empty()) return;
        const std::vector<int>& units = of_contrast[static_cast<std::size_t>(size)];
        if constexpr (std::is_same_v<Table, StateTable>)
          bits(c, size) = wide_relay_information_bits(table, static_cast<int>(c), units);
        else
          bits(c, size) = relay_information_bits(table, static_cast<int>(c), units);
      },
      progress);
  return bits;
}

void compute_held_out(MeasureRun& run, ResultArrays& out) {
  const MeasurePlace& place = run.place;
  const std::vector<std::string> subsets = run.layer.at("relay").children();
  const int units = static_cast<int>(place.sizes.units);
  for (const std::string& subset : subsets) {
    const LayerStates states = layer_states(run.layer.at("states/" + subset), place.config.analysis.contrast,
                                            run.layer.root().at(run.system.group()));
    put_contrast_names(states, out);
    const auto table = states.table();
    for (const std::string& other : subsets) {
      if (other == subset) continue;
      const ResultView relay = run.layer.at("relay/" + other);
      const std::string group = fmt::format("{}/chosen_in_{}", subset, other);
      const auto put = [&](const char* name, const Sets& sets) {
        out.put(fmt::format("{}/{}", group, name),
                std::visit([&](const auto& each) { return information_of(each, sets, run.progress); }, table));
      };
      if (relay.has("greedy/removal_order")) put("greedy", greedy_sets(relay, units));
      if (relay.has("best/set")) put("best", best_sets(relay, units));
    }
  }
}

}  // namespace

extern const Measure held_out_measure;
const Measure held_out_measure{
    .name = "held_out",
    .scope = Scope::layer,
    .about = "relay information in one subset of the samples of sets that were chosen in another",
    .arrays = {{"*/*/greedy",
                "bit",
                {"class", "size"},
                "relay information in this subset of the greedy set of each size of the other subset"},
               {"*/*/best",
                "bit",
                {"class", "size"},
                "relay information in this subset of the set of each size with the most in the other subset"}},
    .metrics = {},
    .missing = [](const MeasurePlace& place) -> std::string {
      const RelayConfig& relay = place.config.analysis.relay;
      if (place.sizes.is_wide()) return fmt::format("the layer has more than {} units", NeuronSet::max_neurons);
      std::size_t subsets = 0;
      for (const std::string& subset : relay.subsets) subsets += place.sizes.samples.contains(subset) ? 1 : 0;
      if (subsets < 2) return "there are no two subsets in analysis.relay.subsets";
      return relay.greedy || !relay.exhaustive.empty() ? "" : "analysis.relay has neither greedy nor exhaustive";
    },
    .label = [](const MeasurePlace&) -> std::string { return "sets chosen in other samples"; },
    .memory = [](const MeasurePlace& place, AllSetsTable) -> MemoryNeed {
      return samples_need(0, most_samples(place) * (64 + place.sizes.units + thread_count() * 32));
    },
    .compute = compute_held_out,
};

}  // namespace inforelay
