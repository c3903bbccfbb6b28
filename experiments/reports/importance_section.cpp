// Section `importance` of the summary: how well measures of importance predict the function lost.
#include <fmt/format.h>

#include <cmath>

#include "experiments/reports/summary_section.hpp"

namespace inforelay {
namespace {

// The mean of those that are finite; NaN if none is.
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

std::string sampling_note(const ResultView& importance, const std::string& what) {
  const std::string array = "shapley_" + what;
  if (!importance.has(array) || !importance.has_attribute(array, "permutations")) return "";
  return fmt::format("Shapley values of {}: sampled, {} permutations, largest standard error {:.4f}{}.", what,
                     importance.attribute<std::int64_t>(array, "permutations"),
                     importance.matrix<double>(array + "_error").maxCoeff(),
                     importance.attribute<std::int64_t>(array, "standard_error_reached")
                         ? ""
                         : " (above analysis.importance_sampling.standard_error)");
}

SummaryTable subset_table(const ResultView& importance, const std::string& subset) {
  SummaryTable table{
      .name = "importance_" + subset,
      .title = fmt::format("measures of importance and the function lost ({}), means over classes", subset),
      .row_heading = "measure"};
  for (const char* what : {"function", "information"}) {
    std::string note = sampling_note(importance, what);
    if (!note.empty()) table.notes.push_back(std::move(note));
  }
  if (!importance.has("verdict")) return table;
  const ResultView verdict = importance.at("verdict");
  const std::vector<std::string>& names = verdict.texts("measure");
  struct Column {
    const char *array, *heading;
    std::vector<double> means = {};
  };
  std::vector<Column> columns{{"spearman", "rank corr."},
                              {"r_squared", "R^2"},
                              {"spearman_of_size", "r. c. of one size"},
                              {"percentile", "percentile"}};
  if (verdict.has("module_auc")) columns.push_back({"module_auc", "AUC of modules"});
  for (std::size_t m = 0; m < names.size(); ++m) {
    const auto row = static_cast<Eigen::Index>(m);
    if (!std::isfinite(finite_mean(verdict.matrix<double>("spearman").row(row)))) continue;  // the results lack it
    table.rows.push_back(names[m]);
    for (Column& column : columns) {
      const auto& values = std::get<RowMatrix<double>>(verdict.array(column.array).values);
      column.means.push_back(finite_mean(values.row(row)));
    }
  }
  for (const Column& column : columns)
    table.columns.push_back(number_column(column.array, "1", column.heading, column.means, 3));
  return table;
}

std::vector<SummaryTable> importance_tables(const SectionSource& source) {
  std::vector<SummaryTable> all;
  for (const std::string& subset : subsets_of(source.layer, "importance"))
    all.push_back(subset_table(source.layer.arrays.at("importance/" + subset), subset));
  return all;
}

}  // namespace

extern const SummarySection importance_section;
const SummarySection importance_section{"importance", importance_tables};

}  // namespace inforelay
