#include "experiments/compare/set_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/files/data_folder.hpp"
#include "core/files/files.hpp"
#include "core/files/sha256.hpp"
#include "core/named.hpp"
#include "core/statistics/statistics.hpp"
#include "core/text/csv.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"
#include "experiments/config/derived_settings.hpp"

namespace inforelay {
namespace {

constexpr std::string_view set_column = "noiseSet", error_rate = "error_rate",
                           representation = "temporal_representation_";

/// "(0,)", "(0, 3)" as a set of units in [0,units).
std::optional<NeuronSet> parse_tuple(std::string_view text, int units) {
  if (!text.starts_with('(') || !text.ends_with(')')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  NeuronSet set;
  while (!text.empty()) {
    std::string_view word = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    while (word.starts_with(' ')) word.remove_prefix(1);
    if (word.empty() && text.empty()) break;  // after the comma of "(0,)"
    const auto unit = number_from<int>(word);
    if (!unit || *unit < 0 || *unit >= units || set.contains(*unit)) return std::nullopt;
    set = set.with(*unit);
  }
  return set;
}

std::optional<std::int64_t> lag_of(std::string_view metric) {
  if (!metric.starts_with(representation)) return std::nullopt;
  return number_from<std::int64_t>(metric.substr(representation.size()));
}

/// The value of every set [S].
std::vector<double> values_of(const std::string& network, const std::string& metric, const std::string& subset,
                              const ExperimentResult& result) {
  const ResultView layers = result.network(network).at("layers");
  const std::vector<std::string> names = layers.children();
  if (names.size() != 1) throw UsageError("{} has {} analysed layers, expected one", network, names.size());
  const ResultView layer = layers.at(names.front());
  if (metric == error_rate) return layer.at("time_knockout/" + subset).numbers("error_rate");
  const ResultView measures = layer.at("measures/" + subset);
  const std::vector<double> lags = measures.numbers("lag");
  const auto found = std::find(lags.begin(), lags.end(), static_cast<double>(lag_of(metric).value_or(-1)));
  if (found == lags.end()) throw UsageError("{}: {} was not computed", network, metric);
  const auto row = measures.matrix<double>("temporal_representation").row(found - lags.begin());
  return {row.begin(), row.end()};
}

/// Of `values` [S] those of the rows of the table.
std::vector<double> of_rows(const PublishedTable& table, const std::vector<double>& values) {
  std::vector<double> rows;
  for (const NeuronSet set : table.sets) rows.push_back(values.at(set.index()));
  return rows;
}

Regression fit_of(const std::vector<double>& response, const std::vector<double>& information,
                  const std::vector<double>& size) {
  const std::vector<Column> predictors{{"information", std::span<const double>(information)},
                                       {"size", std::span<const double>(size)}};
  Regression fit = ordinary_least_squares({"error rate", std::span<const double>(response)}, predictors);
  if (!fit.defined()) throw UsageError("there is no regression: {}", fit.undefined);
  return fit;
}

double residuals_of(const Regression& fit) {
  return fit.residual_variance * static_cast<double>(fit.rows - fit.coefficient.size());
}

}  // namespace

SetTable parse_set_table(std::string_view text, const std::string& name,
                         const std::vector<std::pair<std::string, CompareColumnConfig>>& columns, int units) {
  std::vector<std::string> header;
  std::vector<std::size_t> wanted;
  std::size_t set_at = 0;
  SetTable table;
  std::vector<double> values;
  std::set<std::uint32_t> seen;
  const auto column_of = [&](const std::string& column) {
    const auto found = std::find(header.begin(), header.end(), column);
    if (found == header.end()) throw DataError("'{}' has no column '{}'; it has {}", name, column, listed(header));
    return static_cast<std::size_t>(found - header.begin());
  };
  scan_csv(text, name, {}, [&](std::size_t line, std::vector<std::string>& cells) {
    if (header.empty()) {
      header = cells;
      set_at = column_of(std::string(set_column));
      for (const auto& [entry, column] : columns) {
        table.names.push_back(entry);
        wanted.push_back(column_of(column.column.empty() ? entry : column.column));
      }
      return true;
    }
    const auto fail = [&](std::size_t at, std::string_view expected) {
      throw DataError("'{}', line {}, column {}: {}, expected {}", name, line, quoted_name(header[at]),
                      quoted_name(cells[at]), expected);
    };
    const std::optional<NeuronSet> set = parse_tuple(cells[set_at], units);
    if (!set) fail(set_at, fmt::format("a set of units in [0,{}), as in '(0, 3)'", units));
    if (!seen.insert(set->bits()).second) fail(set_at, "each set once");
    table.sets.push_back(*set);
    for (const std::size_t at : wanted) {
      const auto number = number_from<double>(cells[at]);
      if (!number || !std::isfinite(*number)) fail(at, "a number");
      values.push_back(*number);
    }
    return true;
  });
  if (table.sets.empty()) throw DataError("'{}' has no rows", name);
  table.values = Eigen::Map<const RowMatrix<double>>(values.data(), std::ssize(table.sets), std::ssize(wanted));
  return table;
}

std::string set_metric_problem(const ExperimentConfig& config, const NetworkConfig& network, const std::string& subset,
                               const std::string& metric) {
  const AnalysisConfig& analysis = config.analysis;
  if (!network.recurrent) return "it is no recurrent network";
  if (network.recurrent->is_timed()) return "with time: each there is a value for each time";
  if (metric == error_rate) {
    const auto& knockout = analysis.knockout;
    if (!knockout || knockout->sets != KnockoutSets::exhaustive || !holds(knockout->subsets, subset))
      return fmt::format("needs analysis.knockout with sets: exhaustive and '{}' among its subsets", subset);
    return "";
  }
  const std::optional<std::int64_t> lag = lag_of(metric);
  if (!lag) return fmt::format("'{}' is neither error_rate nor temporal_representation_P with a lag P", metric);
  if (!holds(analysis.relay.exhaustive, subset))
    return fmt::format("{} is not among analysis.relay.exhaustive", subset);
  if (std::find(analysis.lags.begin(), analysis.lags.end(), *lag) != analysis.lags.end()) return "";
  return fmt::format("lag {} is not among analysis.lags", *lag);
}

PublishedTables read_set_tables(const std::string& name, const ExperimentConfig& config) {
  const CompareConfig& entry = *find_named(config.compare, name);
  PublishedTables tables;
  for (const auto& [network_name, files] : entry.sets) {
    const NetworkConfig& network = *find_named(config.networks, network_name);
    const std::vector<std::int64_t> widths = layer_widths(config, network);
    const std::vector<int> layers = analysed_layers(config.analysis, widths);
    if (layers.size() != 1)
      throw UsageError("compare.{}.sets: {} has {} analysed layers, expected one", name, network_name, layers.size());
    const std::string path = with_data_folder(files.front()).string();
    const std::string text = table_file_text(path);
    const auto units = static_cast<int>(widths[static_cast<std::size_t>(layers.front())]);
    SetTable read = parse_set_table(text, path, entry.columns, units);
    PublishedTable table{
        .comparison = name, .network = network_name, .columns = {}, .sha256 = sha256_hex(text), .sets = read.sets};
    for (std::size_t i = 0; i < entry.columns.size(); ++i) {
      PublishedColumn column{.name = read.names[i], .config = entry.columns[i].second, .values = {}, .classes = {}};
      for (Eigen::Index row = 0; row < read.values.rows(); ++row)
        column.values.emplace_back(read.values(row, static_cast<Eigen::Index>(i)));
      table.columns.push_back(std::move(column));
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

std::vector<SetDifference> set_differences(const PublishedTable& table, const std::string& subset,
                                           const ExperimentResult& result) {
  struct Squares {
    std::string columns;
    double sum = 0;
    std::size_t count = 0;
  };
  std::map<double, Squares> squares;  // of the columns with this bound for their root mean square
  std::vector<SetDifference> differences;
  for (const PublishedColumn& column : table.columns) {
    const std::vector<double> ours = of_rows(table, values_of(table.network, column.config.metric, subset, result));
    double largest = 0, sum = 0;
    for (std::size_t row = 0; row < ours.size(); ++row) {
      const double difference = ours[row] - std::get<double>(column.values[row]);
      if (std::isnan(difference) || std::fabs(difference) > largest) largest = std::fabs(difference);  // NaN stays
      sum += difference * difference;
    }
    differences.push_back({column.name + " max", largest, column.config.absolute});
    if (!column.config.rms) continue;
    Squares& same_bound = squares[*column.config.rms];
    same_bound.columns += (same_bound.columns.empty() ? "" : ", ") + column.name;
    same_bound.sum += sum;
    same_bound.count += ours.size();
  }
  for (const auto& [bound, all] : squares)
    differences.push_back({all.columns + " rms", std::sqrt(all.sum / static_cast<double>(all.count)), bound});
  return differences;
}

std::vector<SetRegressionRow> set_regression(const std::vector<const PublishedTable*>& tables,
                                             const SetRegressionConfig& published, const std::string& subset,
                                             const ExperimentResult& result) {
  struct Columns {
    std::vector<double> response, information;
  } theirs, ours;
  std::vector<double> size;
  for (const PublishedTable* table : tables) {
    const std::size_t rows = table->sets.size();
    std::vector<double> their_sum(rows, 0), our_sum(rows, 0);
    double count = 0;
    for (const PublishedColumn& column : table->columns) {
      const std::vector<double> values =
          of_rows(*table, values_of(table->network, column.config.metric, subset, result));
      const bool is_response = column.config.metric == error_rate;
      if (!is_response) ++count;
      for (std::size_t row = 0; row < rows; ++row) {
        const double their_value = std::get<double>(column.values[row]);
        if (is_response) {
          theirs.response.push_back(their_value);
          ours.response.push_back(values[row]);
        } else {
          their_sum[row] += their_value;
          our_sum[row] += values[row];
        }
      }
    }
    for (std::size_t row = 0; row < rows; ++row) {
      theirs.information.push_back(their_sum[row] / count);
      ours.information.push_back(our_sum[row] / count);
      size.push_back(table->sets[row].size());
    }
  }
  const Regression again = fit_of(theirs.response, theirs.information, size),
                   here = fit_of(ours.response, ours.information, size);
  const double allowed = published.tolerance;
  return {{"intercept", published.intercept, again.coefficient[0], here.coefficient[0], allowed},
          {"information", published.information, again.coefficient[1], here.coefficient[1], allowed},
          {"size", published.size, again.coefficient[2], here.coefficient[2], allowed},
          {"residuals", published.residuals, residuals_of(again), residuals_of(here),
           allowed * std::fabs(published.residuals)}};
}

}  // namespace inforelay
