#include "experiments/measures/importance_measures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/measures/chosen_classes.hpp"
#include "experiments/measures/clusterability.hpp"
#include "infotheory/importance/unit_scores.hpp"
#include "infotheory/states/unit_states.hpp"
#include "nn/network/unit_weights.hpp"

namespace inforelay {
namespace {

using OfUnits = std::optional<RowMatrix<double>>;

Eigen::Index unit_count(const ImportanceSource& source) {
  return source.arrays.matrix<float>("states/" + source.subset + "/value").cols();
}
Eigen::Index contrast_count(const ImportanceSource& source) {
  return source.contrasts.empty() ? 1 : static_cast<Eigen::Index>(source.contrasts.size());
}

OfUnits stored(const ImportanceSource& source, const std::string& path) {
  if (!source.arrays.has(path)) return std::nullopt;
  return source.arrays.matrix<double>(path);
}

// [N,K] levels of the units.
RowMatrix<std::uint8_t> levels_of(const ImportanceSource& source) {
  const ResultView states = source.arrays.at("states/" + source.subset);
  if (states.array("state").shape.size() != 1) return states.matrix<std::uint8_t>("state");
  return UnitStates::from_words(states.vector<StateWord>("state"), static_cast<int>(unit_count(source))).to_bytes();
}

// I(symbol; unit); `side`: the symbols of a contrast.
OfUnits unit_information(const ImportanceSource& source, const char* symbols, SymbolSet Contrast::*side) {
  if (source.contrasts.empty()) return std::nullopt;
  std::vector<SymbolSet> sets;
  for (const Contrast& contrast : source.contrasts) sets.push_back(contrast.*side);
  const auto values = source.arrays.vector<Symbol>(fmt::format("states/{}/{}", source.subset, symbols));
  return unit_information_bits(levels_of(source), values, sets);
}

OfUnits selectivity_of_units(const ImportanceSource& source) {
  const ResultView states = source.arrays.at("states/" + source.subset);
  const auto symbols = states.vector<Symbol>("input");
  if (std::all_of(symbols.begin(), symbols.end(), [&](Symbol symbol) { return symbol == symbols[0]; }))
    return RowMatrix<double>::Constant(contrast_count(source), unit_count(source), not_computed);
  const std::vector<double> index = selectivity(states.matrix<float>("value"), symbols);
  const Eigen::Map<const Eigen::RowVectorXd> row(index.data(), static_cast<Eigen::Index>(index.size()));
  return row.replicate(contrast_count(source), 1);
}

OfUnits weights(const ImportanceSource& source) {
  if (source.system.recording() || source.system.recurrent()) return std::nullopt;
  return outgoing_weights(source.system.network(source.arrays), source.layer);
}

OfUnits weights_times_deviation(const ImportanceSource& source) {
  OfUnits result = weights(source);
  if (!result) return result;
  const RowMatrix<double> values = source.arrays.matrix<float>("states/" + source.subset + "/value").cast<double>();
  const Eigen::RowVectorXd mean = values.colwise().mean();
  const Eigen::RowVectorXd variance =
      (values.rowwise() - mean).colwise().squaredNorm() / static_cast<double>(values.rows());
  result->array().rowwise() *= variance.array().sqrt();
  return result;
}

OfUnits activation_gradient(const ImportanceSource& source) {
  if (source.system.recording() || source.system.recurrent()) return std::nullopt;
  return mean_activation_gradient(source.system.network(source.arrays), source.layer,
                                  source.arrays.matrix<float>("states/" + source.subset + "/value"), source.progress);
}

OfUnits single_knockout(const ImportanceSource& source) {
  const std::string group = "knockout/" + source.subset + "/";
  const auto lost = [&](const RowMatrix<float>& accuracy, const auto& column_of) {
    const auto intact = source.arrays.vector<double>(group + "intact");
    RowMatrix<double> result(accuracy.rows(), unit_count(source));
    for (Eigen::Index c = 0; c < result.rows(); ++c) {
      for (Eigen::Index k = 0; k < result.cols(); ++k)
        result(c, k) = intact[static_cast<std::size_t>(c)] - static_cast<double>(accuracy(c, column_of(k)));
    }
    return result;
  };
  if (source.arrays.has(group + "accuracy"))
    return lost(source.arrays.matrix<float>(group + "accuracy"), [](Eigen::Index k) { return Eigen::Index{1} << k; });
  if (!source.arrays.has(group + "accuracy_single")) return std::nullopt;
  return lost(source.arrays.matrix<float>(group + "accuracy_single"), [](Eigen::Index k) { return k; });
}

OfUnits if_any(const RowMatrix<double>& values) { return values.size() > 0 ? OfUnits(values) : std::nullopt; }

const RowMatrix<float>* table(const ImportanceSource& source, const char* measure, const char* name) {
  const std::string path = fmt::format("{}/{}/{}", measure, source.subset, name);
  return source.arrays.has(path) ? &source.arrays.matrix<float>(path) : nullptr;
}

}  // namespace

const std::vector<ImportanceMeasure>& importance_measures() {
  using Source = const ImportanceSource&;
  static const std::vector<ImportanceMeasure> all{
      {"size", "size of the set", "1", "1 for every unit: the baseline that counts units",
       [](Source s) -> OfUnits { return RowMatrix<double>::Ones(contrast_count(s), unit_count(s)); }},
      {"relay_single", "relay information lost without the unit", "bit",
       "I_R(all) - I_R(all but k): relay/SUBSET/single (Hintze and Adami, Entropy 25, 401 (2023))",
       [](Source s) { return stored(s, "relay/" + s.subset + "/single"); }},
      {"relay_aggregated", "aggregated relay information", "bit",
       "relay/SUBSET/aggregated, along the greedy removal (Hintze and Adami 2023); exceeds H(X_in)",
       [](Source s) { return stored(s, "relay/" + s.subset + "/aggregated"); }},
      {"unit_information_input", "I(X_in; unit)", "bit",
       "mutual information of the class and the state of the unit alone, plug-in",
       [](Source s) { return unit_information(s, "input", &Contrast::input); }},
      {"unit_information_output", "I(X_out; unit)", "bit",
       "mutual information of the decision and the state of the unit alone, plug-in",
       [](Source s) { return unit_information(s, "output", &Contrast::output); }},
      {"selectivity", "class selectivity", "1",
       "(mu_max - mu_rest) / (mu_max + mu_rest) of the unit's mean values per class, above its lowest value; the same "
       "for all classes; NaN if all samples are of one (Morcos et al., ICLR 2018)",
       selectivity_of_units},
      {"weight", "|weight| out", "1",
       "|w_ck| to output c; of layers before the last hidden one the Euclidean norm of all outgoing weights (Li et "
       "al., "
       "ICLR 2017, there of filters)",
       weights},
      {"weight_deviation", "|weight| x deviation", "1",
       "the same times the standard deviation of the unit's value (He et al., ICASSP 2014, use its entropy)",
       weights_times_deviation},
      {"activation_gradient", "|activation x gradient|", "1",
       "mean of |value of the unit x derivative of the sum of output c| (Molchanov et al., ICLR 2017, there of the "
       "loss)",
       activation_gradient},
      {"knockout_single", "single knockout", "1", "function lost with the unit alone knocked out", single_knockout},
      {"shapley_function", "Shapley value of the function", "1", "shapley_function",
       [](Source s) { return if_any(s.shapley_function); }, nullptr, false},
      {"shapley_information", "Shapley value of relay information", "bit", "shapley_information",
       [](Source s) { return if_any(s.shapley_information); }, nullptr, false},
      {"cluster", "cluster of the output", "1",
       "1 if the unit is in the cluster of output c in the graph of |weights|, else 0, see clusters/n_cut",
       units_in_cluster_of_output},
      {"set_relay_information", "relay information of the set", "bit", "relay/SUBSET/information of the set itself",
       nullptr, [](Source s) { return table(s, "relay", "information"); }},
      {"set_mutual_information_input", "I(X_in; set)", "bit",
       "measures/SUBSET/mutual_information_input of the set itself", nullptr,
       [](Source s) { return table(s, "measures", "mutual_information_input"); }},
      {"set_mutual_information_output", "I(X_out; set)", "bit",
       "measures/SUBSET/mutual_information_output of the set itself", nullptr,
       [](Source s) { return table(s, "measures", "mutual_information_output"); }},
      {"set_intersection_information", "intersection information of the set", "bit",
       "measures/SUBSET/intersection_information of the set itself (Pica et al., NIPS 2017)", nullptr,
       [](Source s) { return table(s, "measures", "intersection_information"); }},
  };
  return all;
}

}  // namespace inforelay
