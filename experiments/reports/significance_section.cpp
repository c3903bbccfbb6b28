// Section `significance` of the summary: whether the relay information of all units could be chance.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text/message_text.hpp"
#include "experiments/reports/summary_section.hpp"

namespace inforelay {
namespace {

constexpr double large_share = 0.5, large_bits = 0.01;

// "99 permutations of samples", with the words of the attribute `exchange`.
std::string exchanged(const ResultView& group, std::int64_t count) {
  const auto exchange = group.attribute<std::string>("", "exchange");
  return exchange == "circular_shifts" ? fmt::format("{} circular shifts of time", count)
                                       : fmt::format("{} permutations of {}", count, exchange);
}

SummaryTable subset_table(const LayerResults& layer, const std::string& subset) {
  const ResultView group = layer.arrays.at("significance/" + subset), relay = layer.arrays.at("relay/" + subset);
  SummaryTable table{.name = "significance_" + subset,
                     .title = fmt::format("significance of I_R(all), {} samples, bits", subset),
                     .row_heading = "class"};
  const bool test = group.has("total_p"), interval = group.has("total_interval");
  if (!test && !interval && !group.has("total_extrapolated")) return table;
  table.rows = contrast_names(layer, relay);
  table.columns.push_back(number_column("relay_information", "bit", "I_R(all)", relay.numbers("total")));
  if (test) {
    table.columns.push_back(number_column("null_mean", "bit", "without relay", group.numbers("total_null_mean")));
    table.columns.push_back(number_column("p", "1", "p", group.numbers("total_p")));
    table.notes.push_back(fmt::format("p, and the mean without relay: {} (null: no relay).",
                                      exchanged(group, group.attribute<std::int64_t>("", "permutations"))));
  }
  if (interval) {
    const RowMatrix<double>& bounds = group.matrix<double>("total_interval");
    table.columns.push_back(number_column("interval_low", "bit", "from", column_of(bounds, 0)));
    table.columns.push_back(number_column("interval_high", "bit", "to", column_of(bounds, 1)));
    table.notes.push_back(
        fmt::format("From, to: {:.4g} % intervals, {} bootstraps of {}.", 100 * group.attribute<double>("", "level"),
                    group.attribute<std::int64_t>("", "bootstrap"), group.attribute<std::string>("", "bootstrap_of")));
  }
  if (group.has_attribute("", "no_bootstrap"))
    table.notes.push_back(fmt::format("No intervals: {}.", group.attribute<std::string>("", "no_bootstrap")));
  if (group.has("total_extrapolated"))
    table.columns.push_back(number_column("extrapolated", "bit", "extrapolated", group.numbers("total_extrapolated")));
  return table;
}

std::vector<SummaryTable> significance_tables(const SectionSource& source) {
  std::vector<SummaryTable> all;
  for (const std::string& subset : subsets_of(source.layer, "significance"))
    all.push_back(subset_table(source.layer, subset));
  return all;
}

std::string warning_of(const LayerResults& layer, const std::string& subset) {
  const ResultView group = layer.arrays.at("significance/" + subset), relay = layer.arrays.at("relay/" + subset),
                   states = layer.arrays.at("states/" + subset);
  if (!group.has("total_null_mean")) return "";
  const std::vector<double> total = relay.numbers("total"), without = group.numbers("total_null_mean"),
                            p = group.numbers("total_p");
  std::size_t doubtful = 0, worst = 0, analysed = 0;
  double largest = 0;
  for (std::size_t c = 0; c < total.size(); ++c) {
    if (std::isnan(total[c])) continue;
    ++analysed;
    const double bits = std::abs(without[c]);
    if (!(bits >= large_bits && bits >= large_share * std::abs(total[c]))) continue;
    ++doubtful;
    if (bits > largest) worst = c;
    largest = std::max(largest, bits);
  }
  if (doubtful == 0) return "";
  const RowMatrix<float>& values = states.matrix<float>("value");
  return fmt::format(
      "{}: too few samples of {} for {} units: for {} of {} contrasts what is found without any relay is, of either "
      "sign, at least half as large as the relay information of all units. Of {} this is {:.4f} bits, and {:.4f} bits "
      "without relay (mean of {}; p = {:.3g}); {} samples have {} states, and {:.1f} % of them are alone in theirs",
      layer.title, subset, values.cols(), doubtful, analysed, one_line(contrast_names(layer, relay)[worst]),
      total[worst], without[worst], exchanged(group, group.attribute<std::int64_t>("", "permutations")), p[worst],
      values.rows(), states.number<std::int64_t>("occupied_states"), 100 * states.number<double>("singleton_fraction"));
}

}  // namespace

std::vector<std::string> undersampling_warnings(const LayerResults& layer) {
  std::vector<std::string> all;
  for (const std::string& subset : subsets_of(layer, "significance")) {
    std::string text = warning_of(layer, subset);
    if (!text.empty()) all.push_back(std::move(text));
  }
  return all;
}

extern const SummarySection significance_section;
const SummarySection significance_section{"significance", significance_tables};

}  // namespace inforelay
