// Reduces large data to what a picture can resolve: fewer curve points, marks and bars that look the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"

namespace inforelay {

/// Ascending positions of the values to draw of a curve over 1, 2, ..., E: the first, last, smallest and largest value
/// in each of `columns` equal parts of the axis, which give the same line (M4: Jugel et al., VLDB 2014). NaNs are left
/// out. Logarithmic axis: equal parts of log x. Cost O(E).
std::vector<std::size_t> thin_curve(std::span<const double> values, int columns, bool logarithmic);

/// [low,high] in `count` equal intervals, each closed below; the last one is closed at both ends.
struct Intervals {
  double low = 0, high = 1;
  int count = 1;
  /// The interval of `value`; -1 if it is outside or NaN.
  int of(double value) const;
  double edge(int i) const { return low + (high - low) * i / count; }  ///< lower end of interval i, i in [0,count]
};

/// marks [K+1,count]: the number of sets of each size with a value in each interval. values [S] by NeuronSet index,
/// S = 2^K. Cost O(S).
RowMatrix<std::uint32_t> count_marks(std::span<const float> values, const Intervals& intervals);

/// A run of neighbouring marks of one column whose numbers of sets have the same power of ten.
struct MarkBar {
  int column, first, last;  ///< intervals first ... last
  int magnitude;            ///< floor(log10(sets of each mark)), at most `top`
  std::uint64_t sets;       ///< in all its marks
};

/// Bars of all columns of marks [columns,count], by column, then from below.
std::vector<MarkBar> join_marks(const RowMatrix<std::uint32_t>& marks, int top);

/// Ascending positions of the points (x,y) that are the first in their cell of a square lattice of width `cell_width`.
/// Points that are not finite are left out. Cost O(n).
std::vector<std::size_t> first_in_each_cell(std::span<const double> x, std::span<const double> y, double cell_width);

}  // namespace inforelay
