// Internal: tables of all sets: their number of units, and weighted sums over the sets that contain a unit, or a pair.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "core/axes.hpp"
#include "core/error.hpp"

namespace inforelay::detail {

/// K of a table of all sets of K units. UsageError, beginning with `what`, unless the number of its values is 2^K and K
/// in [1,24].
int units_of_table(std::string_view what, std::size_t values);

/// Throws DataError, beginning with `what`, for the first value that is not finite: "importance: the value of set 0x5
/// is nan, expected a finite number".
template <class Value>
void check_finite_table(std::string_view what, std::span<const Value> values) {
  for (std::size_t set = 0; set < values.size(); ++set) {
    if (!std::isfinite(values[set]))
      throw DataError("{}: the value of set {:#x} is {}, expected a finite number", what, set, values[set]);
  }
}

/// Sums of weight(|S|) v(S) over sets S of K units.
struct MembershipSums {
  explicit MembershipSums(int units = 0)
      : single(static_cast<std::size_t>(units)), pair(RowMatrix<double>::Zero(units, units)) {}

  double all = 0;              ///< over all S
  std::vector<double> single;  ///< [K] over the S with unit i
  RowMatrix<double> pair;      ///< [K,K] over the S with units i and j; the diagonal is 0
};

/// `values` [2^K], index = bits of the set; weight_of_size [K+1].
///
/// In blocks of sets that share their high units. In a block the table is folded: the upper half of the values are the
/// sets with the highest unit, so their sum is that unit's, and their own folds give its pairs; then the halves are
/// added and the unit is gone. Together 2^(K+1) additions, whatever the number of pairs. The same bits for any number
/// of threads.
template <class Value>
MembershipSums membership_sums(std::span<const Value> values, int units, std::span<const double> weight_of_size);

extern template MembershipSums membership_sums(std::span<const float>, int, std::span<const double>);
extern template MembershipSums membership_sums(std::span<const double>, int, std::span<const double>);

}  // namespace inforelay::detail
