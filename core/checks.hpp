// Checks of arguments, with one wording for all: "NAME is VALUE, expected EXPECTED".
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/axes.hpp"
#include "core/error.hpp"

namespace inforelay {

/// Throws Failure unless `holds`: "optimizer.beta1 is 1, expected a number in [0,1)".
template <class Failure = UsageError, class T>
void check_bounded(bool holds, std::string_view name, const T& value, std::string_view expected) {
  if (!holds) throw Failure("{} is {}, expected {}", name, value, expected);
}

/// Throws Failure unless value is in [least,most]: "kmeans: clusters is 11, expected [1,10]".
template <class Failure = UsageError, class T>
void check_range(std::string_view name, const T& value, std::type_identity_t<T> least, std::type_identity_t<T> most) {
  if (!(least <= value && value <= most)) throw Failure("{} is {}, expected [{},{}]", name, value, least, most);
}

/// Throws Failure that names the first number of `values` [N,K] that is not finite: "activation of unit 3 of sample 17
/// is nan, expected a finite number"; "activation of unit" is `name`, "sample" is `row`.
template <class Failure, class T>
void check_finite(const RowMatrix<T>& values, std::string_view name, std::string_view row = "sample") {
  if (values.allFinite()) return;
  for (Eigen::Index n = 0; n < values.rows(); ++n) {
    for (Eigen::Index k = 0; k < values.cols(); ++k) {
      if (std::isfinite(values(n, k))) continue;
      throw Failure("{} {} of {} {} is {}, expected a finite number", name, k, row, n, values(n, k));
    }
  }
}

/// Throws UsageError unless `order` holds each of 0 ... units - 1 once: "knockouts along a permutation: 19 units,
/// expected 20", "... entry 3 is unit 20, expected [0,20)" or "... unit 7 is named twice, expected each of 20 units
/// once"; "knockouts" is `what`.
inline void check_permutation(std::string_view what, std::span<const std::uint32_t> order, int units) {
  std::vector<std::uint8_t> seen(static_cast<std::size_t>(units));
  if (order.size() != seen.size())
    throw UsageError("{} along a permutation: {} units, expected {}", what, order.size(), units);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::uint32_t unit = order[i];
    if (unit >= seen.size())
      throw UsageError("{} along a permutation: entry {} is unit {}, expected [0,{})", what, i, unit, units);
    if (std::exchange(seen[unit], 1) != 0)
      throw UsageError("{} along a permutation: unit {} is named twice, expected each of {} units once", what, unit,
                       units);
  }
}

}  // namespace inforelay
