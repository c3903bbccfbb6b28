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

std::vector<Contrast> each_bit(std::span<const std::string> names) {
  if (names.size() > max_label_bits)
    throw UsageError("each_bit: {} bits, expected at most {}", names.size(), max_label_bits);
  std::vector<Contrast> contrasts;
  for (std::size_t b = 0; b < names.size(); ++b) {
    SymbolSet set{.count = label_count(names.size(), LabelKind::bits), .members = {}};
    for (std::size_t symbol = 0; symbol < set.count; ++symbol) {
      if (is_labelled(static_cast<Symbol>(symbol), b, LabelKind::bits))
        set.members.push_back(static_cast<Symbol>(symbol));
    }
    contrasts.push_back({names[b], set, set});
  }
  return contrasts;
}

}  // namespace inforelay
