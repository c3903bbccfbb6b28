// The best additive description of a function of all sets: an effect of each unit, and how much that explains.
#pragma once

#include <span>
#include <vector>

namespace inforelay {

/// v(S) ~ constant + sum of effect[i] over i in S, by least squares over all 2^K sets of K units.
struct AdditiveFit {
  std::vector<double> effect;  ///< [K] mean of v over the sets with unit i minus mean over those without, unit of v
  double variance = 0;         ///< of v over all sets
  double r_squared = 0;        ///< sum of effect[i]^2 / 4 over the variance, in [0,1]; NaN if v is constant
};

/// `values` [2^K]. The indicators of the units are uncorrelated over all sets, with variance 1/4 each, so the
/// coefficients of the fit with all K units are those with one unit alone. UsageError unless the number of values is
/// 2^K, K in [1,24]; DataError for one that is not finite. Cost 2^(K+1) additions and two passes. The same bits for any
/// number of threads.
AdditiveFit additive_fit(std::span<const float> values);

/// Square of the correlation, over all sets, of v with the sum of the given weights of a set's units:
/// (sum of weight[i] effect[i])^2 / (4 sum of weight[i]^2 variance); NaN if one of the two is constant. UsageError
/// unless there are K weights.
double additive_r_squared(const AdditiveFit& fit, std::span<const double> weight);

}  // namespace inforelay
