// Section `regression` of the summary: how well size and relay information of a set explain the accuracy without it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/reports/summary_section.hpp"

namespace inforelay {
namespace {

// Correlations of the three variables of one class: s size, i information, a accuracy.
struct Correlations {
  double si, sa, ia;

  // Coefficients of a ~ s + i with all three standardised: solution of [1 si; si 1] b = [sa; ia].
  double standardised_size() const { return (sa - ia * si) / (1 - si * si); }
  double standardised_information() const { return (ia - sa * si) / (1 - si * si); }
};

std::vector<Correlations> correlations_of(const ResultView& regression, std::size_t classes) {
  const auto& values = std::get<RowMatrix<double>>(regression.array("correlations").values);  // [class, 3 3]
  std::vector<Correlations> all;
  for (std::size_t c = 0; c < classes; ++c) {
    const auto row = static_cast<Eigen::Index>(c);
    all.push_back({values(row, 1), values(row, 2), values(row, 5)});
  }
  return all;
}

SummaryColumn grouped(SummaryColumn column, const char* group) {
  column.group = group;
  return column;
}

// Classes in which size correlates negatively with accuracy but has a positive coefficient beside information.
std::string suppression_note(const std::vector<Correlations>& correlations, const RowMatrix<double>& coefficient) {
  std::size_t count = 0;
  for (std::size_t c = 0; c < correlations.size(); ++c)
    count += correlations[c].sa < 0 && coefficient(static_cast<Eigen::Index>(c), 1) > 0;
  if (count == 0) return "";
  return fmt::format(
      "Suppression: in {} of {} classes larger sets cost more accuracy (size alone correlates negatively "
      "with it), but beside information size has a positive coefficient, since the two are correlated: "
      "of sets with the same information the larger ones cost less.",
      count, correlations.size());
}

std::vector<SummaryTable> regression_tables(const SectionSource& source) {
  if (!source.layer.arrays.has("regression")) return {};
  const ResultView regression = source.layer.arrays.at("regression");
  const RowMatrix<double>& coefficient = regression.matrix<double>("coefficient");
  const std::size_t classes = source.layer.classes.size();
  const std::vector<Correlations> correlations = correlations_of(regression, classes);
  const auto of_each = [&](auto value) {
    std::vector<double> values;
    for (const Correlations& each : correlations) values.push_back(value(each));
    return values;
  };
  SummaryTable table{.name = "regression",
                     .title = "Accuracy after knockout ~ 1 + size + information, over all sets",
                     .row_heading = "class",
                     .rows = source.layer.classes};
  table.columns = {
      number_column("r_squared", "1", "R^2", regression.numbers("r_squared")),
      grouped(number_column("size", "1", "size", column_of(coefficient, 1)), "scaled to [0,1]"),
      grouped(number_column("information", "1", "information", column_of(coefficient, 2)), "scaled to [0,1]"),
      grouped(
          number_column("standardised_size", "1", "size", of_each([](auto& c) { return c.standardised_size(); }), 3),
          "standardised"),
      grouped(number_column("standardised_information", "1", "information",
                            of_each([](auto& c) { return c.standardised_information(); }), 3),
              "standardised"),
      grouped(number_column("r_squared_size", "1", "size", of_each([](auto& c) { return c.sa * c.sa; }), 3),
              "R^2 alone"),
      grouped(number_column("r_squared_information", "1", "inform.", of_each([](auto& c) { return c.ia * c.ia; }), 3),
              "R^2 alone")};
  for (const auto& [key, heading] :
       {std::pair("r_squared_weights", "sum |w|"), std::pair("r_squared_additive", "units")}) {
    if (regression.has(key))
      table.columns.push_back(grouped(number_column(key, "1", heading, regression.numbers(key), 3), "R^2 alone"));
  }
  const std::vector<std::string>& undefined = regression.texts("undefined");
  if (std::any_of(undefined.begin(), undefined.end(), [](const std::string& why) { return !why.empty(); }))
    table.columns.push_back({"no_fit", "", "no fit", {undefined.begin(), undefined.end()}});
  const std::string suppression = suppression_note(correlations, coefficient);
  if (!suppression.empty()) table.notes.push_back(suppression);
  table.notes.emplace_back(
      "The sets are all of one network: R^2 and coefficients describe the fit; t and F (results.h5) are not "
      "inference.");
  return {table};
}

}  // namespace

extern const SummarySection regression_section;
const SummarySection regression_section{"regression", regression_tables};

}  // namespace inforelay
