// How well many measures of sets predict one function of all sets, exactly, without sampling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "infotheory/importance/agreement.hpp"

namespace inforelay {

/// The function that measures are compared with. What depends on it alone is computed once; the order of an additive
/// measure comes from merging sorted lists instead of sorting; sums over ranks are exact integers, rounded once when
/// the correlation is formed.
class ManyAgreements {
 public:
  /// Refers to `function`. Cost O(2^K).
  explicit ManyAgreements(const RankedTable& function);

  /// The agreement of the function with the additive measure v(S) = sum of value_of_unit[i] over i in S, rounded to
  /// floats before it is ranked; r_squared of the sums before that. UsageError unless there are K values, ComputeError
  /// if one is not finite or the sum of their absolute values is not a finite float. Cost some 10 ms for the 2^20 sets
  /// of 20 units; memory 10 bytes for each set.
  AgreementBySize with_additive(std::span<const double> value_of_unit) const;
  /// The agreement of the function with any table [2^K]. UsageError unless there are 2^K values, ComputeError for one
  /// that is not finite. Cost some 20 ms; memory 24 bytes for each set.
  AgreementBySize with_table(std::span<const float> values) const;

 private:
  struct Spread {
    double n = 0, squares = 0;  // squares: of the deviations of doubled ranks from their mean; 0 of a constant only
  };
  class RankSums;

  void sum_by_units();
  void add_correlations(std::span<const float> values, AgreementBySize& result) const;
  void add_additive_correlations(std::span<const double> value_of_unit, AgreementBySize& result) const;

  const RankedTable& function_;
  std::vector<double> sum_of_size_, squares_of_size_;  // [K+1] of the function; squares about the mean of the size
  RowMatrix<double> sum_with_unit_;                    // [K+1,K] of the function, over the sets of a size with a unit
  std::vector<Spread> spread_of_size_;                 // [K+1] of its ranks
  Spread spread_;
  std::vector<std::uint64_t> packed_;  // [2^K] both ranks and the size of each set
};

}  // namespace inforelay
