#include "infotheory/relay/exhaustive_patterns.hpp"

#include <bit>

namespace inforelay::detail {
namespace {

/// The distinct unions that the cells `occupied` form over the 8 sets, in an order that builds each from earlier ones.
constexpr Pattern make_pattern(unsigned occupied) {
  std::array<std::uint8_t, 256> leaves_of{};  // [union as a set of cells]
  for (unsigned set = 0; set < pattern_cells; ++set)
    for (unsigned kept = 0; kept < pattern_cells; ++kept) {
      unsigned cells = 0;
      for (unsigned cell = 0; cell < pattern_cells; ++cell)
        if ((occupied >> cell & 1u) != 0 && (cell & ~set) == kept) cells |= 1u << cell;
      if (cells != 0) leaves_of[cells] = static_cast<std::uint8_t>(leaves_of[cells] | 1u << set);
    }

  Pattern pattern;
  std::array<std::uint8_t, max_unions> cells_of{};
  for (int size = 1; size <= pattern_cells; ++size)
    for (unsigned cells = 1; cells < 256; ++cells) {
      if (leaves_of[cells] == 0 || std::popcount(cells) != size) continue;
      Union entry{static_cast<std::uint8_t>(std::countr_zero(cells)), 0, leaves_of[cells]};
      // A union arose by merging two halves along its last marginalised unit, so two earlier ones make it up.
      for (std::uint8_t i = 0; size > 1 && i < pattern.unions; ++i)
        for (std::uint8_t j = 0; j < i; ++j)
          if ((cells_of[i] | cells_of[j]) == cells && (cells_of[i] & cells_of[j]) == 0) {
            entry.first = i;
            entry.second = j;
          }
      cells_of[pattern.unions] = static_cast<std::uint8_t>(cells);
      pattern.list[pattern.unions++] = entry;
      if (size == 1) ++pattern.singles;
    }
  return pattern;
}

constexpr std::array<LeafMask, 256> make_leaf_masks() {
  std::array<LeafMask, 256> masks{};
  for (unsigned leaves = 0; leaves < 256; ++leaves)
    for (unsigned set = 0; set < pattern_cells; ++set) masks[leaves][set] = (leaves >> set & 1u) != 0 ? ~0ull : 0;
  return masks;
}

}  // namespace

const std::array<Pattern, 256>& patterns() {
  static const std::array<Pattern, 256> all = [] {
    std::array<Pattern, 256> made;
    for (unsigned occupied = 0; occupied < 256; ++occupied) made[occupied] = make_pattern(occupied);
    return made;
  }();
  return all;
}

alignas(64) constinit const std::array<LeafMask, 256> leaf_masks = make_leaf_masks();

}  // namespace inforelay::detail
