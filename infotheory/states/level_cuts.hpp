// Cuts of one unit into several levels: k-means, equal populations, equal widths.
//
// Cuts t_1 <= t_2 <= ... divide the values into levels: the level of a value is the number of cuts below it, so a value
// on a cut belongs to the level beneath. Equal cuts leave the level between them empty.
#pragma once

#include <span>
#include <vector>

namespace inforelay {

namespace detail {
/// Halfway between two values, which always separates them: doubles are finer than floats.
inline double midpoint(float low, float high) { return (static_cast<double>(low) + static_cast<double>(high)) / 2; }
}  // namespace detail

/// Exact k-means in one dimension: the division of the sorted values into `levels` runs that minimises
///
///     sum over runs of sum over x in the run of (x - mean of the run)^2,
///
/// by dynamic programming (Wang and Song, R Journal 3(2), 29, 2011) -> [levels-1] ascending, each midway between the
/// two values on either side. Of equally good divisions the one with the lowest last cut, then the lowest cut before
/// it, and so on; for two levels that is the rule of two_means_threshold(). Equal values are never divided: with fewer
/// distinct values than levels each is a level of its own, and the cuts that are left over are the greatest value, with
/// nothing above. values.size() >= 1, all finite; levels in [2,256]. Cost O(n log n + levels d log d) and 4 levels d
/// bytes for d distinct values.
std::vector<double> kmeans_cuts(std::span<const float> values, int levels);

/// Levels with as nearly equal numbers of samples as their values allow -> [levels-1] ascending. Of the places between
/// two different values in the sorted list of n, cut j is at the one nearest to j n / levels, of two equally near the
/// lower; it lies midway between the two values. Equal values are never divided, so several cuts may be at one place.
/// If all values are equal: that value. Conditions as above. Cost O(n log n).
std::vector<double> equal_population_cuts(std::span<const float> values, int levels);

/// least + j (greatest - least) / levels, j = 1 ... levels-1 -> [levels-1]. Conditions as above. Cost O(n).
std::vector<double> equal_width_cuts(std::span<const float> values, int levels);

}  // namespace inforelay
