// From values to discrete states: the values of each unit over the samples are split in two by a threshold, or into
// several levels by cuts.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/named.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "infotheory/states/unit_states.hpp"

namespace inforelay {

/// How the threshold or the cuts of a unit are chosen. The choice changes the relay information considerably, so it is
/// reported with every result.
enum class Discretization {
  kmeans,            ///< exact k-means in one dimension; of two levels what the k-means of the paper approximates
  kmeans_iterated,   ///< 2-means by Lloyd's iteration from random starts, stopped early, as in the authors' software
  median,            ///< of an even number of samples: midway between the two middle values
  mean,              ///< arithmetic mean over the samples
  sign,              ///< 0
  threshold,         ///< DiscretizeOptions::threshold, the same for all units
  edges,             ///< DiscretizeOptions::edges, the same for all units
  equal_width,       ///< levels of the same width between the least and the greatest value, see equal_width_cuts()
  equal_population,  ///< levels of the same number of samples, see equal_population_cuts()
  symbols,           ///< the values are levels already: whole numbers in [0,255]; no cuts
};

inline constexpr WordTable<Discretization, 10> discretization_names{{
    {Discretization::kmeans, "kmeans"},
    {Discretization::kmeans_iterated, "kmeans_iterated"},
    {Discretization::median, "median"},
    {Discretization::mean, "mean"},
    {Discretization::sign, "sign"},
    {Discretization::threshold, "threshold"},
    {Discretization::edges, "edges"},
    {Discretization::equal_width, "equal_width"},
    {Discretization::equal_population, "equal_population"},
    {Discretization::symbols, "symbols"},
}};

struct DiscretizeOptions {
  Discretization method = Discretization::kmeans;
  double threshold = 0;  ///< in units of the values; finite; used by Discretization::threshold only
  /// Levels of each unit, [2,256]: of kmeans, equal_width and equal_population. The others have as many as they have,
  /// so it stays 2 (edges: or one more than there are edges).
  std::int64_t levels = 2;
  std::vector<double> edges{};           ///< with Discretization::edges only: 1 to 255, finite, ascending, no two equal
  RandomStream random{0, "discretize"};  ///< used by kmeans_iterated only: unit k draws from its child(k)
};

/// States and the thresholds that they were made with.
struct DiscretizedStates {
  std::vector<double> thresholds;  ///< [K], in units of the values
  UnitStates states;               ///< [N,K]
};

/// The cut t = argmin over cuts of sum_{x <= t} (x - m_0)^2 + sum_{x > t} (x - m_1)^2, m_0 and m_1 the means of either
/// side: exact 2-means of `values`, in any order. Returns the midpoint of the two values on either side of the cut,
/// which always separates them (doubles are finer than floats). Of equally good cuts the lowest. If all values are
/// equal: that value, so that none is above it. values.size() >= 1, all finite. Cost O(n log n).
double two_means_threshold(std::span<const float> values);

/// 2-means as found by common k-means software (scikit-learn's defaults of 2022, but for its choice among several
/// candidates of a second centre): Lloyd's iteration until the squared shifts of both centres add up to at most 1e-4 of
/// the variance, 300 times at most; the best of 10 k-means++ starts, of equals the first. Returned is the midpoint of
/// the two centres. Because of the early stop it is near the exact cut: of 10,000 activations a few differ in their
/// bit. Same conditions as two_means_threshold. Cost O(n) for each of about a hundred iterations.
double iterated_two_means_threshold(std::span<const float> values, RandomStream random);

/// Threshold of each unit -> [K]; values [N,K]. UsageError if level_count() is not 2. A unit's state is 1 iff its value
/// is above the threshold. A unit that never varies gets its own value as threshold by kmeans, kmeans_iterated, median
/// and mean, hence state 0 throughout; with sign and threshold it is treated like any other. Throws DataError without
/// samples, or for a value that is not finite (naming sample and unit); UsageError for a threshold that is not finite.
/// Cost O(K N log N), parallel over units; throws Interrupted.
std::vector<double> thresholds(const RowMatrix<float>& values, const DiscretizeOptions& options = {},
                               const Progress& progress = Progress::none());

/// States by given thresholds: bit k of sample n is [values(n,k) > thresholds[k]]. Allows states of one subset with the
/// thresholds of another. Errors as above, and UsageError if thresholds.size() != K or UnitStates does not allow N or
/// K. Cost O(N K), parallel over samples.
UnitStates discretize(const RowMatrix<float>& values, std::span<const double> thresholds);

/// Levels of each unit by these options: `levels`, 2, edges.size() + 1, or 256 for symbols. UsageError for options that
/// do not go together or are out of range.
int level_count(const DiscretizeOptions& options);

/// Cuts of each unit, ascending -> [K, level_count()-1]; of symbols [K,0]. The level of a value is the number of cuts
/// below it (states/level_cuts.hpp). With two levels these are the thresholds() above, to the last bit; errors as
/// there, and those of level_count(). Cost O(K N log N), of k-means more: see kmeans_cuts(). Parallel over units;
/// throws Interrupted.
RowMatrix<double> cuts(const RowMatrix<float>& values, const DiscretizeOptions& options = {},
                       const Progress& progress = Progress::none());

/// Levels by given cuts [K,L-1], those of another subset perhaps -> [N,K]. A value beyond the range that the cuts were
/// made of is in the lowest or highest level. Errors as for given thresholds; UsageError for cuts that are not finite
/// or not ascending, for none and for more than 255. Cost O(N K log L), parallel over samples.
RowMatrix<std::uint8_t> levels_by_cuts(const RowMatrix<float>& values, const RowMatrix<double>& cuts);

/// The values themselves -> [N,K]. DataError, naming unit and sample, for a value that is not a whole number in
/// [0,255]; UsageError unless K is in [1,4096] and N in [1,2^31).
RowMatrix<std::uint8_t> levels_of_symbols(const RowMatrix<float>& values);

/// Thresholds and states on the same samples.
DiscretizedStates discretize(const RowMatrix<float>& values, const DiscretizeOptions& options = {},
                             const Progress& progress = Progress::none());

}  // namespace inforelay
