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

struct ShapleySamplingOptions {
  double standard_error = 0;             ///< stop once no standard error is above this, in the unit of v; 0: never
  std::size_t least_permutations = 32;   ///< before that; even, >= 4
  std::size_t most_permutations = 1000;  ///< even, >= least_permutations
};

struct SampledShapley {
  RowMatrix<double> shapley;         ///< [C,K]
  RowMatrix<double> standard_error;  ///< [C,K]
  RowMatrix<double> squares;         ///< [C,K] of the deviations of the pairs of permutations from shapley
  std::size_t permutations = 0;      ///< sampled
  std::size_t evaluations = 0;       ///< sets of which the function was evaluated, K+1 for each permutation
  bool reached = false;              ///< the standard error that was asked for
};

/// Writes v of the sets that a permutation of the units builds up, unit by unit from none to all, to `values` [K+1,C].
/// Called concurrently from several threads; must give the same values for the same permutation.
using ChainFunction = std::function<void(std::span<const std::uint32_t> order, RowMatrix<double>& values)>;

/// phi_i = mean over permutations of the units of v(those up to i) - v(those before i) (Castro, Gomez and Tejada,
/// Comput. Oper. Res. 36, 1726 (2009)), for C functions v. Each permutation is followed by its reverse, which removes
/// the part of the variance that is odd; the standard error is that of the means of such pairs. The phi_i add up to
/// v(all) - v(none), whatever the number of permutations.
///
/// Batch after batch, so that the state can be saved in between; the permutations of a batch are evaluated in parallel.
/// Permutation p and its reverse, p+1, draw from random.child(p), and batches do not depend on the threads, so results
/// are the same to the last bit for any number of threads. Cost: one call of the function for each permutation.
class ChainShapley {
 public:
  /// UsageError for an option out of range or no units or functions.
  ChainShapley(ChainFunction function, int functions, int units, const ShapleySamplingOptions& options,
               const RandomStream& random);

  /// Resumes from the result() of an earlier one. UsageError if its shapes or number of permutations do not fit.
  void resume(SampledShapley earlier);
  bool done() const;
  /// Reports permutations done of most_permutations; throws Interrupted. ComputeError for a value that is not finite,
  /// naming the permutation.
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
