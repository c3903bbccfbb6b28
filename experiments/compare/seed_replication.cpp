#include "experiments/compare/seed_replication.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/statistics/statistics.hpp"
#include "core/text/csv_table.hpp"
#include "experiments/measures/metrics.hpp"
#include "experiments/results/record_arrays.hpp"

namespace inforelay {
namespace {

constexpr double low = 0.05, middle = 0.5, high = 0.95;

std::vector<double> defined(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  return values;
}

// The regressions of the other networks that have them, for which nothing was published.
PublishedTables other_networks(const ExperimentConfig& config, const PublishedTables& published) {
  PublishedTables others;
  for (const auto& network : config.networks) {
    for (PublishedTable table : published) {
      if (table.network == network.first) continue;
      table.network = network.first;
      std::erase_if(table.columns, [&](const PublishedColumn& column) {
        const std::string& metric = column.config.metric;
        return !metric.starts_with("regression.") || !metric_missing(config, network.second, metric).empty();
      });
      if (table.columns.empty()) continue;
      for (PublishedColumn& column : table.columns)
        std::fill(column.values.begin(), column.values.end(), ComparisonRow::no_number);
      others.push_back(std::move(table));
    }
  }
  return others;
}

// The probability that one more value lies between the interpolated 5 and 95 % points of n other values of its
// distribution: the k-th of n is expected at the quantile k / (n + 1), and the points are at k = 1 + (n - 1) q.
double expected_within(std::size_t n) {
  return (high - low) * (static_cast<double>(n) - 1) / (static_cast<double>(n) + 1);
}

std::string where(const ReplicationRow& row) {
  if (row.is_statement() || std::isnan(row.fraction_below())) return "";
  return row.reference < row.at(low) ? "below" : row.reference > row.at(high) ? "above" : "within";
}

std::string exact_text(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }
std::string number_text(double value) { return std::isnan(value) ? "" : fmt::format("{:.5g}", value); }

std::string row_text(const ReplicationRow& row) {
  const double below = row.fraction_below();
  const std::size_t count = defined(row.values).size(), seeds = row.values.size();
  return fmt::format("  {:>9}  {:>10}  {:>10}  {:>10}  {:>10}  {:>12}  {}{}\n", row.cls, number_text(row.reference),
                     number_text(row.at(low)), number_text(row.at(middle)), number_text(row.at(high)),
                     std::isnan(below) ? "" : fmt::format("{:.0f} %", 100 * below), where(row),
                     count == seeds ? "" : fmt::format("  (of {} of {} seeds)", count, seeds));
}

std::string published_table(const SeedReplication& replication) {
  const std::size_t seeds = replication.seeds().size();
  std::string text;
  std::size_t within = 0, compared = 0;
  for (std::size_t i = 0; i < replication.published_rows(); ++i) {
    const ReplicationRow& row = replication.rows()[i];
    const ReplicationRow* previous = i > 0 ? &replication.rows()[i - 1] : nullptr;
    if (!previous || previous->comparison != row.comparison || previous->metric != row.metric) {
      text += fmt::format("\n{}: {} of {}, {} seed{}\n  {:>9}  {:>10}  {:>10}  {:>10}  {:>10}  {:>12}\n",
                          row.comparison, row.metric, row.network, seeds, seeds == 1 ? "" : "s", "class", "published",
                          "5 %", "median", "95 %", "seeds below");
    }
    text += row_text(row);
    compared += where(row).empty() ? 0 : 1;
    within += where(row) == "within" ? 1 : 0;
  }
  if (compared == 0) return text;
  text += fmt::format("\n{} of {} published values lie between the 5 and 95 % points of the seeds", within, compared);
  if (seeds < fewest_for_quantiles) return text + ".\n";
  return text +
         fmt::format("; of values from the same distribution, about {:.0f} % would.\n", 100 * expected_within(seeds));
}

// "  17 / 20    64 to 95 %"
std::string seeds_text(std::ptrdiff_t count, std::ptrdiff_t seeds) {
  const auto [least, most] = probability_interval(static_cast<std::size_t>(count), static_cast<std::size_t>(seeds));
  return fmt::format("{:>4} / {:<4} {:>3.0f} to {:.0f} %", count, seeds, 100 * least, 100 * most);
}

std::string statements_table(const SeedReplication& replication) {
  const auto seeds = static_cast<std::ptrdiff_t>(replication.seeds().size());
  std::string text;
  for (const ReplicationRow& row : replication.rows()) {
    if (!row.is_statement()) continue;
    const auto count = [&](auto&& holds) { return std::count_if(row.values.begin(), row.values.end(), holds); };
    const auto all = count([&](double classes) { return classes == row.reference; });
    const auto most = count([&](double classes) { return 2 * classes > row.reference; });
    const double classes = std::accumulate(row.values.begin(), row.values.end(), 0.0);
    const char* how_often = all == seeds       ? "every class of every seed"
                            : most == seeds    ? "most classes of every seed"
                            : 2 * most > seeds ? "most classes of most seeds"
                                               : "NOT FOR MOST";
    text += fmt::format("{}: {}\n  all {}    most {}    {:.0f} of {:.0f} classes\n", row.metric, how_often,
                        seeds_text(all, seeds), seeds_text(most, seeds), classes,
                        row.reference * static_cast<double>(seeds));
  }
  if (text.empty()) return text;
  return "\nStatements: the seeds in which they hold for all classes, and for more than half of them, with the 95 %\n"
         "confidence interval (Wilson) of the fraction of seeds; and the classes of all seeds for which they hold.\n" +
         text;
}

}  // namespace

double ReplicationRow::at(double probability) const {
  const std::vector<double> all = defined(values);
  return all.empty() ? no_number : quantile(all, probability);
}

double ReplicationRow::fraction_below() const {
  const std::vector<double> all = defined(values);
  if (all.empty() || std::isnan(reference)) return no_number;
  double below = 0;
  for (const double each : all) below += each < reference ? 1 : each == reference ? 0.5 : 0;
  return below / static_cast<double>(all.size());
}

SeedReplication::SeedReplication(const ExperimentConfig& config, PublishedTables published)
    : config_(config), tables_(std::move(published)) {
  for (const PublishedTable& table : tables_) {
    for (const PublishedColumn& column : table.columns) published_rows_ += column.values.size();
  }
  const PublishedTables others = other_networks(config, tables_);
  tables_.insert(tables_.end(), others.begin(), others.end());
}

void SeedReplication::add(std::int64_t seed, const ExperimentResult& result) {
  std::vector<ComparisonRow> found;
  for (const ComparisonColumn& column : compare(config_, tables_, result).columns()) {
    const ComparisonRow& first = column.rows.front();
    if (!first.is_statement()) {
      found.insert(found.end(), column.rows.begin(), column.rows.end());
      continue;
    }
    ComparisonRow count{first.comparison, "", "", first.metric, ""};
    count.value = static_cast<double>(column.ok());
    count.reference = static_cast<double>(column.rows.size());
    found.push_back(std::move(count));
  }
  if (rows_.empty()) {
    for (const ComparisonRow& row : found) rows_.push_back({row, {}});
  }
  seeds_.push_back(seed);
  for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i].values.push_back(found[i].value);
}

std::string replication_table(const SeedReplication& replication) {
  if (replication.empty()) return "";
  return published_table(replication) + statements_table(replication);
}

std::string replication_csv(const SeedReplication& replication) {
  std::vector<std::string> header{"comparison", "column", "network", "metric",         "class", "reference",
                                  "p05",        "median", "p95",     "fraction_below", "where"};
  for (const std::int64_t seed : replication.seeds()) header.push_back(fmt::format("seed_{}", seed));
  CsvTable table(header);
  for (const ReplicationRow& row : replication.rows()) {
    std::vector<std::string> cells{row.comparison, row.column, row.network, row.metric, row.cls};
    for (const double value : {row.reference, row.at(low), row.at(middle), row.at(high), row.fraction_below()})
      cells.push_back(exact_text(value));
    cells.push_back(where(row));
    for (const double value : row.values) cells.push_back(exact_text(value));
    table.row_of(cells);
  }
  return table.text();
}

ResultArrays replication_arrays(const SeedReplication& replication) {
  static const RecordArrays<ReplicationRow> row_arrays = [] {
    RecordArrays<ReplicationRow> all{"row", comparison_fields<ReplicationRow>()};
    all.fields.push_back({"reference", "as the metric", "published value, NaN: none; of a statement, all classes",
                          &ReplicationRow::reference});
    return all;
  }();
  static const std::vector<ArrayInfo> infos = [] {
    std::vector<ArrayInfo> all = row_arrays.infos();
    all.push_back({"value",
                   "as the metric",
                   {"row", "seed"},
                   "value of each seed; of a statement, the classes for which it holds"});
    return all;
  }();
  const auto seeds = static_cast<Eigen::Index>(replication.seeds().size());
  RowMatrix<double> values(static_cast<Eigen::Index>(replication.rows().size()), seeds);
  for (Eigen::Index row = 0; row < values.rows(); ++row) {
    values.row(row) =
        Eigen::Map<const Eigen::RowVectorXd>(replication.rows()[static_cast<std::size_t>(row)].values.data(), seeds);
  }
  ResultArrays out(infos);
  out.put_scale("seed", replication.seeds(), "seed of the run");
  row_arrays.put(replication.rows(), out);
  out.put("value", std::move(values));
  return out;
}

}  // namespace inforelay
