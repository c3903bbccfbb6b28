// How much of the information of single units about a class other units have, too.
#include <algorithm>
#include <string>
#include <variant>

#include "core/parallel.hpp"
#include "experiments/measures/layer_states.hpp"
#include "experiments/measures/measure.hpp"
#include "infotheory/relay/fragmentation.hpp"
#include "infotheory/relay/set_measures.hpp"

namespace inforelay {
namespace {

void compute_smearedness(MeasureRun& run, ResultArrays& out) {
  const LayerStates states = layer_states(run);
  RowMatrix<double> units =
      std::visit([&](const auto& table) { return unit_representation_bits(table, run.progress); }, states.table());
  const Smearedness found = smearedness(units);
  put_contrast_names(states, out);
  out.put("representation", std::move(units));
  out.put("over_nodes", found.over_nodes);
  out.put("over_concepts", found.over_concepts);
}

}  // namespace

extern const Measure smearedness_measure;
const Measure smearedness_measure{
    .name = "smearedness",
    .scope = Scope::subset,
    .about =
        "how much of the information of single units about a class other units have, with measures: "
        "representation",
    .arrays = {{"representation", "bit", {"class", "unit"}, "I(X_in; unit | X_out) of each unit"},
               {"over_nodes",
                "bit",
                {},
                "smearedness over nodes: sum over classes and pairs of units of the lesser representation"},
               {"over_concepts",
                "bit",
                {},
                "smearedness over concepts: sum over units and pairs of classes of the lesser representation"}},
    .metrics = {{"over_nodes", "smearedness over nodes", "over_nodes"},
                {"over_concepts", "smearedness over concepts", "over_concepts"}},
    .missing = [](const MeasurePlace& place) -> std::string {
      const auto& wanted = place.config.analysis.measures;
      if (std::find(wanted.begin(), wanted.end(), SetMeasure::representation) == wanted.end())
        return "representation is not among analysis.measures";
      if (place.sizes.is_wide()) return "the layer has more than 32 units";
      return missing_subset(place);
    },
    .label = [](const MeasurePlace&) -> std::string { return "smearedness"; },
    .memory = [](const MeasurePlace& place, AllSetsTable) -> MemoryNeed {
      const double samples = place.sizes.samples.at(place.subset);
      return samples_need(0, samples * (2 * place.sizes.units + 64 + 16 * thread_count()));
    },
    .compute = compute_smearedness,
};

}  // namespace inforelay
