// Section `knockout` of the summary: accuracy intact and with the chosen sets knocked out, for each class.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/measures/chosen_sets.hpp"
#include "experiments/reports/summary_section.hpp"
#include "experiments/results/statistics_arrays.hpp"

namespace inforelay {
namespace {

// With the chosen sets knocked out in the ways that were computed; a set that no class has is left out.
void add_chosen(const ResultView& ablation, SummaryTable& table) {
  const auto replacements = ablation.attribute<std::vector<std::string>>("", "replacements");
  for (const ChosenSet which : {ChosenSet::greedy_pair, ChosenSet::best_pair, ChosenSet::half, ChosenSet::most}) {
    const auto choice = static_cast<std::size_t>(which);
    for (const std::string& replacement : replacements) {
      const RowMatrix<float>& accuracy = ablation.matrix<float>(replacement + "/chosen");
      const std::vector<double> values = column_of(accuracy, static_cast<Eigen::Index>(choice));
      if (std::all_of(values.begin(), values.end(), [](double value) { return std::isnan(value); })) continue;
      constexpr const char* keys[] = {"without_smallest_50", "without_smallest_90", "without_best_pair",
                                      "without_greedy_pair"};
      table.columns.push_back(number_column(fmt::format("{}_{}", keys[choice], replacement), "1", replacement, values));
      table.columns.back().group = chosen_set_names[choice] + " out";
    }
  }
}

// Without chosen sets: with the unit, or the pair, whose knockout hurts most.
void add_worst(const ResultView& knockout, std::size_t classes, SummaryTable& table) {
  std::vector<double> worst;
  for (int c = 0; c < static_cast<int>(classes); ++c) {
    if (knockout.has("accuracy_single")) {
      worst.push_back(static_cast<double>(knockout.matrix<float>("accuracy_single").row(c).minCoeff()));
    } else {
      const SubsetStatistics sizes = statistics_from(knockout.at("sizes"));
      worst.push_back(static_cast<double>(sizes.lowest_of(c, std::min(2, sizes.neurons()))));
    }
  }
  const bool single = knockout.has("accuracy_single");
  table.columns.push_back(number_column(single ? "without_worst_unit" : "without_worst_pair", "1",
                                        single ? "worst one out" : "worst two out", worst));
}

std::vector<SummaryTable> knockout_tables(const SectionSource& source) {
  const ResultView layer = source.layer.arrays;
  std::string subset;
  for (const std::string& each : subsets_of(source.layer, "knockout")) {
    if (layer.has("knockout/" + each + "/intact")) subset = each;
  }
  if (subset.empty()) return {};
  const ResultView knockout = layer.at("knockout/" + subset);
  const KnockoutWords words = knockout_words(knockout);
  SummaryTable table{
      .name = "knockout",
      .title = fmt::format("Balanced accuracy{} on {} with sets knocked out{}", words.function, subset, words.replace),
      .row_heading = "class",
      .rows = source.layer.classes,
      .columns = {number_column("intact", "1", "intact", knockout.numbers("intact"))}};
  // Its columns name the replacements.
  if (layer.has("ablation/mean/chosen")) add_chosen(layer.at("ablation"), table);
  const bool statistics_only = knockout.has("sizes") && !knockout.has("accuracy");
  if (knockout.has("accuracy_single") || statistics_only) add_worst(knockout, table.rows.size(), table);
  return {table};
}

}  // namespace

extern const SummarySection knockout_section;
const SummarySection knockout_section{"knockout", knockout_tables};

}  // namespace inforelay
