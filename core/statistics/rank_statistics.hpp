// Statistics of ranks: orders of long columns, rank correlation, area under the ROC curve. Ties are handled everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace inforelay {

/// The positions of `values` in ascending order of the values, equal ones in their order; -0 equals 0. ComputeError for
/// NaN, naming the position. Fewer than 2^32 values. By radix sort: O(n), about 10 ms for 2^20 floats.
std::vector<std::uint32_t> ascending_positions(std::span<const float> values);
std::vector<std::uint32_t> ascending_positions(std::span<const double> values);

/// Gives the positions `order`, ascending by value, their mid-ranks among these positions, each twice: ranks[order[i]].
template <class Value>
void set_doubled_mid_ranks(std::span<const Value> values, std::span<const std::uint32_t> order,
                           std::span<std::uint32_t> ranks) {
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = static_cast<std::uint32_t>(begin + 1 + end);
  }
}

/// Mid-ranks of values, each twice, so that they are whole numbers -> [n]: the lowest value has 2; equal values share
/// the mean of their ranks. Their sum is n (n+1).
std::vector<std::uint32_t> doubled_mid_ranks(std::span<const float> values);
std::vector<std::uint32_t> doubled_mid_ranks(std::span<const double> values);

/// Pearson's r of x and y [n], in [-1,1] up to rounding; NaN if one of them is constant or n < 2. UsageError if their
/// lengths differ.
double pearson_correlation(std::span<const double> x, std::span<const double> y);

/// Spearman's rho: Pearson's r of the mid-ranks. NaN and errors likewise, ComputeError for NaN.
double spearman_correlation(std::span<const double> x, std::span<const double> y);

/// The probability that a positive item has the higher of two scores, one of a positive and one of another item, each
/// pair equally likely; equal scores count 1/2: the area under the ROC curve (Hanley and McNeil, Radiology 143, 29
/// (1982)), in [0,1]. NaN if all items are positive or none is. UsageError if lengths differ, ComputeError for NaN.
double area_under_roc(std::span<const double> scores, std::span<const std::uint8_t> positive);

}  // namespace inforelay
