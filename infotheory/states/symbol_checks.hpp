// Internal: checks of the symbols and contrasts that tables of states are made of.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "core/error.hpp"
#include "infotheory/states/contrast.hpp"

namespace inforelay::detail {

/// That all contrasts, at least one, are defined for the same symbols: their number. `set` is &Contrast::input or
/// output. UsageError, beginning with `table`, such as "state table".
inline std::size_t checked_symbol_count(std::string_view table, std::span<const Contrast> contrasts,
                                        SymbolSet Contrast::*set) {
  const std::size_t expected = (contrasts.front().*set).count;
  for (const Contrast& each : contrasts) {
    const auto& [count, members] = each.*set;
    if (count != expected)
      throw UsageError("{}: contrast {} is defined for {} symbols, expected {} as for contrast {}", table, each.name,
                       count, expected, contrasts.front().name);
    for (const Symbol symbol : members) {
      if (symbol >= count)
        throw UsageError("{}: contrast {} has symbol {}, expected [0,{})", table, each.name, symbol, count);
    }
  }
  return expected;
}

/// That there is a symbol below `count` for each of `samples`. `what`: "input" or "output".
inline void check_symbols(std::string_view table, std::string_view what, std::span<const Symbol> symbols,
                          std::size_t samples, std::size_t count) {
  if (symbols.size() != samples)
    throw UsageError("{}: {} states with {} {} symbols, expected as many", table, samples, symbols.size(), what);
  for (std::size_t i = 0; i < samples; ++i) {
    if (symbols[i] >= count)
      throw UsageError("{}: sample {} has {} symbol {}, expected [0,{})", table, i, what, symbols[i], count);
  }
}

}  // namespace inforelay::detail
