// Entropies and relay information by other estimators than the plug-in one.
#include "infotheory/information/estimators.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/parallel.hpp"
#include "experiments/measures/chosen_classes.hpp"
#include "experiments/measures/layer_states.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/results/layer_results.hpp"

namespace inforelay {
namespace {

using Values = std::vector<DiscreteValue>;  // [N]

/// Columns of a JointTable with the possible values of each.
struct Variable {
  Values values;
  double alphabet;
};

/// Level of each unit, and the state of all units as the number of a distinct one.
struct Units {
  std::vector<Variable> unit;  // [K]
  Variable state;
};

Units units_of(const LayerStates& layer, double levels) {
  Units units;
  const auto add = [&](const auto& level_of, Eigen::Index samples, Eigen::Index count) {
    double product = 1;
    for (Eigen::Index k = 0; k < count; ++k) {
      Values values(static_cast<std::size_t>(samples));
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = level_of(i, k);
      // Without cuts a unit may have any level up to the largest that occurs.
      const double alphabet = levels > 0 ? levels : 1.0 + *std::max_element(values.begin(), values.end());
      product *= alphabet;
      units.unit.push_back({std::move(values), alphabet});
    }
    units.state.alphabet = product;
  };
  if (const auto* binary = std::get_if<UnitStates>(&layer.states)) {
    add([&](std::size_t i, Eigen::Index k) { return binary->bit(i, static_cast<int>(k)) ? 1u : 0u; },
        static_cast<Eigen::Index>(binary->sample_count()), binary->unit_count());
    units.state.values = distinct_states(*binary).index;
  } else {
    const auto& bytes = std::get<RowMatrix<std::uint8_t>>(layer.states);
    add([&](std::size_t i, Eigen::Index k) { return DiscreteValue{bytes(static_cast<Eigen::Index>(i), k)}; },
        bytes.rows(), bytes.cols());
    units.state.values = distinct_levels(bytes).index;
  }
  return units;
}

/// X_in or X_out of a contrast; without contrasts the symbols, of `symbols` possible ones.
Variable symbols_of_contrast(std::span<const Symbol> symbols, const SymbolSet* set, double count) {
  Variable variable{Values(symbols.begin(), symbols.end()), set ? 2 : count};
  if (set) {
    for (DiscreteValue& value : variable.values) value = set->contains(static_cast<Symbol>(value)) ? 1 : 0;
  }
  return variable;
}

/// A table with the alphabets of its columns.
struct Sampled {
  JointTable table;
  std::vector<double> alphabets;

  Sampled(const Variable& a, const Variable& b, const Variable& c)
      : table(JointTable::from_samples({a.values, b.values, c.values})),
        alphabets{a.alphabet, b.alphabet, c.alphabet} {}
};

void compute_estimators(MeasureRun& run, ResultArrays& out) {
  const AnalysisConfig& analysis = run.place.config.analysis;
  const ResultView group = run.layer.at("states/" + run.place.subset);
  const LayerStates states = layer_states(run);
  const double levels = group.has("threshold") ? static_cast<double>(group.matrix<double>("threshold").cols() + 1) : 0;
  const Units units = units_of(states, levels);
  const auto symbols = static_cast<double>(symbol_names(run.layer.root().at(run.system.group())).size());
  const bool whole = states.contrasts.empty();
  const int classes = whole ? 1 : static_cast<int>(states.contrasts.size());
  const std::vector<int> chosen = chosen_classes(analysis.relay, classes);
  const auto count = std::ssize(analysis.estimators), rows = std::ssize(chosen);
  const auto unit_count = run.place.sizes.is_wide() ? std::ptrdiff_t{0} : std::ssize(units.unit);
  RowMatrix<double> input(rows, count), output(rows, count), direct(rows, count), total(rows, count),
      single(rows, unit_count * count), state(1, count);
  constexpr RelayVariables of_third{{0}, {1}, {2}, {}};
  for (std::ptrdiff_t row = 0; row < rows; ++row) {
    const Contrast* contrast =
        whole ? nullptr : &states.contrasts[static_cast<std::size_t>(chosen[static_cast<std::size_t>(row)])];
    const Variable in = symbols_of_contrast(states.input, contrast ? &contrast->input : nullptr, symbols),
                   of = symbols_of_contrast(states.output, contrast ? &contrast->output : nullptr, symbols);
    PartOfProgress progress(run.progress, static_cast<std::uint64_t>(row * (unit_count + 1)),
                            static_cast<std::uint64_t>(rows * (unit_count + 1)));
    parallel_blocks(
        static_cast<std::size_t>(unit_count) + 1,
        [&](std::size_t block) {
          const bool is_unit = static_cast<std::ptrdiff_t>(block) < unit_count;
          const Sampled sampled(in, of, is_unit ? units.unit[block] : units.state);
          for (std::ptrdiff_t e = 0; e < count; ++e) {
            const NamedEstimator& estimator = entropy_estimator(analysis.estimators[static_cast<std::size_t>(e)]);
            const double bits = relay_information_bits(estimator, sampled.table, of_third, sampled.alphabets);
            if (is_unit) {
              single(row, static_cast<std::ptrdiff_t>(block) * count + e) = bits;
              continue;
            }
            const auto entropy = [&](VariableSet set) {
              return estimated_entropy_bits(estimator, sampled.table, set, sampled.alphabets);
            };
            total(row, e) = bits;
            input(row, e) = entropy({0});
            output(row, e) = entropy({1});
            direct(row, e) = entropy({0}) + entropy({1}) - entropy({0, 1});
            if (row == 0) state(0, e) = entropy({2});
          }
        },
        progress);
  }
  put_contrast_names(states, out);
  out.put_scale("estimator", analysis.estimators, "estimator of entropy");
  const auto put = [&](const char* name, const RowMatrix<double>& values) {
    out.put(name, by_class(values, chosen, classes, not_computed));
  };
  out.put("state_entropy", std::vector<double>(state.data(), state.data() + state.size()));
  put("input_entropy", input);
  put("output_entropy", output);
  put("input_output_information", direct);
  put("total", total);
  if (unit_count > 0)
    out.put_cube("single", by_class(single, chosen, classes, not_computed), static_cast<std::size_t>(count));
  std::vector<double> alphabets;
  for (const Variable& unit : units.unit) alphabets.push_back(unit.alphabet);
  out.put("unit_alphabet", alphabets);
  out.put("state_alphabet", units.state.alphabet);
  out.put("symbol_alphabet", whole ? symbols : 2.0);
}

}  // namespace

extern const Measure estimators_measure;
const Measure estimators_measure{
    .name = "estimators",
    .scope = Scope::subset,
    .about = "entropies and relay information by the estimators of analysis.estimators",
    .arrays = {{"state_entropy", "bit", {"estimator"}, "entropy of the states of all units"},
               {"input_entropy", "bit", {"class", "estimator"}, "entropy of X_in"},
               {"output_entropy", "bit", {"class", "estimator"}, "entropy of X_out"},
               {"input_output_information", "bit", {"class", "estimator"}, "I(X_in; X_out)"},
               {"total",
                "bit",
                {"class", "estimator"},
                "relay information of all units together, each of its entropies estimated by itself"},
               {"single",
                "bit",
                {"class", "unit", "estimator"},
                "loss of relay information without the unit: that of the unit if no other is observed"},
               {"unit_alphabet", "1", {"unit"}, "possible levels of each unit, which the estimators are given"},
               {"state_alphabet", "1", {}, "possible states of all units: the product of those of the units"},
               {"symbol_alphabet", "1", {}, "possible values of X_in and of X_out"}},
    .metrics = {},
    .missing = [](const MeasurePlace& place) -> std::string {
      return place.config.analysis.estimators.empty() ? "there are no analysis.estimators" : missing_subset(place);
    },
    .label = [](const MeasurePlace&) -> std::string { return "estimators of entropy"; },
    .memory = [](const MeasurePlace& place, AllSetsTable) -> MemoryNeed {
      const double samples = place.sizes.samples.at(place.subset);
      return samples_need(0, samples * (4 * place.sizes.units + 32 + 60 * thread_count()));
    },
    .compute = compute_estimators,
};

}  // namespace inforelay
