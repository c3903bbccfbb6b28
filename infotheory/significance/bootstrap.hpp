// Bootstrap of relay information over samples or trials: intervals, bias, and the stability of greedy sets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/progress.hpp"
#include "infotheory/significance/rearrangement.hpp"
#include "infotheory/significance/relay_statistics.hpp"

namespace inforelay {

struct BootstrapOptions {
  std::size_t resamples = 200;                ///< >= 2
  double level = 0.95;                        ///< of the intervals, in (0,1)
  std::span<const std::uint32_t> trial = {};  ///< [N]: whole trials are drawn; empty: samples are
  RandomStream random{0, "bootstrap"};        ///< resample b draws from its child(b)
};

/// An array of values t with bootstrapped intervals, bits. t_b: the value of resample b.
///
///     bias = mean of t_b - t
///     low, high = quantiles (1 - level) / 2 and (1 + level) / 2 of t_b - 2 bias
///
/// Plug-in values are biased by undersampling, and those of resamples, which have fewer distinct samples, are biased
/// again, by about the same amount: as t deviates from the truth, so do the t_b from t (to first order in 1 / N both
/// are the Miller-Madow correction of their occupied cells). So t - bias estimates the truth, and the t_b, which are
/// around t
/// + bias, are moved by twice the bias to be around it. A bias that is not small compared with the interval says that
/// there are too few samples for any interval; low > t or high < t then.
struct BootstrapIntervals {
  RowMatrix<double> observed;   ///< [C,columns] t
  RowMatrix<double> bias;       ///< [C,columns]
  RowMatrix<double> low, high;  ///< [C,columns]
};

struct RelayBootstrap {
  BootstrapIntervals total, single, aggregated;  ///< [C,1], [C,K], [C,K]
  /// [C] fraction of the resamples whose greedy set of two units is the observed one.
  std::vector<double> last_two_recur;
  /// [C] likewise the greedy set with half of the information, the smallest with I_R >= I_R(all) / 2. NaN if I_R(all)
  /// of the samples is not above 0.
  std::vector<double> half_set_recurs;
  /// [C,K] fraction of the resamples in whose set with half of the information each unit is; NaN likewise.
  RowMatrix<double> in_half_set;
};

/// Draws N samples with replacement (or as many trials as there are) and computes total, single and the greedy search
/// again. UsageError for an option out of range; errors of StateTable and of Permutation::of for trials. Cost: that of
/// relay_statistics() for each resample. Parallel over resamples, the same to the last bit for any number of threads;
/// reports resamples; throws Interrupted.
RelayBootstrap relay_bootstrap(const RelaySamples& samples, const BootstrapOptions& options,
                               Progress& progress = Progress::none());

}  // namespace inforelay
