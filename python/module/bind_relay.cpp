// Samples with their relay information and other measures of sets of units.
#include <pybind11/stl.h>

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/checks.hpp"
#include "core/parallel.hpp"
#include "infotheory/information/estimators.hpp"
#include "infotheory/relay/exhaustive.hpp"
#include "infotheory/relay/fragmentation.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/relay/relay.hpp"
#include "infotheory/relay/relay_cell.hpp"
#include "infotheory/relay/relay_summaries.hpp"
#include "infotheory/relay/set_measures.hpp"
#include "python/module/arrays.hpp"
#include "python/module/background.hpp"
#include "python/module/bindings.hpp"
#include "python/module/samples.hpp"

namespace inforelay::python {
namespace {

using Sets = std::vector<std::vector<int>>;

template <class Visit>
auto visit_table(const Samples& samples, const Visit& visit) {
  return std::visit(visit, samples.table());
}

ContrastKind contrast_named(const std::string& name) {
  for (const auto& [kind, word] : contrast_kind_names)
    if (word == name) return kind;
  throw UsageError("contrast is {}, expected one of {}", name, fmt::join(words_of(contrast_kind_names), ", "));
}

std::unique_ptr<Samples> make_samples(std::shared_ptr<States> states, const Array<Symbol>& input,
                                      const Array<Symbol>& output, const std::vector<std::string>& names,
                                      const std::string& contrast) {
  const std::span<const Symbol> in = span_of(input), out = span_of(output);
  const ContrastKind kind = contrast_named(contrast);
  return in_background([&] {
    return std::make_unique<Samples>(std::move(states), std::vector(in.begin(), in.end()),
                                     std::vector(out.begin(), out.end()), names, kind);
  });
}

/// (occupied_states, singleton_fraction, entropy_bits, output_given_state_bits, input_given_state_bits)
py::tuple occupancy_of(const Samples& samples) {
  const auto [occupied, output, input] = in_background([&] {
    return std::tuple(occupancy(samples.state_counts()),
                      entropy_given_state_bits(samples.state_index(), samples.output()),
                      entropy_given_state_bits(samples.state_index(), samples.input()));
  });
  return py::make_tuple(occupied.occupied, occupied.singleton_fraction, occupied.entropy_bits, output, input);
}

double relay_of_set(const StateTable& table, int contrast, const std::vector<int>& set) {
  if (!table.states().fits_words()) return wide_relay_information_bits(table, contrast, set);
  NeuronSet relay;
  for (const int unit : set) relay = relay.with(unit);
  return relay_information_bits(table, contrast, relay);
}
double relay_of_set(const LevelTable& table, int contrast, const std::vector<int>& set) {
  return relay_information_bits(table, contrast, set);
}

/// Calls compute(contrast, set) for all of them, in parallel -> [C,sets].
template <class Compute>
RowMatrix<double> for_all_sets(int contrasts, const Sets& sets, Progress& progress, const Compute& compute) {
  RowMatrix<double> values(contrasts, static_cast<Eigen::Index>(sets.size()));
  parallel_blocks(
      static_cast<std::size_t>(values.size()),
      [&](std::size_t block) {
        const auto contrast = static_cast<int>(block / sets.size());
        const std::size_t set = block % sets.size();
        values(contrast, static_cast<Eigen::Index>(set)) = compute(contrast, sets[set]);
      },
      progress);
  return values;
}

void check_sets(const Samples& samples, const Sets& sets) {
  for (const auto& set : sets) (void)detail::units_outside("relay information", samples.unit_count(), set);
}

py::array relay_of_sets(const Samples& samples, const Sets& sets, const py::object& progress) {
  check_sets(samples, sets);
  return to_numpy(in_background(progress, [&](Progress& reports) {
    return visit_table(samples, [&](const auto& table) {
      return for_all_sets(table.contrast_count(), sets, reports, [&](int contrast, const std::vector<int>& set) {
        return relay_of_set(table, contrast, set);
      });
    });
  }));
}

/// A table of X_in, X_out and the K units: cells, counts and the number of values that each variable can take.
struct JointCells {
  std::vector<DiscreteValue> cells;
  std::vector<std::uint64_t> counts;
  std::vector<double> alphabets;

  void add(DiscreteValue input, DiscreteValue output, std::uint64_t count) {
    if (count == 0) return;
    cells.insert(cells.end(), {input, output});
    counts.push_back(count);
  }
};

JointCells joint_cells(const StateTable& table, int contrast) {
  JointCells joint;
  joint.alphabets.assign(static_cast<std::size_t>(table.unit_count()) + 2, 2);
  for (std::size_t state = 0; state < table.size(); ++state) {
    const auto [input, output, both] = table.contrast_counts(contrast)[state];
    const auto add = [&](DiscreteValue in, DiscreteValue out, std::uint64_t count) {
      joint.add(in, out, count);
      for (int unit = 0; count > 0 && unit < table.unit_count(); ++unit)
        joint.cells.push_back(table.states().bit(state, unit));
    };
    add(0, 0, std::uint64_t{table.counts()[state]} + both - input - output);
    add(0, 1, output - both);
    add(1, 0, input - both);
    add(1, 1, both);
  }
  return joint;
}

JointCells joint_cells(const LevelTable& table, int contrast) {
  JointCells joint;
  joint.alphabets = {static_cast<double>(table.input_values()), static_cast<double>(table.output_values())};
  for (int unit = 0; unit < table.unit_count(); ++unit)
    joint.alphabets.push_back(std::max(2, table.states().col(unit).maxCoeff() + 1));
  const PairCounts pairs = table.pairs(contrast);
  for (std::size_t state = 0; state < table.size(); ++state) {
    for (const PairCount& pair : pairs.of(state)) {
      joint.add(pair.input, pair.output, pair.count);
      for (int unit = 0; unit < table.unit_count(); ++unit)
        joint.cells.push_back(table.states()(static_cast<Eigen::Index>(state), unit));
    }
  }
  return joint;
}

py::array estimated_relay_of_sets(const Samples& samples, const Sets& sets, const std::string& name,
                                  const py::object& progress) {
  check_sets(samples, sets);
  const NamedEstimator& estimator = entropy_estimator(name);
  const int units = samples.unit_count();
  check_range<UsageError>("relay information by an estimator: the number of units", units, 1,
                          VariableSet::max_variables - 2);
  return to_numpy(in_background(progress, [&](Progress& reports) {
    std::vector<JointTable> joint;
    std::vector<std::vector<double>> alphabets;
    for (int contrast = 0; contrast < samples.contrast_count(); ++contrast) {
      JointCells cells = visit_table(samples, [&](const auto& table) { return joint_cells(table, contrast); });
      joint.push_back(JointTable::from_cells(units + 2, cells.cells, cells.counts));
      alphabets.push_back(std::move(cells.alphabets));
    }
    return for_all_sets(samples.contrast_count(), sets, reports, [&](int contrast, const std::vector<int>& set) {
      RelayVariables variables{{0}, {1}, {}, {}};
      for (const int unit : set) variables.relay = variables.relay | VariableSet{unit + 2};
      for (const int unit : detail::units_outside("relay information", units, set))
        variables.rest = variables.rest | VariableSet{unit + 2};
      const auto c = static_cast<std::size_t>(contrast);
      return relay_information_bits(estimator, joint[c], variables, alphabets[c]);
    });
  }));
}

/// (removal_order [C,K], information [C,K], aggregated [C,K], participation [C])
py::tuple greedy_of(const Samples& samples, const py::object& progress) {
  GreedyRelay path = in_background(progress, [&](Progress& reports) {
    return visit_table(samples, [&](const auto& table) { return greedy_relay(table, {}, reports); });
  });
  RowMatrix<double> aggregated = aggregated_relay_information_bits(path);
  std::vector<double> participation = participation_ratio(aggregated);
  return py::make_tuple(to_numpy(std::move(path.removal_order)), to_numpy(std::move(path.information)),
                        to_numpy(std::move(aggregated)), to_numpy(std::move(participation)));
}

/// Of one contrast: ([K] information, [K] lists of sets as bits)
py::tuple branching_of(const Samples& samples, int contrast, std::size_t max_sets, const py::object& progress) {
  const auto* table = std::get_if<StateTable>(&samples.table());
  if (table == nullptr)
    throw UsageError(
        "branching: units of several levels or contrast whole, expected units of two levels and contrast "
        "one_vs_rest");
  BranchingRelay paths = in_background(
      progress, [&](Progress& reports) { return branching_relay(*table, contrast, {max_sets}, reports); });
  py::list sets;
  for (const auto& tied : paths.sets) {
    std::vector<std::uint32_t> bits;
    for (const NeuronSet set : tied) bits.push_back(set.bits());
    sets.append(to_numpy(std::move(bits)));
  }
  return py::make_tuple(to_numpy(std::move(paths.information)), sets);
}

py::dict exhaustive_of(const Samples& samples, const Array<std::uint16_t>& removal_order,
                       const Array<double>& information, const py::object& progress) {
  const GreedyRelay path{matrix_of(removal_order), matrix_of(information)};
  ExhaustiveRelay all = in_background(progress, [&](Progress& reports) {
    return visit_table(samples, [&](const auto& table) { return exhaustive_relay(table, path, reports); });
  });
  py::dict result;
  result["information"] = to_numpy(std::move(all.information));
  result["best_information"] = to_numpy(std::move(all.best_information));
  result["best_set"] = to_numpy(std::move(all.best_set));
  result["above_greedy"] = to_numpy(std::move(all.above_greedy));
  result["above_greedy_as_published"] = to_numpy(std::move(all.above_greedy_as_published));
  return result;
}

/// name -> [C,S]
py::dict measures_of(const Samples& samples, const std::vector<std::string>& names, const py::object& progress) {
  std::vector<SetMeasure> measures;
  for (const std::string& name : names) {
    const auto found = std::find_if(set_measure_names.begin(), set_measure_names.end(),
                                    [&](const auto& row) { return row.second == name; });
    if (found == set_measure_names.end())
      throw UsageError("measure is {}, expected one of {}", name, fmt::join(words_of(set_measure_names), ", "));
    measures.push_back(found->first);
  }
  std::vector<MeasuredSets> measured = in_background(progress, [&](Progress& reports) {
    return visit_table(samples, [&](const auto& table) { return measure_sets(table, measures, reports); });
  });
  py::dict result;
  for (MeasuredSets& one : measured)
    result[py::str(std::string(word_of(set_measure_names, one.measure)))] = to_numpy(std::move(one.values));
  return result;
}

/// (feature, feature_set, shared, shared_set) [C,theta]
py::tuple fragmentation_of(const Samples& samples, const std::vector<double>& theta, const py::object& progress) {
  auto [feature, shared] = in_background(progress, [&](Progress& reports) {
    return visit_table(samples, [&](const auto& table) {
      SetMeasureScan scan(table, {SetMeasure::mutual_information_input}, AllSetsTable::discard);
      run_whole(scan, reports);
      const SubsetStatistics statistics = scan.result().front().statistics;
      return std::pair(fragmentation(statistics, input_entropy_bits(table), theta),
                       fragmentation(statistics, information_of_all_units(statistics), theta));
    });
  });
  return py::make_tuple(to_numpy(std::move(feature.size)), to_numpy(std::move(feature.set)),
                        to_numpy(std::move(shared.size)), to_numpy(std::move(shared.set)));
}

/// (representation [C,K], over nodes, over concepts)
py::tuple smearedness_of(const Samples& samples, const py::object& progress) {
  RowMatrix<double> units = in_background(progress, [&](Progress& reports) {
    return visit_table(samples, [&](const auto& table) { return unit_representation_bits(table, reports); });
  });
  const auto [over_nodes, over_concepts] = smearedness(units);
  return py::make_tuple(to_numpy(std::move(units)), over_nodes, over_concepts);
}

}  // namespace

void bind_relay(py::module_& module) {
  module.attr("contrasts") = py::cast(words_of(contrast_kind_names));
  module.attr("set_measures") = py::cast(words_of(set_measure_names));
  py::class_<Samples>(module, "Samples")
      .def(py::init(&make_samples), py::arg("states"), py::arg("input").noconvert(), py::arg("output").noconvert(),
           py::arg("names"), py::arg("contrast"))
      .def_property_readonly("samples", &Samples::sample_count)
      .def_property_readonly("units", &Samples::unit_count)
      .def_property_readonly("contrasts", &Samples::contrast_count)
      .def("occupancy", &occupancy_of)
      .def("total",
           [](const Samples& samples) {
             return to_numpy(in_background([&] {
               return visit_table(samples, [](const auto& table) { return total_relay_information_bits(table); });
             }));
           })
      .def("input_output_information",
           [](const Samples& samples) {
             return to_numpy(in_background([&] {
               return visit_table(samples, [](const auto& table) { return input_output_information_bits(table); });
             }));
           })
      .def(
          "single",
          [](const Samples& samples, const py::object& progress) {
            return to_numpy(in_background(progress, [&](Progress& reports) {
              return visit_table(samples,
                                 [&](const auto& table) { return single_neuron_loss_bits(table, {}, reports); });
            }));
          },
          py::arg("progress"))
      .def("relay", &relay_of_sets, py::arg("sets"), py::arg("progress"))
      .def("estimated_relay", &estimated_relay_of_sets, py::arg("sets"), py::arg("estimator"), py::arg("progress"))
      .def("greedy", &greedy_of, py::arg("progress"))
      .def("branching", &branching_of, py::arg("contrast"), py::arg("max_sets"), py::arg("progress"))
      .def("exhaustive", &exhaustive_of, py::arg("removal_order").noconvert(), py::arg("information").noconvert(),
           py::arg("progress"))
      .def("measures", &measures_of, py::arg("names"), py::arg("progress"))
      .def("fragmentation", &fragmentation_of, py::arg("theta"), py::arg("progress"))
      .def("smearedness", &smearedness_of, py::arg("progress"));
}

}  // namespace inforelay::python
