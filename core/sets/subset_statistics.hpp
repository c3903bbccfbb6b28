// Statistics of the values of all S = 2^K sets, if there are too many to keep: for each class and size of the set their
// number, mean, quantiles and the sets with the highest and lowest values. Computed in one pass over the chunks of a
// scan, whose values are not kept. Memory: C (K+1) (4 bins + 192) bytes, 4.1 MB for 24 units and ten classes, compared
// with 671 MB for the values.
//
// All sums are of integers, and sets are ordered by value and index. So the result does not depend on the order of the
// chunks, on threads or on processes, to the last bit.
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

/// The statistics of a scan. Sizes of sets are the columns: n = 0 ... K.
struct SubsetStatistics {
  /// Levels of the quantiles that are kept; 0 is the least value, 1 the greatest.
  static constexpr std::array<double, 7> quantile_levels{0, 0.05, 0.25, 0.5, 0.75, 0.95, 1};
  /// Number of sets that are kept with the highest values, and with the lowest.
  static constexpr std::size_t extremes = 10;
  static constexpr float no_value = std::numeric_limits<float>::quiet_NaN();
  static constexpr std::uint32_t no_set = ~std::uint32_t{0};

  std::vector<std::int64_t> count;  ///< [K+1] sets of each size
  RowMatrix<double> mean;      ///< [C,K+1] of the values as float; off by less than 2^-41 times their range, at least 1
  RowMatrix<double> quantile;  ///< [C,(K+1) levels], the quantiles of one size side by side
  std::vector<double> error;   ///< [C] bound on the error of the quantiles other than the least and greatest
  RowMatrix<float> highest, lowest;                  ///< [C,(K+1) extremes] falling, rising; no_value past the last set
  RowMatrix<std::uint32_t> highest_set, lowest_set;  ///< their bits; of equals the lower first; no_set likewise

  bool empty() const { return mean.size() == 0; }
  int classes() const { return static_cast<int>(mean.rows()); }
  int neurons() const { return static_cast<int>(mean.cols()) - 1; }
  /// Of class c and size n: a quantile, and the value of the set with the i-th lowest value.
  double quantile_of(int c, int n, std::size_t level) const {
    return quantile(c, n * static_cast<int>(quantile_levels.size()) + static_cast<int>(level));
  }
  float lowest_of(int c, int n, std::size_t i = 0) const {
    return lowest(c, n * static_cast<int>(extremes) + static_cast<int>(i));
  }
};

/// Collects the statistics of a scan.
///
/// The quantile at level q of n values is NumPy's default: interpolated between the order statistics around q (n - 1).
/// These are taken from a histogram of `bins` equal bins over the range of the class's values, as if they were evenly
/// spaced within each bin; the least and the greatest are exact. So a quantile is off by less than a bin, which is
/// 2.5e-4 of the range.
class SubsetStatisticsCollector {
 public:
  static constexpr int bins = 4096;

  /// The values that a class can take, up to rounding to float.
  struct Range {
    double low = 0, high = 1;
  };

  /// 1 <= K <= NeuronSet::max_exhaustive_neurons. range [C].
  SubsetStatisticsCollector(int neurons, std::vector<Range> range);
  ~SubsetStatisticsCollector();

  /// To be called once for each chunk; thread-safe. Throws DataError, having added nothing, if its classes or sets are
  /// not those of this scan or a value is out of its range. Cost: about 5 ns per value.
  void add(const ScanChunk& chunk);

  /// To be called after every chunk was added.
  SubsetStatistics result() const;

 private:
  struct ClassState;
  struct PartialCounts;

  PartialCounts partial_counts(const ScanChunk& chunk, Eigen::Index row) const;

  int neurons_;
  std::vector<Range> range_;                        // [C]
  std::vector<std::unique_ptr<ClassState>> state_;  // [C]
};

}  // namespace inforelay
