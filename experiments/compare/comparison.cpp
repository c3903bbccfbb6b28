#include "experiments/compare/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/named.hpp"
#include "core/text/csv_table.hpp"

namespace inforelay {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

double number_of(const QuantityValue& value) {
  const double* number = std::get_if<double>(&value);
  return number ? *number : no_number;
}

// No tolerance, no verdict; but sets are equal or not.
std::optional<bool> verdict(const ReproductionRow& row) {
  if (std::holds_alternative<NeuronSet>(row.published)) return row.published == row.ours;
  const double published = number_of(row.published);
  if (std::isnan(published) || (!row.absolute && !row.relative)) return std::nullopt;
  const double allowed = row.absolute ? *row.absolute : *row.relative * std::fabs(published);
  return std::fabs(row.difference()) <= allowed;  // NaN is not within anything
}

std::string class_text(std::int64_t cls) { return cls < 0 ? "" : std::to_string(cls); }

std::string verdict_text(std::optional<bool> ok) { return !ok ? "" : *ok ? "ok" : "NOT OK"; }

}  // namespace

double ReproductionRow::difference() const { return number_of(ours) - number_of(published); }

std::string ReproductionRow::tolerance_text() const {
  if (std::holds_alternative<NeuronSet>(published)) return "equal";
  if (absolute) return fmt::format("{:g}", *absolute);
  if (relative) return fmt::format("{:g} %", 100 * *relative);
  return "";
}

bool ReproductionResult::met() const {
  return std::all_of(columns.begin(), columns.end(), [](const ReproductionColumn& column) { return column.met(); });
}

ReproductionResult reproduce(const std::vector<std::pair<std::string, PublishedValues>>& published,
                             const std::vector<std::pair<std::string, NetworkResult>>& networks) {
  ReproductionResult result;
  for (const auto& [comparison, table] : published) {
    const NetworkResult* network = find_named(networks, table.network);
    if (!network) throw UsageError(fmt::format("compare.{}: there is no network '{}'", comparison, table.network));
    for (const PublishedColumn& column : table.columns) {
      ReproductionColumn sum{.comparison = comparison, .column = column.name, .quantity = column.config.metric};
      try {
        const std::vector<QuantityValue> values = quantity(*network, column.config.metric);
        for (std::size_t i = 0; i < column.values.size(); ++i) {
          ReproductionRow row{.comparison = comparison,
                              .column = column.name,
                              .network = table.network,
                              .quantity = column.config.metric,
                              .cls = column.classes[i].value_or(-1),
                              .published = column.values[i],
                              .ours = value_of_class(values, column.classes[i]),
                              .absolute = column.config.absolute,
                              .relative = column.config.relative,
                              .ok = {}};
          row.ok = verdict(row);
          ++sum.rows;
          if (row.ok) ++sum.needed;
          if (row.ok.value_or(false)) ++sum.ok;
          result.rows.push_back(std::move(row));
        }
      } catch (const UsageError& error) {
        throw UsageError(fmt::format("compare.{}.columns.{}: {}", comparison, column.name, error.what()));
      }
      const auto at_least = static_cast<std::size_t>(column.config.at_least);
      if (at_least > 0) sum.needed = at_least;
      result.columns.push_back(std::move(sum));
    }
  }
  return result;
}

std::string quantity_text(const QuantityValue& value) {
  if (const NeuronSet* set = std::get_if<NeuronSet>(&value)) return set->to_string();
  return fmt::format("{:.6g}", std::get<double>(value));
}

std::string reproduction_table(const ReproductionResult& result) {
  std::string text;
  std::size_t next = 0;
  for (const ReproductionColumn& column : result.columns) {
    const ReproductionRow& first = result.rows[next];
    text += fmt::format("\n{}.{}: {} of {}\n  {:>5}  {:>13}  {:>13}  {:>11}  {:>8}  {:>9}\n", column.comparison,
                        column.column, column.quantity, first.network, "class", "published", "ours", "difference", "",
                        "tolerance");
    for (std::size_t i = 0; i < column.rows; ++i, ++next) {
      const ReproductionRow& row = result.rows[next];
      const double difference = row.difference();
      const double published = number_of(row.published);
      text += fmt::format(
          "  {:>5}  {:>13}  {:>13}  {:>11}  {:>8}  {:>9}  {}\n", class_text(row.cls), quantity_text(row.published),
          quantity_text(row.ours), std::isnan(difference) ? "" : fmt::format("{:+.3g}", difference),
          std::isnan(difference) || published == 0 ? ""
                                                   : fmt::format("{:+.2f} %", 100 * difference / std::fabs(published)),
          row.tolerance_text(), verdict_text(row.ok));
    }
    if (column.needed > 0) {
      text += fmt::format("  {} of {} ok, {} needed: {}\n", column.ok, column.rows, column.needed,
                          column.met() ? "ok" : "OUT OF TOLERANCE");
    }
  }
  return text;
}

std::string reproduction_csv(const ReproductionResult& result) {
  CsvTable table("comparison,column,network,quantity,class,published,ours,difference,tolerance,ok");
  for (const ReproductionRow& row : result.rows) {
    const auto exact = [](const QuantityValue& value) {
      const NeuronSet* set = std::get_if<NeuronSet>(&value);
      return set ? set->to_string() : fmt::format("{}", std::get<double>(value));
    };
    const double difference = row.difference();
    table.row(row.comparison, row.column, row.network, row.quantity, class_text(row.cls), exact(row.published),
              exact(row.ours), std::isnan(difference) ? "" : fmt::format("{}", difference), row.tolerance_text(),
              verdict_text(row.ok));
  }
  return table.text();
}

}  // namespace inforelay
