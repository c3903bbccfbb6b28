// Regression of balanced accuracy after a knockout on the size and the relay information of the set.
#include <array>
#include <cmath>

#include "core/sets/neuron_set.hpp"
#include "core/statistics/statistics.hpp"
#include "experiments/measures/measure.hpp"
#include "infotheory/importance/additive_fit.hpp"
#include "nn/network/unit_weights.hpp"

namespace inforelay {
namespace {

constexpr const char* not_inference =
    "all rows are deterministic functions of one network: this describes the fit, it is not inference";

RowMatrix<double> table(const std::vector<Regression>& fits, std::vector<double> Regression::*column) {
  const std::size_t terms = fits.front().coefficient.size();
  RowMatrix<double> result(static_cast<Eigen::Index>(fits.size()), static_cast<Eigen::Index>(terms));
  for (std::size_t c = 0; c < fits.size(); ++c) {
    for (std::size_t i = 0; i < terms; ++i)
      result(static_cast<Eigen::Index>(c), static_cast<Eigen::Index>(i)) = (fits[c].*column)[i];
  }
  return result;
}

template <class T>
std::vector<T> column(const std::vector<Regression>& fits, T Regression::*value) {
  std::vector<T> result;
  for (const Regression& fit : fits) result.push_back(fit.*value);
  return result;
}

// What other predictors explain of accuracy, each by itself: a fit is worth only what it explains beyond them.
void put_baselines(MeasureRun& run, const RowMatrix<float>& accuracy, const RowMatrix<double>& correlations,
                   ResultArrays& out) {
  const RowMatrix<double> weights = outgoing_weights(run.system.network(run.layer), run.place.layer);  // [C,K]
  constexpr Eigen::Index size_accuracy = 2,
                         information_accuracy = 5;  // of the [3,3] of set_size, information, accuracy
  std::vector<double> size, information, weight, additive;
  for (Eigen::Index c = 0; c < accuracy.rows(); ++c) {
    run.progress.check();
    const AdditiveFit fit = additive_fit({accuracy.row(c).data(), static_cast<std::size_t>(accuracy.cols())});
    size.push_back(correlations(c, size_accuracy) * correlations(c, size_accuracy));
    information.push_back(correlations(c, information_accuracy) * correlations(c, information_accuracy));
    weight.push_back(additive_r_squared(fit, {weights.row(c).data(), static_cast<std::size_t>(weights.cols())}));
    additive.push_back(fit.r_squared);
  }
  out.put("r_squared_size", size);
  out.put("r_squared_information", information);
  out.put("r_squared_weights", weight);
  out.put("r_squared_additive", additive);
}

void compute_regression(MeasureRun& run, ResultArrays& out) {
  const RegressionConfig& config = *run.place.config.analysis.regression;
  const auto& information = run.layer.matrix<float>("relay/" + config.relay + "/information");
  const auto& accuracy = run.layer.matrix<float>("knockout/" + config.knockout + "/accuracy");
  const auto sets = static_cast<std::size_t>(information.cols());
  std::vector<float> set_size(sets);
  for (std::size_t set = 0; set < sets; ++set)
    set_size[set] = static_cast<float>(NeuronSet(static_cast<std::uint32_t>(set)).size());
  const std::vector<std::string> variables{"set_size", "information", "accuracy"};
  const auto count = static_cast<Eigen::Index>(variables.size());
  std::vector<Regression> fits;
  RowMatrix<double> correlations(information.rows(), count * count);
  for (Eigen::Index c = 0; c < information.rows(); ++c) {
    run.progress.check();
    const auto row = [&](const RowMatrix<float>& matrix) { return std::span(matrix.row(c).data(), sets); };
    const std::array<Column, 3> columns{Column{variables[0], std::span<const float>(set_size)},
                                        Column{variables[1], row(information)}, Column{variables[2], row(accuracy)}};
    fits.push_back(ordinary_least_squares(columns[2], std::span(columns).first<2>(), ColumnScaling::unit));
    correlations.row(c) = pearson_correlations(columns).reshaped<Eigen::RowMajor>().transpose();
  }
  put_baselines(run, accuracy, correlations, out);
  out.put_scale("term", fits.front().terms, "term of the regression");
  out.put_scale("variable", variables, "variable");
  out.put("coefficient", table(fits, &Regression::coefficient));
  out.put("stderr", table(fits, &Regression::standard_error));
  out.put("t", table(fits, &Regression::t));
  out.put("p", table(fits, &Regression::p));
  out.put("f", column(fits, &Regression::f));
  out.put("f_p", column(fits, &Regression::f_p));
  out.put("r_squared", column(fits, &Regression::r_squared));
  out.put("residual_variance", column(fits, &Regression::residual_variance));
  out.put("undefined", column(fits, &Regression::undefined));
  out.put("rows", static_cast<std::int64_t>(fits.front().rows));
  out.put_cube("correlations", std::move(correlations), variables.size());
  for (const char* name : {"stderr", "t", "p", "f", "f_p"}) out.put_attribute(name, "note", std::string(not_inference));
}

template <int term>
std::vector<MetricValue> coefficient(const ResultView& regression, int) {
  const RowMatrix<double>& values = regression.matrix<double>("coefficient");
  std::vector<MetricValue> column;
  for (Eigen::Index c = 0; c < values.rows(); ++c) column.emplace_back(values(c, term));
  return column;
}

}  // namespace

extern const Measure regression_measure;
const Measure regression_measure{
    .name = "regression",
    .scope = Scope::layer,
    .about = "accuracy after knockout ~ 1 + set size + relay information over all sets, each scaled to [0,1]",
    .arrays = {{"coefficient",
                "1",
                {"class", "term"},
                "coefficients of accuracy ~ 1 + set_size + information, all scaled to [0,1]"},
               {"stderr", "1", {"class", "term"}, "standard errors of the coefficients"},
               {"t", "1", {"class", "term"}, "coefficient over standard error"},
               {"p", "1", {"class", "term"}, "two-sided p-value of t"},
               {"f", "1", {"class"}, "F statistic of the fit"},
               {"f_p", "1", {"class"}, "p-value of F"},
               {"r_squared", "1", {"class"}, "fraction of the variance of accuracy that is explained"},
               {"r_squared_size", "1", {"class"}, "fraction that set size explains by itself"},
               {"r_squared_information", "1", {"class"}, "fraction that relay information explains by itself"},
               {"r_squared_weights",
                "1",
                {"class"},
                "fraction that the sum of absolute weights to the output of the class explains by itself; of layers "
                "before the "
                "last hidden one, the sum of the norms of outgoing weights"},
               {"r_squared_additive",
                "1",
                {"class"},
                "fraction that the best sum of effects of single units explains, with a coefficient for each unit"},
               {"residual_variance", "1", {"class"}, "residual sum of squares over degrees of freedom"},
               {"undefined", "text", {"class"}, "why a class has no fit; empty if it has one"},
               {"rows", "1", {}, "sets in each fit"},
               {"correlations", "1", {"class", "variable", "variable"}, "Pearson correlations over all sets"}},
    .metrics =
        {{"intercept",
          "intercept",
          "",
          {"1", "intercept of accuracy ~ 1 + set size + information, each scaled to [0,1]", false, coefficient<0>}},
         {"set_size", "coefficient of set size", "", {"1", "coefficient of the set's size", false, coefficient<1>}},
         {"information",
          "coefficient of information",
          "",
          {"1", "coefficient of the set's relay information", false, coefficient<2>}},
         {"r_squared", "R\u00b2", "r_squared"},
         {"r_squared_size", "R\u00b2 of set size alone", "r_squared_size"},
         {"r_squared_information", "R\u00b2 of information alone", "r_squared_information"},
         {"r_squared_weights", "R\u00b2 of the sum of |weight|", "r_squared_weights"},
         {"r_squared_additive", "R\u00b2 of additive effects of units", "r_squared_additive"},
         {"f", "F", "f"}},
    .missing = [](const MeasurePlace& place) -> std::string {
      if (!place.is_feed_forward()) return missing_network(place);
      return place.config.analysis.regression ? "" : "there is no analysis.regression";
    },
    .label = [](const MeasurePlace&) -> std::string { return "regression of function on information"; },
    .memory =
        [](const MeasurePlace& place, AllSetsTable) {
          const double sets = std::exp2(place.sizes.units);
          return MemoryNeed{.working = 4 * sets, .sets = sets};
        },
    .compute = compute_regression,
};

}  // namespace inforelay
