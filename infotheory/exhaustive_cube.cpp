#include "infotheory/exhaustive_cube.hpp"

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>

namespace inforelay::detail {
namespace {

constexpr int pattern_bits = 3;         // neurons of the innermost cube
constexpr int pattern_cells = 8;        // its cells, and its sets
constexpr std::size_t max_unions = 27;  // 3^3: each neuron 0, 1 or marginalised
using LeafMask = std::array<std::uint64_t, pattern_cells>;

/// A union of occupied cells: two earlier ones of the list together, or (first) a single cell.
struct Union {
  std::uint8_t first;   // position in the list; for the singles, the cell
  std::uint8_t second;  // position in the list
  std::uint8_t leaves;  // bit s: where the neurons of s are marginalised, this union is a state of its own
};

struct Pattern {
  std::uint8_t singles = 0, unions = 0;  // the first `singles` of `unions` are single cells
  std::array<Union, max_unions> list{};
};

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
      // A union arose by merging two halves along its last marginalised neuron, so two earlier ones make it up.
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

const std::array<Pattern, 256>& patterns() {
  static const std::array<Pattern, 256> all = [] {
    std::array<Pattern, 256> made;
    for (unsigned occupied = 0; occupied < 256; ++occupied) made[occupied] = make_pattern(occupied);
    return made;
  }();
  return all;
}

/// All ones in entry s where bit s of the index is set.
constexpr std::array<LeafMask, 256> make_leaf_masks() {
  std::array<LeafMask, 256> masks{};
  for (unsigned leaves = 0; leaves < 256; ++leaves)
    for (unsigned set = 0; set < pattern_cells; ++set) masks[leaves][set] = (leaves >> set & 1u) != 0 ? ~0ull : 0;
  return masks;
}
alignas(64) constexpr std::array<LeafMask, 256> leaf_masks = make_leaf_masks();

/// One group's walk through the cube. Occupied cells are the set bits of `occupied`.
template <class Cell>
class CubeWalk {
 public:
  explicit CubeWalk(const std::uint64_t* f) : f_(f), patterns_(patterns().data()) {}

  /// cells [2^Bits] -> added to totals [2^Bits]. At least two occupied cells, not pure as a whole.
  template <int Bits>
  void visit(const Cell* cells, std::uint64_t occupied, std::uint64_t* totals) const {
    if constexpr (Bits == pattern_bits) {
      visit_pattern(cells, static_cast<unsigned>(occupied), totals);
    } else {
      constexpr std::size_t half = std::size_t{1} << (Bits - 1);
      const std::uint64_t low = occupied & ((std::uint64_t{1} << half) - 1), high = occupied >> half;
      if (low == 0 || high == 0) {  // constant in this neuron: kept or not is the same
        std::array<std::uint64_t, half> both{};
        visit<Bits - 1>(low == 0 ? cells + half : cells, low | high, both.data());
        for (std::size_t i = 0; i < half; ++i) {
          totals[i] += both[i];
          totals[half + i] += both[i];
        }
        return;
      }
      visit_part<Bits - 1>(cells, low, totals);
      visit_part<Bits - 1>(cells + half, high, totals);
      std::array<Cell, half> merged;
      for (std::size_t i = 0; i < half; ++i) merged[i] = cells[i] + cells[half + i];
      visit_part<Bits - 1>(merged.data(), low | high, totals + half);
    }
  }

 private:
  /// The same for cells that may be pure or a single one.
  template <int Bits>
  void visit_part(const Cell* cells, std::uint64_t occupied, std::uint64_t* totals) const {
    constexpr std::size_t size = std::size_t{1} << Bits;
    if ((occupied & (occupied - 1)) == 0) {
      const std::uint64_t information = cells[std::countr_zero(occupied)].information(f_);
      if (information == 0) return;
      for (std::size_t i = 0; i < size; ++i) totals[i] += information;
      return;
    }
    Cell whole;
    for (std::size_t i = 0; i < size; ++i) whole += cells[i];
    if (!whole.is_pure()) visit<Bits>(cells, occupied, totals);
  }

  void visit_pattern(const Cell* cells, unsigned occupied, std::uint64_t* totals) const {
    const Pattern& pattern = patterns_[occupied];
    std::array<Cell, max_unions> unions;
    for (std::size_t i = 0; i < pattern.unions; ++i) {
      const Union entry = pattern.list[i];
      unions[i] = i < pattern.singles ? cells[entry.first] : unions[entry.first] + unions[entry.second];
      const std::uint64_t information = unions[i].information(f_);
      if (information == 0) continue;
      const LeafMask& mask = leaf_masks[entry.leaves];
      for (std::size_t set = 0; set < pattern_cells; ++set) totals[set] += information & mask[set];
    }
  }

  const std::uint64_t* f_;
  const Pattern* patterns_;
};

}  // namespace

template <class Cell>
void add_cube(std::span<const RelayState<Cell>> group, const std::uint64_t* f, std::uint64_t* totals) {
  constexpr std::size_t size = std::size_t{1} << cube_bits;
  std::array<Cell, size> cells{};
  std::uint64_t occupied = 0;
  for (const RelayState<Cell>& state : group) {
    const StateWord cell = state.word & (size - 1);
    cells[cell] = state.cell;
    occupied |= std::uint64_t{1} << cell;
  }
  assert(occupied != 0);
  CubeWalk<Cell>(f).template visit<cube_bits>(cells.data(), occupied, totals);
}

template void add_cube(std::span<const RelayState<NarrowRelayCell>>, const std::uint64_t*, std::uint64_t*);
template void add_cube(std::span<const RelayState<RelayCell>>, const std::uint64_t*, std::uint64_t*);

}  // namespace inforelay::detail
