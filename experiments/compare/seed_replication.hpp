// One experiment repeated with other seeds: the position of published numbers in the distribution over seeds, and the
// number of seeds for which the statements of `compare` hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "experiments/compare/comparison.hpp"

namespace inforelay {

/// The values of all seeds for one published value (the reference); or the numbers of classes for which a statement
/// holds, out of `reference` classes.
struct ReplicationRow : ComparisonRow {
  std::vector<double> values;  ///< [seeds]; NaN if undefined

  /// Quantile of the defined values; NaN if there are none.
  double at(double probability) const;
  /// Fraction of the defined values below the reference, ties counting one half; NaN if there are none.
  double fraction_below() const;
};

/// Gathers the comparisons of runs that differ by their seed, one run at a time.
class SeedReplication {
 public:
  /// All columns of `published` hold numbers. `config` must outlive this object.
  SeedReplication(const ExperimentConfig& config, PublishedTables published);

  /// Throws UsageError, naming the column, if the run lacks a compared value; nothing is added then.
  void add(std::int64_t seed, const ExperimentResult& result);

  const std::vector<std::int64_t>& seeds() const { return seeds_; }
  /// First the published values; then the same metrics of the other networks, without one; then the statements.
  const std::vector<ReplicationRow>& rows() const { return rows_; }
  std::size_t published_rows() const { return published_rows_; }
  /// True if there is nothing to show, e.g. if no run was added.
  bool empty() const { return rows_.empty(); }

 private:
  const ExperimentConfig& config_;
  PublishedTables tables_;
  std::size_t published_rows_ = 0;
  std::vector<std::int64_t> seeds_;
  std::vector<ReplicationRow> rows_;
};

/// Distributions and statements as text; "" if there are none.
std::string replication_table(const SeedReplication& replication);
/// A line for each row, with the value of each seed.
std::string replication_csv(const SeedReplication& replication);
/// The group /replication of a sweep's results, of a replication that is not empty.
ResultArrays replication_arrays(const SeedReplication& replication);

}  // namespace inforelay
