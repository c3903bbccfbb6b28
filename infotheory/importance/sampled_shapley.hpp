// Shapley values by sampling permutations, for functions of sets that have no table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"

namespace inforelay {

/// Writes v(S) of C functions to `values` [C]; present [K] is 1 for the units of S, 0 for the others. Called
/// concurrently from several threads; must give the same values for the same set.
using SetFunction = std::function<void(std::span<const std::uint8_t> present, std::span<double> values)>;

struct ShapleySamplingOptions {
  double standard_error = 0;             ///< stop once no standard error is above this, in the unit of v; 0: never
  std::size_t least_permutations = 32;   ///< before that; even, >= 4
  std::size_t most_permutations = 1000;  ///< even, >= least_permutations
  std::size_t cached_sets = 100'000;     ///< sets whose values are remembered
};

struct SampledShapley {
  RowMatrix<double> shapley;         ///< [C,K]
  RowMatrix<double> standard_error;  ///< [C,K]
  RowMatrix<double> squares;         ///< [C,K] of the deviations of the pairs of permutations from shapley
  std::size_t permutations = 0;      ///< sampled
  std::size_t evaluations = 0;       ///< sets for which the function was called
  bool reached = false;              ///< the standard error that was asked for
};

/// phi_i = mean over permutations of the units of v(those up to i) - v(those before i) (Castro, Gomez and Tejada,
/// Comput. Oper. Res. 36, 1726 (2009)). Each permutation is followed by its reverse, which removes the part of the
/// variance that is odd; the standard error is that of the means of such pairs. The phi_i add up to v(all) - v(none),
/// whatever the number of permutations.
///
/// Prefixes are evaluated once: the sets of a batch of permutations are collected, those not evaluated before are
/// computed in parallel. Permutation p draws from random.child(p), and batches do not depend on the threads, so results
/// are the same to the last bit for any number of threads. UsageError for an option out of range or no units or
/// functions; ComputeError for a value that is not finite, naming the set. Reports permutations done of
/// most_permutations; throws Interrupted. Cost: at most (K-1) evaluations for each permutation.
SampledShapley sampled_shapley(const SetFunction& function, int functions, int units,
                               const ShapleySamplingOptions& options, const RandomStream& random,
                               Progress& progress = Progress::none());

/// Writes v of the sets that a permutation of the units builds up, unit by unit from none to all, to `values` [K+1,C].
/// Called concurrently from several threads; must give the same values for the same permutation.
using ChainFunction = std::function<void(std::span<const std::uint32_t> order, RowMatrix<double>& values)>;

/// The same for functions that are cheaper along a permutation than set by set, batch after batch, so that the state
/// can be saved in between: no values are remembered (cached_sets is not used), and a permutation counts as K+1
/// evaluations. Results for the same function and stream are those of sampled_shapley(), to the last bit.
class ChainShapley {
 public:
  /// Errors as sampled_shapley().
  ChainShapley(ChainFunction function, int functions, int units, const ShapleySamplingOptions& options,
               const RandomStream& random);

  /// Goes on from result() of an earlier one. UsageError if its shapes or number of permutations do not fit.
  void resume(SampledShapley earlier);
  bool done() const;
  /// Errors as sampled_shapley(); reports permutations done of most_permutations.
  void sample_batch(Progress& progress = Progress::none());
  const SampledShapley& result() const { return result_; }

 private:
  ChainFunction function_;
  int functions_, units_;
  ShapleySamplingOptions options_;
  RandomStream random_;
  SampledShapley result_;
};

}  // namespace inforelay
