// Null distributions of relay information by permutation, and their p-values.
//
// Two nulls, which are not the same question:
//
//   no relay             The states of the set R are permuted among the samples of equal Y_0 (rows of Y_R together), so
//                        Y_R says nothing about input and output beyond Y_0. Both terms of I_R are computed again. It
//                        contains the artefact of undersampling: conditioning on many irrelevant units erases I(X_in;
//                        X_out | all units), and I_R grows without any relay.
//   nothing to relay     The output symbols are permuted among the samples of equal Y_0 (not over all samples, which
//                        would destroy I(X_out; Y_0), too): output and input are independent given Y_0. Its p-value
//                        alone would call an artefact of undersampling a relay.
//
//     p = (1 + number of null values >= observed) / (1 + permutations)
//
// Comparisons are of exact values (ExactNLogN), so ties are ties: if nearly all samples are alone in their state, the
// null equals the observed value and p = 1. N samples, K units, C contrasts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/progress.hpp"
#include "infotheory/significance/rearrangement.hpp"
#include "infotheory/significance/relay_null.hpp"
#include "infotheory/significance/relay_statistics.hpp"
#include "infotheory/significance/repeats.hpp"

namespace inforelay {

struct PermutationOptions {
  RelayNull null = RelayNull::no_relay;
  std::size_t permutations = 200;             ///< >= 1; the smallest p is 1 / (1 + permutations)
  Exchange exchange = Exchange::samples;      ///< others need Y_0 to be empty
  std::span<const std::uint32_t> trial = {};  ///< [N], see Permutation::of; used by the exchanges of time series
  RandomStream random{0, "permutations"};     ///< permutation p draws from its child(p)
};

/// An array of observed values with its null distribution. Q levels of quantiles.
struct NullTest {
  static constexpr std::array<double, 3> quantile_levels{0.05, 0.5, 0.95};
  RowMatrix<double> observed;  ///< [C,columns]
  RowMatrix<double> p;         ///< [C,columns]
  RowMatrix<double> quantile;  ///< [C,columns Q] of the null, those of a column side by side
  RowMatrix<double> mean;      ///< [C,columns] of the null

  double quantile_of(Eigen::Index contrast, Eigen::Index column, std::size_t level) const {
    return quantile(contrast,
                    column * static_cast<Eigen::Index>(quantile_levels.size()) + static_cast<Eigen::Index>(level));
  }
};

/// Tests with Y_0 empty: whole state rows (no relay) or output symbols (nothing to relay) are permuted over all
/// samples.
struct RelayTest {
  NullTest total;       ///< [C,1]
  NullTest single;      ///< [C,K] of each unit in the recording of this unit alone
  NullTest aggregated;  ///< [C,K]
  NullTest by_size;     ///< [C,K+1] of the greedy set of each size, against the greedy set of each permutation
};

/// The observed statistics and their nulls; what `part` leaves out is empty. UsageError for no permutations, and the
/// errors of the tables and of Permutation::of. Cost: that of relay_statistics() for each permutation; the distinct
/// states are kept, and only their counts with the symbols are redrawn. Memory 8 C (3 K + 2) bytes for each
/// permutation. Parallel over permutations, the same to the last bit for any number of threads; reports permutations;
/// throws Interrupted.
RelayTest relay_permutation_test(const RelaySamples& samples, const PermutationOptions& options, RelayPart part,
                                 Progress& progress = Progress::none());

/// The same as repeats that can be interrupted and saved. Refers to the samples and to options.trial.
class RelayPermutations final : public Repeats {
 public:
  RelayPermutations(const RelaySamples& samples, const PermutationOptions& options, RelayPart part);

  std::size_t count() const override { return options_.permutations; }
  std::size_t size() const override { return layout_.size(); }
  void compute(std::size_t repeat, std::span<double> values, Progress& progress) const override;
  RelayTest test(const RowMatrix<double>& permuted) const;  ///< of all repeats

 private:
  RelaySamples samples_;
  PermutationOptions options_;
  RelayPart part_;
  AnyDistinctStates distinct_;
  AnyTable table_;  // not permuted; kept, so that the tables of all permutations share its n log n
  Permutation permutation_;
  RelayStatistics observed_;
  StatisticsLayout layout_;
};

/// The test of I_R of the set `relay` (units, each once), Y_0 all other units -> [C,1]. For any number of units. Errors
/// as above, and UsageError for a unit that is not in [0,K) or named twice, and for an exchange other than single
/// samples unless Y_0 is empty. Cost O(N L + C M) for each permutation.
NullTest set_permutation_test(const RelaySamples& samples, std::span<const int> relay,
                              const PermutationOptions& options, Progress& progress = Progress::none());

/// The test of the best of many sets, which is high by chance: in each permutation all 2^K sets are computed again and
/// the largest I_R of each size, and of all, is kept.
struct MaximumTest {
  NullTest by_size;  ///< [C,K+1] the largest I_R of a set of each size
  NullTest any;      ///< [C,1] of a set of any size
};

/// Permutes like relay_permutation_test() and computes exhaustive_relay() each time, whose limit of K holds. Cost: one
/// scan of all sets for each permutation, and one for the observed values.
MaximumTest maximum_permutation_test(const RelaySamples& samples, const PermutationOptions& options,
                                     Progress& progress = Progress::none());

/// The same as repeats that can be interrupted and saved. Refers to the samples and to options.trial.
class MaximumPermutations final : public Repeats {
 public:
  /// Makes no scan yet. UsageError for more units than exhaustive_relay() takes.
  MaximumPermutations(const RelaySamples& samples, const PermutationOptions& options);

  std::size_t count() const override { return options_.permutations; }
  std::size_t size() const override { return by_size_.size(); }
  void compute(std::size_t repeat, std::span<double> values, Progress& progress) const override;
  bool uses_threads() const override { return true; }
  const AnyTable& table() const { return table_; }  ///< of the samples, not permuted
  /// `observed` [C,K+1]: ExhaustiveRelay::best_information of the samples.
  MaximumTest test(const RowMatrix<double>& observed, const RowMatrix<double>& permuted) const;

 private:
  RelaySamples samples_;
  PermutationOptions options_;
  AnyDistinctStates distinct_;
  AnyTable table_;  // not permuted
  Permutation permutation_;
  ValueBlock by_size_;
};

}  // namespace inforelay
