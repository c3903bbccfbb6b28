#include "experiments/reports/significance_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text/message_text.hpp"

namespace inforelay {
namespace {

constexpr double large_share = 0.5, large_bits = 0.01;

std::string cell(double value, int decimals = 4) {
  return std::isnan(value) ? "-" : fmt::format("{:.{}f}", value, decimals);
}

/// Columns of a table, each with its heading and a cell for each row.
struct TextTable {
  std::vector<std::vector<std::string>> columns;

  void add(std::string heading, std::vector<std::string> cells) {
    cells.insert(cells.begin(), std::move(heading));
    columns.push_back(std::move(cells));
  }

  std::string text() const {
    std::string lines;
    for (std::size_t row = 0; row < columns.front().size(); ++row) {
      std::string line;
      for (const auto& column : columns) {
        std::size_t width = 0;
        for (const std::string& each : column) width = std::max(width, each.size());
        line += fmt::format("  {:>{}}", column[row], width);
      }
      lines += line + "\n";
    }
    return lines;
  }
};

std::vector<std::string> cells(const std::vector<double>& values) {
  std::vector<std::string> all;
  for (const double value : values) all.push_back(cell(value));
  return all;
}

/// "99 permutations of samples", with the words of the attribute `exchange`.
std::string exchanged(const ResultView& group, std::int64_t count) {
  const auto exchange = group.attribute<std::string>("", "exchange");
  return exchange == "circular_shifts" ? fmt::format("{} circular shifts of time", count)
                                       : fmt::format("{} permutations of {}", count, exchange);
}

std::string subset_text(const LayerResults& layer, const std::string& subset) {
  const ResultView group = layer.arrays.at("significance/" + subset), relay = layer.arrays.at("relay/" + subset);
  const bool test = group.has("total_p"), interval = group.has("total_interval");
  if (!test && !interval && !group.has("total_extrapolated")) return "";
  std::string text = fmt::format("\n  significance of I_R(all), {} samples, bits\n", subset);
  TextTable table;
  std::vector<std::string> names;
  for (const std::string& name : contrast_names(layer, relay)) names.push_back(one_line(name).substr(0, 16));
  table.add("class", names);
  table.add("I_R(all)", cells(relay.numbers("total")));
  if (test) {
    table.add("without relay", cells(group.numbers("total_null_mean")));
    table.add("p", cells(group.numbers("total_p")));
    text += fmt::format("  p, and the mean without relay: {} (null: no relay)\n",
                        exchanged(group, group.attribute<std::int64_t>("", "permutations")));
  }
  if (interval) {
    const RowMatrix<double>& bounds = group.matrix<double>("total_interval");
    std::vector<std::string> low, high;
    for (Eigen::Index c = 0; c < bounds.rows(); ++c) {
      low.push_back(cell(bounds(c, 0)));
      high.push_back(cell(bounds(c, 1)));
    }
    table.add("from", low);
    table.add("to", high);
    text +=
        fmt::format("  from, to: {:.4g} % intervals, {} bootstraps of {}\n", 100 * group.attribute<double>("", "level"),
                    group.attribute<std::int64_t>("", "bootstrap"), group.attribute<std::string>("", "bootstrap_of"));
  }
  if (group.has_attribute("", "no_bootstrap"))
    text += fmt::format("  no intervals: {}\n", group.attribute<std::string>("", "no_bootstrap"));
  if (group.has("total_extrapolated")) table.add("extrapolated", cells(group.numbers("total_extrapolated")));
  return text + table.text();
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
      "{}: too few samples of {} for {} units: for {} of {} contrasts at least half of the relay information of all "
      "units would be found without any relay. Of {} it is {:.4f} bits, and {:.4f} bits without relay (mean of {}; p = "
      "{:.3g}); {} samples have {} states, and {:.1f} % of them are alone in theirs",
      layer.title, subset, values.cols(), doubtful, analysed, one_line(contrast_names(layer, relay)[worst]),
      total[worst], without[worst], exchanged(group, group.attribute<std::int64_t>("", "permutations")), p[worst],
      values.rows(), states.number<std::int64_t>("occupied_states"), 100 * states.number<double>("singleton_fraction"));
}

}  // namespace

std::string significance_text(const LayerResults& layer) {
  std::string text;
  for (const std::string& subset : subsets_of(layer, "significance")) text += subset_text(layer, subset);
  return text;
}

std::vector<std::string> undersampling_warnings(const LayerResults& layer) {
  std::vector<std::string> all;
  for (const std::string& subset : subsets_of(layer, "significance")) {
    std::string text = warning_of(layer, subset);
    if (!text.empty()) all.push_back(std::move(text));
  }
  return all;
}

}  // namespace inforelay
