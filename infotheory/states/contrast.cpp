#include "infotheory/states/contrast.hpp"

#include "core/error.hpp"

namespace inforelay {

std::vector<Contrast> one_vs_rest(std::span<const std::string> names) {
  if (names.size() > max_symbols)
    throw UsageError("one_vs_rest: {} symbols, expected at most {}", names.size(), max_symbols);
  std::vector<Contrast> contrasts;
  for (std::size_t c = 0; c < names.size(); ++c) {
    const SymbolSet only{names.size(), {static_cast<Symbol>(c)}};
    contrasts.push_back({names[c], only, only});
  }
  return contrasts;
}

}  // namespace inforelay
