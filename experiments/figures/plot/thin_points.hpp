// A picture has fewer spots than a network has sets or samples: what to draw so that every spot that the data cover is
// covered, and no other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"

namespace inforelay {

/// Positions of the values to draw of a curve over 1, 2, ..., E, ascending: of each of `columns` equal parts of the
/// axis the first, last, least and greatest value (Jugel et al., M4, VLDB 2014), which draws the same line. NaNs are
/// left out. Logarithmic axis: equal parts of log x. Cost O(E).
std::vector<std::size_t> thin_curve(std::span<const double> values, int columns, bool logarithmic);

/// Intervals of a value axis: [low,high] in `count` equal parts, each closed below, the last one closed.
struct Intervals {
  double low = 0, high = 1;
  int count = 1;
  /// The interval of `value`, -1 outside of all and for NaN.
  int of(double value) const;
  double edge(int i) const { return low + (high - low) * i / count; }  ///< lower end of interval i, i in [0,count]
};

/// marks [K+1,count]: the number of sets of each size with a value in each interval. values [S] by NeuronSet index,
/// S = 2^K. Cost O(S).
RowMatrix<std::uint32_t> count_marks(std::span<const float> values, const Intervals& intervals);

/// Neighbouring occupied marks of one column whose numbers have the same power of ten.
struct MarkBar {
  int column, first, last;  ///< intervals first ... last
  int magnitude;            ///< floor(log10(sets of each mark)), at most `top`
  std::uint64_t sets;       ///< in all of its marks
};

/// Bars of all columns of marks [columns,count], by column, then from below.
std::vector<MarkBar> join_marks(const RowMatrix<std::uint32_t>& marks, int top);

/// Positions of the points (x,y) that are the first on their spot, ascending; spots are the cells of a square lattice
/// of the width `spot`, in the units of x and y. Points that are not finite are left out. Cost O(n).
std::vector<std::size_t> first_on_each_spot(std::span<const double> x, std::span<const double> y, double spot);

}  // namespace inforelay
