// Checks of what a figure is given.
#pragma once

#include <fmt/format.h>

#include <string_view>

#include "core/error.hpp"

namespace inforelay {

/// Throws UsageError "figure relay_full: greedy_information has 9 rows, expected 10".
template <class Found, class Expected>
void require_count(std::string_view figure, std::string_view what, Found found, std::string_view unit,
                   Expected expected) {
  if (static_cast<long long>(found) == static_cast<long long>(expected)) return;
  throw UsageError(fmt::format("figure {}: {} has {} {}, expected {}", figure, what, found, unit, expected));
}

/// Throws UsageError if there is nothing to draw.
inline void require_some(std::string_view figure, std::string_view what, std::size_t found) {
  if (found == 0) throw UsageError(fmt::format("figure {}: no {} given", figure, what));
}

}  // namespace inforelay
