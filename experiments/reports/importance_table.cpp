#include "experiments/reports/importance_table.hpp"

#include <fmt/format.h>

#include <cmath>

namespace inforelay {
namespace {

/// The mean of those that are finite; NaN if none is.
template <class Values>
double finite_mean(const Values& values) {
  double sum = 0, count = 0;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    sum += value;
    count += 1;
  }
  return sum / count;
}

std::string cell(double value) { return std::isfinite(value) ? fmt::format("{:.3f}", value) : "-"; }

// Of an array [measure,class,size]: the mean over classes and sizes of a measure.
double mean_over_sizes(const ResultView& verdict, const char* array, Eigen::Index measure) {
  return finite_mean(verdict.matrix<double>(array).row(measure));
}

std::string verdict_table(const ResultView& verdict, const std::string& subset) {
  const std::vector<std::string>& names = verdict.texts("measure");
  const RowMatrix<double>&spearman = verdict.matrix<double>("spearman"), &squared = verdict.matrix<double>("r_squared");
  const bool modules = verdict.has("module_auc");
  std::string text = fmt::format(
      "\nmeasures of importance and the function lost ({}): means over classes\n"
      "  {:<30}  all sets: rank corr.     R^2   of one size: rank corr.   percentile of best sets{}\n",
      subset, "measure", modules ? "   AUC of modules" : "");
  for (std::size_t m = 0; m < names.size(); ++m) {
    const auto row = static_cast<Eigen::Index>(m);
    const double rho = finite_mean(spearman.row(row));
    if (!std::isfinite(rho)) continue;  // the results lack it
    text += fmt::format("  {:<30}  {:>20}  {:>6}  {:>24}  {:>23}", names[m], cell(rho),
                        cell(finite_mean(squared.row(row))), cell(mean_over_sizes(verdict, "spearman_of_size", row)),
                        cell(mean_over_sizes(verdict, "percentile", row)));
    if (modules) text += fmt::format("  {:>15}", cell(finite_mean(verdict.matrix<double>("module_auc").row(row))));
    text += '\n';
  }
  return text;
}

std::string sampling_lines(const ResultView& importance, const std::string& subset) {
  std::string text;
  for (const std::string what : {"function", "information"}) {
    const std::string array = "shapley_" + what;
    if (!importance.has(array) || !importance.has_attribute(array, "permutations")) continue;
    text += fmt::format("  Shapley values of {} ({}): sampled, {} permutations, largest standard error {:.4f}{}\n",
                        what, subset, importance.attribute<std::int64_t>(array, "permutations"),
                        importance.matrix<double>(array + "_error").maxCoeff(),
                        importance.attribute<std::int64_t>(array, "standard_error_reached")
                            ? ""
                            : " (above analysis.importance_sampling.standard_error)");
  }
  return text;
}

}  // namespace

std::string importance_text(const LayerResults& layer) {
  std::string text;
  for (const std::string& subset : subsets_of(layer, "importance")) {
    const ResultView importance = layer.arrays.at("importance/" + subset);
    if (importance.has("verdict")) text += verdict_table(importance.at("verdict"), subset);
    text += sampling_lines(importance, subset);
  }
  return text;
}

std::string baselines_line(const LayerResults& layer) {
  if (!layer.arrays.has("regression/r_squared_additive")) return "";
  const auto mean = [&](const char* array) {
    return cell(finite_mean(layer.arrays.vector<double>(fmt::format("regression/{}", array))));
  };
  return fmt::format(
      "  R^2, mean over classes: size + information {}; size {}; information {}; sum of |weight| {}; effects of units "
      "{}\n",
      mean("r_squared"), mean("r_squared_size"), mean("r_squared_information"), mean("r_squared_weights"),
      mean("r_squared_additive"));
}

}  // namespace inforelay
