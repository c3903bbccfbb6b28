// Collected measures of importance, side by side in figures and in the summary.
#include "experiments/sweep/measure_family.hpp"

#include <fmt/format.h>

#include <cmath>

#include "experiments/sweep/draw_sweep.hpp"
#include "experiments/sweep/report.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/sweep/planned.hpp"

namespace inforelay {
namespace {

using Texts = std::vector<std::string>;

const std::string importance_config = R"(
name: test
seed: 1
data: {dataset: digits}
networks: {full: {layers: [784, 6, 10], train: {}}, composite: {detectors: {hidden: 1}}}
analysis:
  relay: {subsets: [test], exhaustive: [test]}
  knockout: {subsets: [test]}
  regression: {}
  importance: true
sweep:
  collect: [full.importance.test.spearman_size, full.importance.test.spearman_weight, full.regression.r_squared,
            full.importance.test.spearman_relay_single, composite.importance.test.auc_weight,
            composite.importance.test.spearman_weight, composite.importance.test.auc_size]
)";

SweepPlan importance_plan(const std::string& sweep) { return test::planned(test::parsed(importance_config + sweep)); }

// Metric m has the value m + 1 + r / 100 in run r; that of `missing` has none.
SweepTable table_of(const SweepPlan& plan, std::size_t missing = 1000) {
  SweepTable table;
  table.outcomes.assign(plan.runs.size(), {RunOutcome::Status::finished, ""});
  table.wall_seconds.assign(plan.runs.size(), 1);
  table.metrics.resize(plan.metrics.size());
  for (std::size_t m = 0; m < plan.metrics.size(); ++m) {
    for (std::size_t r = 0; r < plan.runs.size(); ++r)
      table.metrics[m].mean.push_back(m == missing ? std::nan("") : static_cast<double>(100 * (m + 1) + r) / 100);
  }
  return table;
}

std::vector<SweepFigure> family_figures(const SweepPlan& plan, const SweepTable& table) {
  std::vector<SweepFigure> figures = sweep_figures(plan, table);
  std::erase_if(figures, [](const SweepFigure& figure) { return figure.setting != "measure of importance"; });
  return figures;
}

std::string summary_of(const SweepPlan& plan, const SweepTable& table) {
  return summarise_sweep(plan, table, ExperimentResult(), "folder", 0);
}

constexpr const char* two_points = "  parameters: {data.test_limit: {values: [100, 200]}}\n  replicates: 3\n";

}  // namespace

TEST_CASE("Measures of importance of a network and subset are a family", "[sweep]") {
  const std::vector<MeasureFamily> families = measure_families(importance_plan(two_points));
  REQUIRE(families.size() == 2);
  CHECK(families[0].name == "full.importance.test.spearman");
  CHECK(families[0].metrics == std::vector<std::size_t>{0, 1, 3});
  CHECK(families[0].measures == Texts{"size", "weight", "relay_single"});
  CHECK(families[1].name == "composite.importance.test.auc");  // there is one rank correlation of composite only
  CHECK(families[1].metrics == std::vector<std::size_t>{4, 6});
}

TEST_CASE("A figure compares the measures of a family, the best one first, at each point", "[sweep]") {
  const SweepPlan two = importance_plan(two_points);
  const std::vector<SweepFigure> figures = family_figures(two, table_of(two));
  REQUIRE(figures.size() == 2);
  const SweepFigure& figure = figures[0];
  CHECK(figure.name == "full-importance-test-spearman");
  CHECK(figure.place == "full, test");
  CHECK(figure.levels == Texts{"relay_single", "weight", "size"});
  CHECK(figure.series == Texts{"test_limit=100", "test_limit=200"});
  REQUIRE(figure.dots.size() == 3 * 6);
  CHECK(figure.dots[4].level == 0);
  CHECK(figure.dots[4].series == 1);
  CHECK(figure.dots[4].value == 4.04);

  SweepFigure without = family_figures(two, table_of(two, 3))[0];  // a measure without values comes last
  CHECK(without.levels == Texts{"weight", "size", "relay_single"});

  const SweepPlan seeds = importance_plan("  replicates: 4\n");
  CHECK(family_figures(seeds, table_of(seeds))[0].series == Texts{"all"});
}

TEST_CASE("Measures that are side by side have no figures of their own", "[sweep]") {
  const SweepPlan names =
      importance_plan("  parameters: {analysis.knockout.function: {values: [threshold, argmax]}}\n");
  Texts found;
  for (const SweepFigure& figure : sweep_figures(names, table_of(names))) found.push_back(figure.name);
  CHECK(found == Texts{"full-importance-test-spearman", "composite-importance-test-auc", "full-regression-r_squared",
                       "composite-importance-test-spearman_weight"});
}

TEST_CASE("With more points than colours there is a figure of measures for each setting", "[sweep]") {
  const SweepPlan many = importance_plan(
      "  parameters: {data.test_limit: {values: [100, 200, 300, 400, 500, 600, 700]}, "
      "analysis.knockout.function: {values: [threshold, argmax]}}\n");
  const std::vector<SweepFigure> figures = family_figures(many, table_of(many));
  REQUIRE(figures.size() == 2);  // of the two families; seven values of test_limit have no colours
  CHECK(sweep_figures(many, table_of(many)).size() == 2 + 2 * many.metrics.size());
  CHECK(figures[0].name == "full-importance-test-spearman-over-analysis-knockout-function");
  CHECK(figures[0].series == Texts{"knockout function threshold", "knockout function argmax"});
  CHECK(figures[0].dots[3].series == 1);
}

TEST_CASE("The summary of a sweep has a table of measures by points", "[sweep]") {
  const SweepPlan two = importance_plan(two_points);
  const std::string text = summary_of(two, table_of(two, 4));
  CAPTURE(text);
  CHECK(text.find("   1  test_limit=100\n"
                  "   2  test_limit=200\n"
                  "\n"
                  "full.importance.test.spearman_*: rank correlation with the function lost\n"
                  "                  1      2\n"
                  "size          1.010  1.040\n"
                  "weight        2.010  2.040\n"
                  "relay_single  4.010  4.040\n") != std::string::npos);
  CHECK(text.find("weight      -      -\n") != std::string::npos);
  CHECK(text.find("size    7.010  7.040\n") != std::string::npos);
  CHECK(text.find("full.regression.r_squared") != std::string::npos);
  CHECK(text.find("full.importance.test.spearman_size") == std::string::npos);
  CHECK(text.find("composite.importance.test.spearman_weight") != std::string::npos);
}

TEST_CASE("The colours of a network's figure are named without the settings of other networks", "[sweep]") {
  const std::string widths = "networks.full.layers: {values: [[784, 6, 10], [784, 7, 10]]}";
  const SweepPlan listed =
      importance_plan("  method: list\n  parameters: {networks.composite.detectors.hidden: {values: [1, 2]}, " +
                      widths + ", data.test_limit: {values: [100, 200]}}\n");
  const std::vector<SweepFigure> figures = family_figures(listed, table_of(listed));
  CHECK(figures[0].series == Texts{"layers=[784, 6, 10], test_limit=100", "layers=[784, 7, 10], test_limit=200"});
  CHECK(figures[1].series == Texts{"hidden=1, test_limit=100", "hidden=2, test_limit=200"});
  // If points differ in nothing else, the settings of other networks tell them apart.
  const SweepPlan of_full = importance_plan("  parameters: {" + widths + "}\n");
  CHECK(family_figures(of_full, table_of(of_full))[1].series == Texts{"layers=[784, 6, 10]", "layers=[784, 7, 10]"});
}

TEST_CASE("A table of measures at more points than a screen has room for is left out", "[sweep]") {
  std::string values;
  for (int i = 1; i <= 12; ++i) values += fmt::format("{}{}", i > 1 ? ", " : "", 100 * i);
  const SweepPlan many = importance_plan("  parameters: {data.test_limit: {values: [" + values + "]}}\n");
  const std::string text = summary_of(many, table_of(many));
  CAPTURE(text);
  CHECK(text.find("full.importance.test.spearman_*") == std::string::npos);
  CHECK(text.find("composite.importance.test.auc_*: area under the ROC curve for the module\n"
                  "           1     2     3     4     5     6     7     8     9    10    11    12\n"
                  "weight  5.00  5.01  5.02") != std::string::npos);  // two digits have room
  CHECK(text.find("full.importance.test.spearman_size") != std::string::npos);
}

}  // namespace inforelay
