// Comparison of the results of a run with published numbers, and the classes for which statements of `compare` hold.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "experiments/compare/published.hpp"
#include "experiments/config/config.hpp"
#include "experiments/results/record_arrays.hpp"
#include "experiments/results/results_file.hpp"

namespace inforelay {

/// One value beside the one that it is compared with: a published value, or the right-hand side of a statement.
struct ComparisonRow {
  static constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

  std::string comparison;                             ///< name of the entry of `compare`
  std::string column, network;                        ///< of the published table; "" if the entry is a statement
  std::string metric;                                 ///< or the statement
  std::string cls;                                    ///< name of the class; "": the network as a whole
  double value = no_number, reference = no_number;    ///< a reference of NaN: nothing was published
  std::int64_t value_set = -1, reference_set = -1;    ///< if they are sets of units: bits; else -1
  double difference = no_number;                      ///< value minus reference
  double absolute = no_number, relative = no_number;  ///< tolerance; NaN: none
  std::int64_t ok = -1;     ///< 1, 0, or -1: no verdict, as there is no tolerance or a side is undefined
  std::int64_t needed = 0;  ///< number of rows of the column or statement that must be ok; 0: no verdict

  bool is_statement() const { return column.empty(); }
};

/// The rows of one column of a published table, or of one statement.
struct ComparisonColumn {
  std::vector<ComparisonRow> rows;  ///< at least one

  std::int64_t ok() const;
  std::int64_t needed() const { return rows.front().needed; }
  bool met() const { return ok() >= needed(); }
};

struct ComparisonResult {
  std::vector<ComparisonRow> rows;

  bool empty() const { return rows.empty(); }
  std::vector<ComparisonColumn> columns() const;
  bool met() const;
};

/// The fields that name what a row is about, for rows of comparisons and of replications.
template <class Row>
std::vector<RecordField<Row>> comparison_fields() {
  return {{"comparison", "text", "entry of compare", &Row::comparison},
          {"column", "text", "column of the published table; empty: the entry is a statement", &Row::column},
          {"network", "text", "network; empty: the entry is a statement", &Row::network},
          {"metric", "text", "what was compared, or the statement", &Row::metric},
          {"class", "text", "class; empty: the network as a whole", &Row::cls}};
}

/// All entries of config.compare. A statement neither holds nor fails for a class
/// with NaN on a side (e.g. a regression without a fit): it does not count among those for which it holds. Throws
/// UsageError if the result lacks a metric or class, or has one number for the network where classes are compared.
ComparisonResult compare(const ExperimentConfig& config, const PublishedTables& published,
                         const ExperimentResult& result);

/// The group /comparison of a results file, and the inverse, which returns an empty result if `group` has no arrays and
/// throws DataError if they are damaged.
ResultArrays comparison_arrays(const ComparisonResult& comparison);
ComparisonResult comparison_from(const ResultView& group);

/// The comparison as text, with verdicts; "" if it is empty.
std::string comparison_table(const ComparisonResult& comparison);
/// A line for each row, numbers in full.
std::string comparison_csv(const ComparisonResult& comparison);

}  // namespace inforelay
