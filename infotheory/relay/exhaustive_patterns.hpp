// Internal: which unions the occupied cells of a cube of 8 form, listed once for each of the 256 patterns of
// occupation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace inforelay::detail {

inline constexpr int pattern_bits = 3;         // units of the innermost cube
inline constexpr int pattern_cells = 8;        // its cells, and its sets
inline constexpr std::size_t max_unions = 27;  // 3^3: each unit 0, 1 or marginalised

/// A union of occupied cells: two earlier ones of the list together, or (first) a single cell.
struct Union {
  std::uint8_t first;   // position in the list; for the singles, the cell
  std::uint8_t second;  // position in the list
  std::uint8_t leaves;  // bit s: if the units of s are marginalised, this union is a state of its own
};

struct Pattern {
  std::uint8_t singles = 0, unions = 0;  // the first `singles` of `unions` are single cells
  std::array<Union, max_unions> list{};
};

/// [256], by the bits of the occupied cells. Each union is in the list once, after those that it consists of.
const std::array<Pattern, 256>& patterns();

/// [256][8]: all ones in entry s if bit s of the index is set.
using LeafMask = std::array<std::uint64_t, pattern_cells>;
extern const std::array<LeafMask, 256> leaf_masks;

}  // namespace inforelay::detail
