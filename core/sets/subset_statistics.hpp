// What remains of the values of all S = 2^K sets where they are too many to keep: for each class and size of the set
// their number, mean, quantiles and the sets at both ends. Made in one pass over the parts of a scan, of which nothing
// stays. Memory: C (K+1) (4 bins + 192) bytes, 4.1 MB for 24 neurons and ten classes, where the values take 671 MB.
//
// Everything that is added up is an integer, and the sets are ordered by value and index: the result does not depend on
// the order in which parts come, on threads or on processes, to the last bit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "core/axes.hpp"
#include "core/sets/neuron_set.hpp"
#include "core/sets/subset_scan.hpp"

namespace inforelay {

/// The summaries of a scan. Sizes of sets are the columns: n = 0 ... K.
struct SubsetStatistics {
  /// Quantiles that are kept; 0 is the least value, 1 the greatest.
  static constexpr std::array<double, 7> levels{0, 0.05, 0.25, 0.5, 0.75, 0.95, 1};
  /// Sets that are kept at each end.
  static constexpr std::size_t ends = 10;
  static constexpr float no_value = std::numeric_limits<float>::quiet_NaN();
  static constexpr std::uint32_t no_set = ~std::uint32_t{0};

  std::vector<std::int64_t> count;   ///< [K+1] sets of each size
  RowMatrix<double> mean;            ///< [C,K+1] of the values as float; off by less than 2^-41
  RowMatrix<double> quantile;        ///< [C,(K+1) levels], the levels of one size side by side
  std::vector<double> error;         ///< [C] quantiles but the least and greatest are off by less than this
  RowMatrix<float> highest, lowest;  ///< [C,(K+1) ends] falling, rising; no_value where there are fewer sets
  RowMatrix<std::uint32_t> highest_set, lowest_set;  ///< their bits; of equals the lower first; no_set likewise

  bool empty() const { return mean.size() == 0; }
  int classes() const { return static_cast<int>(mean.rows()); }
  int neurons() const { return static_cast<int>(mean.cols()) - 1; }
  /// A quantile, and the i-th set from an end, of class c and size n.
  double quantile_of(int c, int n, std::size_t level) const {
    return quantile(c, n * static_cast<int>(levels.size()) + static_cast<int>(level));
  }
  float lowest_of(int c, int n, std::size_t i = 0) const {
    return lowest(c, n * static_cast<int>(ends) + static_cast<int>(i));
  }
  float highest_of(int c, int n, std::size_t i = 0) const {
    return highest(c, n * static_cast<int>(ends) + static_cast<int>(i));
  }
};

/// Collects the summaries of a scan.
///
/// A quantile at level q of n values is numpy's: between the order statistics around q (n - 1). Those come from a
/// histogram of `bins` equal bins over the range that the values of the class can take, and lie evenly spaced in their
/// bin; the least and the greatest are exact. So a quantile is off by less than a bin: 2.5e-4 of the range.
class SubsetStatisticsCollector {
 public:
  static constexpr int bins = 4096;

  /// The values that a class can take, within [-1,1]. Rounding to float may carry a value over an end.
  struct Range {
    double low = 0, high = 1;
  };

  /// 1 <= K <= NeuronSet::max_exhaustive_neurons. range [C].
  SubsetStatisticsCollector(int neurons, std::vector<Range> range);
  ~SubsetStatisticsCollector();

  /// Each part once; from several threads at once. Throws DataError, having added nothing, where its classes or sets
  /// are none of this scan's or a value is out of its range. Cost: some 5 ns a value.
  void add(const ScanChunk& part);

  /// Once every part was added.
  SubsetStatistics result() const;

 private:
  struct ClassState;
  struct Digest;

  Digest digest(const ScanChunk& part, Eigen::Index row) const;

  int neurons_;
  std::vector<Range> range_;                        // [C]
  std::vector<std::unique_ptr<ClassState>> state_;  // [C]
};

}  // namespace inforelay
