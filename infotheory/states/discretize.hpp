// From activations to symbols: each neuron's activations over the samples are split in two, and a sample's hidden
// state is the word of its K bits.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"

namespace inforelay {

/// Where a neuron's activations are cut. The choice moves the relay information a good deal, so it belongs with every
/// result.
enum class Binarization {
  kmeans,           ///< exact one-dimensional 2-means: what the paper's k-means aims at
  kmeans_iterated,  ///< the same by Lloyd's iteration from random starts, stopped early, as the authors' software does
  median,           ///< of an even number of samples: midway between the two middle values
  mean,             ///< arithmetic mean over the samples
  sign,             ///< 0
  threshold,        ///< BinarizeOptions::threshold, the same for all neurons
};

inline constexpr std::array<std::pair<Binarization, std::string_view>, 6> binarization_names{{
    {Binarization::kmeans, "kmeans"},
    {Binarization::kmeans_iterated, "kmeans_iterated"},
    {Binarization::median, "median"},
    {Binarization::mean, "mean"},
    {Binarization::sign, "sign"},
    {Binarization::threshold, "threshold"},
}};

std::string_view to_string(Binarization method);

struct BinarizeOptions {
  Binarization method = Binarization::kmeans;
  double threshold = 0;                ///< in units of activation; finite; read by Binarization::threshold only
  RandomStream random{0, "binarize"};  ///< of kmeans_iterated: neuron k draws from its child(k)
};

/// Hidden states and the cuts they came from.
struct BinarizedStates {
  std::vector<double> thresholds;  ///< [K], in units of activation
  std::vector<StateWord> states;   ///< [N], bit k is neuron k
};

/// The cut t = argmin over cuts of sum_{x <= t} (x - m_0)^2 + sum_{x > t} (x - m_1)^2, m_0 and m_1 the means of either
/// side: exact 2-means of `values`, in any order. Returned is the midpoint of the two values either side of the cut,
/// which always separates them (a double halves the gap of any two floats). Equally good cuts: the lowest. All values
/// equal: that value, so that none lies above. values.size() >= 1, all finite. Cost O(n log n).
double two_means_threshold(std::span<const float> values);

/// 2-means as usual k-means software finds it (scikit-learn's defaults of 2022, but for its choice among several
/// candidates of a second centre): Lloyd's iteration until the squared shifts of both centres add up to at most 1e-4 of
/// the variance, 300 times at most; the best of 10 k-means++ starts, of equals the first. Returned is the midpoint of
/// the two centres. Stopped that early it is near the exact cut, not at it: of 10,000 activations some differ in their
/// bit. Same conditions as two_means_threshold. Cost O(n) for each of about a hundred iterations.
double iterated_two_means_threshold(std::span<const float> values, RandomStream random);

/// Cut of each neuron, [K]; activations [N,K]. A neuron's state is 1 iff activation > threshold.
/// A neuron that never varies gets its own value under both kmeans, median and mean, hence state 0 throughout; sign and
/// threshold compare it like any other. Throws DataError without samples, or for an activation that is not finite
/// (naming sample and neuron); UsageError for a threshold that is not finite. Cost O(K N log N), parallel
/// over neurons; throws Interrupted between them. Any K: of more than 32 neurons bit_states() makes states.
std::vector<double> binarization_thresholds(const RowMatrix<float>& activations, const BinarizeOptions& options = {},
                                            const Progress& progress = Progress::none());

/// States under given cuts, [N]: bit k is [activations(n,k) > thresholds[k]]. Lets test images use the cuts of the
/// training images. Errors as above, and UsageError where thresholds.size() != K or K > 32. Cost O(N K).
std::vector<StateWord> binarize(const RowMatrix<float>& activations, std::span<const double> thresholds);

/// Both of the above on the same samples.
BinarizedStates binarize(const RowMatrix<float>& activations, const BinarizeOptions& options = {},
                         const Progress& progress = Progress::none());

}  // namespace inforelay
