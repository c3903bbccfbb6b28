#include "experiments/compare/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/text/csv_table.hpp"
#include "core/text/message_text.hpp"
#include "experiments/compare/network_metric.hpp"
#include "experiments/compare/set_tables.hpp"
#include "experiments/compare/statement.hpp"
#include "experiments/measures/metrics.hpp"
#include "experiments/results/record_arrays.hpp"

namespace inforelay {
namespace {

using Row = ComparisonRow;

// The value of class `cls`, or that of the network as a whole if `cls` is empty.
const MetricValue& value_of(const std::vector<MetricValue>& values, bool by_class, const std::string& cls,
                            const std::vector<std::string>& names) {
  const bool whole = !by_class;
  if (!cls.empty() && whole) throw UsageError("there is one number for the network as a whole, none for each class");
  if (cls.empty() && !whole) throw UsageError("there is a number for each class, none for the network as a whole");
  if (whole) return values.front();
  const auto found = std::find(names.begin(), names.end(), cls);
  if (found == names.end())
    throw UsageError(fmt::format("there is no class {}; classes are {}", quoted_name(cls), listed(names)));
  return values.at(static_cast<std::size_t>(found - names.begin()));
}

void set_value(const MetricValue& value, double& number, std::int64_t& set) {
  if (const NeuronSet* units = std::get_if<NeuronSet>(&value)) {
    set = units->bits();
  } else {
    number = std::get<double>(value);
  }
}

// For sets: whether they are equal. For numbers: whether they are within tolerance; no verdict without one.
std::int64_t verdict(const Row& row) {
  if (row.reference_set >= 0) return row.value_set == row.reference_set ? 1 : 0;
  if (std::isnan(row.reference) || (std::isnan(row.absolute) && std::isnan(row.relative))) return -1;
  const double allowed = std::isnan(row.absolute) ? row.relative * std::fabs(row.reference) : row.absolute;
  return std::fabs(row.difference) <= allowed ? 1 : 0;  // false for NaN
}

// The rows of one column of a published table.
std::vector<Row> rows_of(const ExperimentConfig& config, const PublishedTable& table, const PublishedColumn& column,
                         const ExperimentResult& result) {
  const ResultView network = result.network(table.network);
  const std::vector<MetricValue> values = metric_values(network, column.config.metric);
  const bool by_class = metric_by_class(*find_named(config.networks, table.network), column.config.metric);
  std::vector<Row> rows;
  std::int64_t judged = 0;
  for (std::size_t i = 0; i < column.values.size(); ++i) {
    Row row{table.comparison, column.name, table.network, column.config.metric, column.classes[i]};
    set_value(value_of(values, by_class, row.cls, network.texts("class")), row.value, row.value_set);
    set_value(column.values[i], row.reference, row.reference_set);
    row.difference = row.value - row.reference;
    row.absolute = column.config.absolute.value_or(Row::no_number);
    row.relative = column.config.relative.value_or(Row::no_number);
    row.ok = verdict(row);
    if (row.ok >= 0) ++judged;
    rows.push_back(std::move(row));
  }
  for (Row& row : rows) row.needed = column.config.at_least > 0 ? column.config.at_least : judged;
  return rows;
}

// The values of one side of a statement, [C] or [1].
std::vector<double> values_of(const StatementTerm& term, const ExperimentResult& result) {
  if (term.is_number()) return {term.number};
  std::vector<double> values = values_of(NetworkMetric{term.network, term.metric, "", ""}, result);
  for (double& value : values) value = term.absolute ? std::fabs(value) : value;
  return values;
}

// A row for each class; one if the statement is about networks as a whole.
std::vector<Row> rows_of(const std::string& comparison, const CompareConfig& entry, const ExperimentResult& result) {
  const Statement statement = parse_statement(entry.statement);
  const std::vector<double> left = values_of(statement.left, result), right = values_of(statement.right, result);
  const std::size_t count = std::max(left.size(), right.size()), fewer = std::min(left.size(), right.size());
  if (fewer != count && fewer != 1)
    throw UsageError(fmt::format("{} classes on the left and {} on the right", left.size(), right.size()));
  if (fewer > 1) {
    const std::vector<std::string>&left_classes = result.system(statement.left.network).texts("class"),
          &right_classes = result.system(statement.right.network).texts("class");
    if (left_classes != right_classes)
      throw UsageError(
          fmt::format("the classes on the left are {}, those on the right {}: they are compared one by one",
                      listed(left_classes), listed(right_classes)));
  }
  const StatementTerm& by_class = left.size() == count ? statement.left : statement.right;
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count; ++i) {
    Row row{comparison, "", "", entry.statement, ""};
    if (count > 1) row.cls = result.system(by_class.network).texts("class").at(i);
    row.value = left[left.size() > 1 ? i : 0];
    row.reference = right[right.size() > 1 ? i : 0];
    row.difference = row.value - row.reference;
    if (!std::isnan(row.difference)) row.ok = statement.holds(row.value, row.reference) ? 1 : 0;
    if (entry.at_least) row.needed = *entry.at_least > 0 ? *entry.at_least : static_cast<std::int64_t>(count);
    rows.push_back(std::move(row));
  }
  return rows;
}

// Of tables of sets: for each network the differences of the columns; then the regression over all tables.
std::vector<Row> set_rows(const std::string& name, const CompareConfig& entry, const PublishedTables& published,
                          const ExperimentResult& result) {
  std::vector<Row> rows;
  std::vector<const PublishedTable*> tables;
  const auto add_all = [&](std::vector<Row> group) {
    const auto judged = std::count_if(group.begin(), group.end(), [](const Row& row) { return row.ok >= 0; });
    for (Row& row : group) {
      row.needed = judged;
      rows.push_back(std::move(row));
    }
  };
  for (const PublishedTable& table : published) {
    if (table.comparison != name || table.sets.empty()) continue;
    tables.push_back(&table);
    std::vector<Row> group;
    for (const SetDifference& each : set_differences(table, entry.subset, result)) {
      Row row{name, "difference", table.network, fmt::format("all {} sets", table.sets.size()), each.column};
      row.value = row.difference = each.value;
      row.reference = 0;
      row.absolute = each.allowed.value_or(Row::no_number);
      row.ok = verdict(row);
      group.push_back(std::move(row));
    }
    add_all(std::move(group));
  }
  if (!entry.regression) return rows;
  const std::vector<SetRegressionRow> terms = set_regression(tables, *entry.regression, entry.subset, result);
  for (const bool of_tables : {true, false}) {
    std::vector<Row> group;
    for (const SetRegressionRow& term : terms) {
      Row row{name, of_tables ? "regression of the tables" : "regression of this run", "", "error rate", term.term};
      row.value = of_tables ? term.from_tables : term.from_run;
      row.reference = term.published;
      row.difference = row.value - row.reference;
      if (of_tables) row.absolute = term.allowed;
      row.ok = verdict(row);
      group.push_back(std::move(row));
    }
    add_all(std::move(group));
  }
  return rows;
}

const RecordArrays<Row>& row_arrays() {
  static const RecordArrays<Row> arrays = [] {
    const std::vector<RecordField<Row>> values{
        {"value", "as the metric", "value found, or left-hand side of the statement; NaN: undefined, or a set of units",
         &Row::value},
        {"reference", "as the metric", "published value, or right-hand side; NaN: none, undefined, or a set of units",
         &Row::reference},
        {"value_set", "1", "set found, bit k is unit k; -1: a number", &Row::value_set},
        {"reference_set", "1", "published set, bit k is unit k; -1: a number", &Row::reference_set},
        {"difference", "as the metric", "value minus reference; NaN for sets", &Row::difference},
        {"tolerance_absolute", "as the metric", "largest allowed difference; NaN: no such bound", &Row::absolute},
        {"tolerance_relative", "1", "the same as a fraction of the reference; NaN: no such bound", &Row::relative},
        {"ok", "1",
         "1: within the tolerance, equal, or the statement holds; 0: not; -1: no verdict, or a side is undefined",
         &Row::ok},
        {"needed", "1", "number of rows of this column or statement that must be ok; 0: no verdict", &Row::needed}};
    RecordArrays<Row> all{"row", comparison_fields<Row>()};
    all.fields.insert(all.fields.end(), values.begin(), values.end());
    return all;
  }();
  return arrays;
}

std::string value_text(double number, std::int64_t set, bool exact) {
  if (set >= 0) return NeuronSet(static_cast<std::uint32_t>(set)).to_string();
  return exact ? fmt::format("{}", number) : fmt::format("{:.6g}", number);
}

std::string tolerance_text(const Row& row) {
  if (row.reference_set >= 0) return "equal";
  if (!std::isnan(row.absolute)) return fmt::format("{:g}", row.absolute);
  return std::isnan(row.relative) ? "" : fmt::format("{:g} %", 100 * row.relative);
}

std::string verdict_text(const Row& row) {
  if (row.ok < 0) return row.is_statement() ? "undefined" : "";
  if (row.is_statement()) return row.ok == 1 ? "holds" : "does not hold";
  return row.ok == 1 ? "ok" : "NOT OK";
}

std::string row_text(const Row& row) {
  const bool is_number = !std::isnan(row.difference);
  const double percent = 100 * row.difference / std::fabs(row.reference);
  return fmt::format("  {:>9}  {:>13}  {:>13}  {:>11}  {:>8}  {:>9}  {}\n", row.cls,
                     value_text(row.reference, row.reference_set, false), value_text(row.value, row.value_set, false),
                     is_number ? fmt::format("{:+.3g}", row.difference) : "",
                     is_number && row.reference != 0 ? fmt::format("{:+.2f} %", percent) : "", tolerance_text(row),
                     verdict_text(row));
}

std::string verdict_text(const ComparisonColumn& column, const char* not_met) {
  return fmt::format("{} needed: {}", column.needed(), column.met() ? "ok" : not_met);
}

std::string statements_table(const ComparisonResult& comparison) {
  std::string text;
  for (const ComparisonColumn& column : comparison.columns()) {
    const Row& first = column.rows.front();
    if (!first.is_statement()) continue;
    const auto undefined =
        std::count_if(column.rows.begin(), column.rows.end(), [](const Row& row) { return row.ok < 0; });
    text += fmt::format("  {:<76} {:>3} of {}{}{}\n", first.metric, column.ok(), column.rows.size(),
                        undefined > 0 ? fmt::format(", {} undefined", undefined) : "",
                        column.needed() > 0 ? ", " + verdict_text(column, "NOT MET") : "");
  }
  return text.empty() ? text : "\nStatements, and for how many classes they hold\n" + text;
}

std::string published_table(const ComparisonResult& comparison) {
  std::string text;
  std::int64_t judged = 0, ok = 0;
  bool met = true;
  for (const ComparisonColumn& column : comparison.columns()) {
    const Row& first = column.rows.front();
    if (first.is_statement()) continue;
    text += fmt::format("\n{}.{}: {} of {}\n  {:>9}  {:>13}  {:>13}  {:>11}  {:>8}  {:>9}\n", first.comparison,
                        first.column, first.metric, first.network, "class", "published", "ours", "difference", "",
                        "tolerance");
    for (const Row& row : column.rows) {
      text += row_text(row);
      judged += row.ok >= 0 ? 1 : 0;
    }
    ok += column.ok();
    met = met && column.met();
    if (column.needed() > 0) {
      text +=
          fmt::format("  {} of {} ok, {}\n", column.ok(), column.rows.size(), verdict_text(column, "OUT OF TOLERANCE"));
    }
  }
  if (text.empty()) return text;
  text = "\nComparison with published values\n" + text;
  if (judged == 0) return text;
  if (ok == judged) return text + fmt::format("\nAll {} published values that have a tolerance are met.\n", judged);
  return text + fmt::format("\n{} of {} published values that have a tolerance are met, {} not (NOT OK above): {}.\n",
                            ok, judged, judged - ok, met ? "as many as were asked for" : "OUT OF TOLERANCE");
}

}  // namespace

std::int64_t ComparisonColumn::ok() const {
  return std::count_if(rows.begin(), rows.end(), [](const Row& row) { return row.ok == 1; });
}

std::vector<ComparisonColumn> ComparisonResult::columns() const {
  std::vector<ComparisonColumn> columns;
  for (const Row& row : rows) {
    const Row* last = columns.empty() ? nullptr : &columns.back().rows.back();
    const bool same =
        last && last->comparison == row.comparison && last->column == row.column && last->network == row.network;
    if (!same) columns.emplace_back();
    columns.back().rows.push_back(row);
  }
  return columns;
}

bool ComparisonResult::met() const {
  const std::vector<ComparisonColumn> all = columns();
  return std::all_of(all.begin(), all.end(), [](const ComparisonColumn& column) { return column.met(); });
}

ComparisonResult compare(const ExperimentConfig& config, const PublishedTables& published,
                         const ExperimentResult& result) {
  ComparisonResult all;
  const auto add = [&](const std::string& path, const auto& rows) {
    try {
      for (Row& row : rows()) all.rows.push_back(std::move(row));
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("compare.{}: {}", path, error.what()));
    }
  };
  for (const PublishedTable& table : published) {
    if (!table.sets.empty()) continue;
    for (const PublishedColumn& column : table.columns) {
      add(fmt::format("{}.columns.{}", table.comparison, column.name),
          [&] { return rows_of(config, table, column, result); });
    }
  }
  for (const auto& entry : config.compare) {
    if (!entry.second.sets.empty())
      add(entry.first + ".sets", [&] { return set_rows(entry.first, entry.second, published, result); });
  }
  for (const auto& entry : config.compare) {
    if (!entry.second.statement.empty())
      add(entry.first + ".statement", [&] { return rows_of(entry.first, entry.second, result); });
  }
  return all;
}

ResultArrays comparison_arrays(const ComparisonResult& comparison) {
  static const std::vector<ArrayInfo> infos = row_arrays().infos();
  ResultArrays out(infos);
  out.put_attribute("", "within_tolerance", std::int64_t{comparison.met()});
  row_arrays().put(comparison.rows, out);
  return out;
}

ComparisonResult comparison_from(const ResultView& group) { return {row_arrays().records_from(group)}; }

std::string comparison_table(const ComparisonResult& comparison) {
  return statements_table(comparison) + published_table(comparison);
}

std::string comparison_csv(const ComparisonResult& comparison) {
  CsvTable table("comparison,column,network,metric,class,reference,value,difference,tolerance,verdict");
  for (const Row& row : comparison.rows) {
    table.row(row.comparison, row.column, row.network, row.metric, row.cls,
              value_text(row.reference, row.reference_set, true), value_text(row.value, row.value_set, true),
              std::isnan(row.difference) ? "" : fmt::format("{}", row.difference), tolerance_text(row),
              verdict_text(row));
  }
  return table.text();
}

}  // namespace inforelay
