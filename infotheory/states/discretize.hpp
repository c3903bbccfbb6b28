// From values to binary states: the values of each unit over the samples are split in two by a threshold.
#pragma once

#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/named.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "infotheory/states/unit_states.hpp"

namespace inforelay {

/// How the threshold of a unit is chosen. The choice changes the relay information considerably, so it is reported with
/// every result.
enum class Discretization {
  kmeans,           ///< exact one-dimensional 2-means, which the k-means of the paper approximates
  kmeans_iterated,  ///< 2-means by Lloyd's iteration from random starts, stopped early, as in the authors' software
  median,           ///< of an even number of samples: midway between the two middle values
  mean,             ///< arithmetic mean over the samples
  sign,             ///< 0
  threshold,        ///< DiscretizeOptions::threshold, the same for all units
};

inline constexpr WordTable<Discretization, 6> discretization_names{{
    {Discretization::kmeans, "kmeans"},
    {Discretization::kmeans_iterated, "kmeans_iterated"},
    {Discretization::median, "median"},
    {Discretization::mean, "mean"},
    {Discretization::sign, "sign"},
    {Discretization::threshold, "threshold"},
}};

struct DiscretizeOptions {
  Discretization method = Discretization::kmeans;
  double threshold = 0;                  ///< in units of the values; finite; used by Discretization::threshold only
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

/// Threshold of each unit -> [K]; values [N,K]. A unit's state is 1 iff its value is above the threshold.
/// A unit that never varies gets its own value as threshold by kmeans, kmeans_iterated, median and mean, hence state 0
/// throughout; with sign and threshold it is treated like any other. Throws DataError without samples, or for a value
/// that is not finite (naming sample and unit); UsageError for a threshold that is not finite. Cost O(K N log N),
/// parallel over units; throws Interrupted.
std::vector<double> thresholds(const RowMatrix<float>& values, const DiscretizeOptions& options = {},
                               const Progress& progress = Progress::none());

/// States by given thresholds: bit k of sample n is [values(n,k) > thresholds[k]]. Allows states of one subset with the
/// thresholds of another. Errors as above, and UsageError if thresholds.size() != K or UnitStates does not allow N or
/// K. Cost O(N K), parallel over samples.
UnitStates discretize(const RowMatrix<float>& values, std::span<const double> thresholds);

/// Both of the above on the same samples.
DiscretizedStates discretize(const RowMatrix<float>& values, const DiscretizeOptions& options = {},
                             const Progress& progress = Progress::none());

}  // namespace inforelay
