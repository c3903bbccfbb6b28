// Statistics of ranks: orders of long columns, mid-ranks, area under the ROC curve. Ties are handled everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace inforelay {

/// The order of a column of n values.
struct AscendingOrder {
  std::vector<std::uint32_t> positions;  ///< [n] ascending by value, equal values in their order
  std::vector<std::uint32_t> run_begin;  ///< where each run of equal values begins in `positions`, and n at the end

  /// The positions of a run of equal values.
  std::span<const std::uint32_t> run(std::size_t r) const {
    return std::span(positions).subspan(run_begin[r], run_begin[r + 1] - run_begin[r]);
  }
  std::size_t run_count() const { return run_begin.size() - 1; }
};

/// -0 equals 0. ComputeError for NaN, naming the position. Fewer than 2^31 values. By radix sort: O(n), some 20 ms for
/// 2^20 floats.
AscendingOrder ascending_order(std::span<const float> values);
AscendingOrder ascending_order(std::span<const double> values);

/// Mid-ranks of values, each twice, so that they are whole numbers -> [n]: the lowest value has 2; equal values share
/// the mean of their ranks. Their sum is n (n+1).
std::vector<std::uint32_t> doubled_mid_ranks(const AscendingOrder& order);

/// The probability that a positive item has the higher of two scores, one of a positive and one of another item, each
/// pair equally likely; equal scores count 1/2: the area under the ROC curve (Hanley and McNeil, Radiology 143, 29
/// (1982)), in [0,1]. NaN if all items are positive or none is. UsageError if lengths differ, ComputeError for NaN.
double area_under_roc(std::span<const double> scores, std::span<const std::uint8_t> positive);

}  // namespace inforelay
