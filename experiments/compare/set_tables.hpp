// Published values of every set of units of recurrent networks, as the tables of the n-back networks have them, and
// their comparison with a run.
#pragma once

#include <string>
#include <vector>

#include "core/axes.hpp"
#include "core/sets/neuron_set.hpp"
#include "experiments/compare/published.hpp"
#include "experiments/config/config.hpp"
#include "experiments/results/results_file.hpp"

namespace inforelay {

/// The table of one network.
struct SetTable {
  std::vector<NeuronSet> sets;     ///< [rows] of the column noiseSet, "(0, 3)"
  std::vector<std::string> names;  ///< [columns] of the entry's columns
  RowMatrix<double> values;        ///< [rows,columns]
};

/// Reads a CSV file with a header, the column noiseSet and those named by `columns`; others are ignored. `units`: of
/// the network's analysed layer. Throws DataError, naming file and line: a missing column, a cell that is no number or
/// no set, a set that occurs twice or has other units, no rows.
SetTable parse_set_table(std::string_view text, const std::string& name,
                         const std::vector<std::pair<std::string, CompareColumnConfig>>& columns, int units);

/// What a column of a table of sets is compared with: "temporal_representation_P" at lag P, or "error_rate".
/// "" if `metric` is one that `config` computes of the network; else why not.
std::string set_metric_problem(const ExperimentConfig& config, const NetworkConfig& network, const std::string& subset,
                               const std::string& metric);

/// The tables of config.compare.NAME.sets as published tables, whose `sets` are theirs. Throws DataError, UsageError.
PublishedTables read_set_tables(const std::string& name, const ExperimentConfig& config);

/// A table's differences: the largest one of each column, with the column's `absolute` as `allowed`, then the root mean
/// square of all columns with the same `rms`. NaN if one of them is.
struct SetDifference {
  std::string column;  ///< "t1 max"; "t1, t2 rms": of all columns with the same bound together
  double value = 0;
  std::optional<double> allowed;
};
std::vector<SetDifference> set_differences(const PublishedTable& table, const std::string& subset,
                                           const ExperimentResult& result);

/// A published coefficient, the one computed again from the tables, and the one of this run's values.
struct SetRegressionRow {
  std::string term;
  double published = 0, from_tables = 0, from_run = 0, allowed = 0;
};
/// error rate ~ 1 + information + size over the rows of all `tables` (non-empty), information being the mean of the
/// columns that are temporal representations. Throws UsageError if there is no fit.
std::vector<SetRegressionRow> set_regression(const std::vector<const PublishedTable*>& tables,
                                             const SetRegressionConfig& published, const std::string& subset,
                                             const ExperimentResult& result);

}  // namespace inforelay
