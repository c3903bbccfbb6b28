// How all 2^K sets of units are spread over two of their values, as counts on a grid: what the page draws instead of
// 2^K points.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace inforelay {

/// A value of each set in equal bins over [low, high], the least and the greatest value; all in bin 0 if they are
/// equal.
struct BinnedValue {
  std::span<const float> values;  ///< [S]
  int bins = 1;
  float low = 0, high = 0;

  /// Throws DataError if a value is not finite, or their number is not a power of 2.
  BinnedValue(std::span<const float> values, int bins);
  int bin(std::size_t set) const {
    if (!(high > low)) return 0;
    const double from = static_cast<double>(low), width = static_cast<double>(high) - from;
    const int i = static_cast<int>((static_cast<double>(values[set]) - from) / width * bins);
    return i < bins ? i : bins - 1;  // the greatest value belongs to the last bin
  }
};

/// The occupied cells of a grid, ascending. Cell x * (number of y) + y.
struct SetGrid {
  std::vector<std::uint32_t> cell;   ///< [cells]
  std::vector<std::uint32_t> count;  ///< [cells] sets in it
  std::vector<std::uint8_t> share;   ///< [cells,K] fraction that contain the unit, in 255ths; 0: none, 255: all
};

/// Size of the set (0 ... K) x value. K = log2 of the number of values. Cost: about K/2 ns a set.
SetGrid size_grid(const BinnedValue& value, int units);
/// x value x y value.
SetGrid value_grid(const BinnedValue& x, const BinnedValue& y, int units);
/// [(K + 1) bins] how many sets of each size are in each bin.
std::vector<std::uint32_t> size_histogram(const BinnedValue& value, int units);

}  // namespace inforelay
