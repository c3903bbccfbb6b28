#include "infotheory/relay/exhaustive_cube.hpp"

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <type_traits>

#include "infotheory/relay/exhaustive_patterns.hpp"

// Arrays of vectors need vectors of a size known at compile time.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

// This file is compiled once for each instruction set: foreach_target.h includes it again and again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "infotheory/relay/exhaustive_cube.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace inforelay::detail::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using WordTag = hn::CappedTag<std::uint64_t, 8>;
constexpr std::size_t max_padded_unions = (max_unions + 7) / 8 * 8;

// Which of `cells` carry information (are not pure), as bits. Half of the unions are pure, and branch
// prediction fails on them: determined before any is evaluated, they cost few branches.
template <class Cell>
HWY_INLINE std::uint32_t Impure(const Cell* cells, std::size_t count) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < count; ++i) bits |= (cells[i].is_pure() ? 0u : 1u) << i;
  return bits;
}

// Which of `cells` have another value than 0: fewer than those that are not pure.
HWY_INLINE std::uint32_t Impure(const OccupancyCell* cells, std::size_t count) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < count; ++i) bits |= (OccupancyCell::with_value >> cells[i].pairs & 1u) << i;
  return bits;
}

#if HWY_TARGET != HWY_SCALAR
// The same, several cells at a time. Reads whole vectors: up to max_padded_unions cells.
HWY_INLINE std::uint32_t Impure(const NarrowRelayCell* cells, std::size_t count) {
  const WordTag d;
  const hn::Repartition<std::uint16_t, WordTag> d_lane;
  const hn::Repartition<std::uint8_t, WordTag> d_byte;
  alignas(16) static constexpr std::uint8_t first_lane[16] = {0, 1, 0, 1, 0, 1, 0, 1, 8, 9, 8, 9, 8, 9, 8, 9};
  const auto spread = hn::LoadDup128(d_byte, first_lane);
  const auto middle_lanes = hn::Set(d, 0x0000'ffff'ffff'0000u);  // a and b
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto x = hn::Load(d, cells[i].words.data());
    const auto n = hn::BitCast(d_lane, hn::TableLookupBytes(hn::BitCast(d_byte, x), spread));
    const auto lanes = hn::BitCast(d_lane, x);
    const auto settled = hn::Or(hn::Eq(lanes, hn::Zero(d_lane)), hn::Eq(lanes, n));
    const auto pure = hn::And(hn::BitCast(d, hn::VecFromMask(d_lane, settled)), middle_lanes);
    std::uint8_t found[8] = {};
    hn::StoreMaskBits(d, hn::Eq(pure, hn::Zero(d)), found);
    bits |= static_cast<std::uint32_t>(found[0]) << i;
  }
  return bits & ((1u << count) - 1);
}

HWY_INLINE std::uint32_t Impure(const EntropyCell* cells, std::size_t count) {
  const WordTag d;
  const auto low_half = hn::Set(d, 0xffff'ffffu);
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto cell = hn::Load(d, cells[i].words.data());
    const auto ones = hn::ShiftRight<32>(cell);
    const auto pure = hn::Or(hn::Eq(ones, hn::Zero(d)), hn::Eq(ones, hn::And(cell, low_half)));
    std::uint8_t found[8] = {};
    hn::StoreMaskBits(d, hn::Not(pure), found);
    bits |= static_cast<std::uint32_t>(found[0]) << i;
  }
  return bits & ((1u << count) - 1);
}
#endif

/// One group's walk through the cube. Occupied cells are the set bits of `occupied`.
template <class Cell>
class CubeWalk {
  using Sum = typename Cell::Sum;

 public:
  explicit CubeWalk(const std::uint64_t* f) : f_(f), patterns_(patterns().data()) {}

  /// cells [2^Bits] -> added to totals [2^Bits]. At least two occupied cells, not pure as a whole.
  template <int Bits>
  void Visit(const Cell* cells, std::uint64_t occupied, Sum* totals) const {
    if constexpr (Bits == pattern_bits) {
      VisitPattern(cells, static_cast<unsigned>(occupied), totals);
    } else {
      constexpr std::size_t half = std::size_t{1} << (Bits - 1);
      const std::uint64_t low = occupied & ((std::uint64_t{1} << half) - 1), high = occupied >> half;
      if (low == 0 || high == 0) {  // constant in this unit: kept or not is the same
        std::array<Sum, half> both{};
        Visit<Bits - 1>(low == 0 ? cells + half : cells, low | high, both.data());
        for (std::size_t i = 0; i < half; ++i) {
          totals[i] += both[i];
          totals[half + i] += both[i];
        }
        return;
      }
      VisitPart<Bits - 1>(cells, low, totals);
      VisitPart<Bits - 1>(cells + half, high, totals);
      std::array<Cell, half> merged;
      for (std::size_t i = 0; i < half; ++i) merged[i] = cells[i] + cells[half + i];
      VisitPart<Bits - 1>(merged.data(), low | high, totals + half);
    }
  }

 private:
  /// As Visit, but cells may be pure or only one may be occupied.
  template <int Bits>
  void VisitPart(const Cell* cells, std::uint64_t occupied, Sum* totals) const {
    constexpr std::size_t size = std::size_t{1} << Bits;
    if ((occupied & (occupied - 1)) == 0) {
      const Sum information = cells[std::countr_zero(occupied)].information(f_);
      if (information == Sum{}) return;
      for (std::size_t i = 0; i < size; ++i) totals[i] += information;
      return;
    }
    Cell whole;
    for (std::size_t i = 0; i < size; ++i) whole += cells[i];
    if (!whole.is_pure()) Visit<Bits>(cells, occupied, totals);
  }

  void VisitPattern(const Cell* cells, unsigned occupied, Sum* totals) const {
    const Pattern& pattern = patterns_[occupied];
    alignas(64) std::array<Cell, max_padded_unions> unions;
    std::size_t count = 0;
    for (; count < pattern.singles; ++count) unions[count] = cells[pattern.list[count].first];
    for (; count < pattern.unions; ++count)
      unions[count] = unions[pattern.list[count].first] + unions[pattern.list[count].second];

    if constexpr (std::is_same_v<Sum, std::uint64_t>)
      AddUnions(pattern, unions, totals);
    else
      for (std::uint32_t impure = Impure(unions.data(), count); impure != 0; impure &= impure - 1) {
        const auto at = static_cast<std::size_t>(std::countr_zero(impure));
        const Sum sum = unions[at].sum_of_terms(f_);
        for (unsigned leaves = pattern.list[at].leaves; leaves != 0; leaves &= leaves - 1)
          totals[std::countr_zero(leaves)] += sum;
      }
  }

  void AddUnions(const Pattern& pattern, const std::array<Cell, max_padded_unions>& unions,
                 std::uint64_t* totals) const {
    const WordTag d;
    constexpr std::size_t vectors = pattern_cells / hn::MaxLanes(d);
    hn::Vec<WordTag> sum[vectors];
    for (std::size_t v = 0; v < vectors; ++v) sum[v] = hn::LoadU(d, totals + v * hn::MaxLanes(d));
    for (std::uint32_t impure = Impure(unions.data(), pattern.unions); impure != 0; impure &= impure - 1) {
      const auto at = static_cast<std::size_t>(std::countr_zero(impure));
      const auto information = hn::Set(d, unions[at].sum_of_terms(f_));
      const std::uint64_t* leaves = leaf_masks[pattern.list[at].leaves].data();
      HWY_UNROLL(8) for (std::size_t v = 0; v < vectors; ++v) {
        sum[v] = hn::Add(sum[v], hn::And(information, hn::Load(d, leaves + v * hn::MaxLanes(d))));
      }
    }
    for (std::size_t v = 0; v < vectors; ++v) hn::StoreU(sum[v], d, totals + v * hn::MaxLanes(d));
  }

  const std::uint64_t* f_;
  const Pattern* patterns_;
};

template <class Cell>
void AddCubes(const RelayState<Cell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
              typename Cell::Sum* totals) {
  constexpr std::size_t size = std::size_t{1} << cube_bits;
  const CubeWalk<Cell> walk(f);
  for (const StateRange group : groups) {
    alignas(64) std::array<Cell, size> cells{};
    std::uint64_t occupied = 0;
    for (std::uint32_t i = group.begin; i < group.end; ++i) {
      const StateWord cell = states[i].word & (size - 1);
      cells[cell] = states[i].cell;
      occupied |= std::uint64_t{1} << cell;
    }
    assert(occupied != 0);
    walk.template Visit<cube_bits>(cells.data(), occupied, totals);
  }
}

void AddNarrowCubes(const RelayState<NarrowRelayCell>* states, std::span<const StateRange> groups,
                    const std::uint64_t* f, std::uint64_t* totals) {
  AddCubes(states, groups, f, totals);
}
void AddWideCubes(const RelayState<RelayCell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
                  std::uint64_t* totals) {
  AddCubes(states, groups, f, totals);
}
void AddEntropyCubes(const RelayState<EntropyCell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
                     std::uint64_t* totals) {
  AddCubes(states, groups, f, totals);
}
void AddOccupancyCubes(const RelayState<OccupancyCell>* states, std::span<const StateRange> groups,
                       const std::uint64_t* f, std::uint64_t* totals) {
  AddCubes(states, groups, f, totals);
}
void AddNarrowSumsCubes(const RelayState<NarrowSumsCell>* states, std::span<const StateRange> groups,
                        const std::uint64_t* f, SetSum* totals) {
  AddCubes(states, groups, f, totals);
}
void AddSumsCubes(const RelayState<SumsCell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
                  SetSum* totals) {
  AddCubes(states, groups, f, totals);
}

}  // namespace inforelay::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace inforelay::detail {

HWY_EXPORT(AddNarrowCubes);
HWY_EXPORT(AddWideCubes);
HWY_EXPORT(AddEntropyCubes);
HWY_EXPORT(AddOccupancyCubes);
HWY_EXPORT(AddNarrowSumsCubes);
HWY_EXPORT(AddSumsCubes);

void add_cubes(const RelayState<NarrowRelayCell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
               std::uint64_t* totals) {
  HWY_DYNAMIC_DISPATCH(AddNarrowCubes)(states, groups, f, totals);
}
void add_cubes(const RelayState<RelayCell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
               std::uint64_t* totals) {
  HWY_DYNAMIC_DISPATCH(AddWideCubes)(states, groups, f, totals);
}
void add_cubes(const RelayState<EntropyCell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
               std::uint64_t* totals) {
  HWY_DYNAMIC_DISPATCH(AddEntropyCubes)(states, groups, f, totals);
}
void add_cubes(const RelayState<OccupancyCell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
               std::uint64_t* totals) {
  HWY_DYNAMIC_DISPATCH(AddOccupancyCubes)(states, groups, f, totals);
}

void add_cubes(const RelayState<NarrowSumsCell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
               SetSum* totals) {
  HWY_DYNAMIC_DISPATCH(AddNarrowSumsCubes)(states, groups, f, totals);
}
void add_cubes(const RelayState<SumsCell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
               SetSum* totals) {
  HWY_DYNAMIC_DISPATCH(AddSumsCubes)(states, groups, f, totals);
}

}  // namespace inforelay::detail
#endif  // HWY_ONCE
