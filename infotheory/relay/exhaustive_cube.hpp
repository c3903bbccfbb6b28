// Internal: the last few levels of the exhaustive tree, without sorting.
//
// A group's states differ only in the last cube_bits units, so they are laid out as a cube of 2^cube_bits cells.
// Units are kept or marginalised as in the tree, now by adding halves of the cube. For the last three (8 cells),
// which cells are occupied says which unions can form and for which of the 8 sets each of them is a state of its own: a
// list for each of the 256 patterns, made once (exhaustive_patterns.hpp).
#pragma once

#include <cstdint>
#include <span>

#include "infotheory/relay/label_cell.hpp"
#include "infotheory/relay/relay_cell.hpp"
#include "infotheory/relay/sums_cell.hpp"

namespace inforelay::detail {

inline constexpr int cube_bits = 6;

/// [begin,end) of an array of states.
struct StateRange {
  std::uint32_t begin, end;
};

/// Adds to totals[i], i in [0, 2^cube_bits), the contribution of the states of each group if the units of i are
/// marginalised and the others kept. `groups` are ranges of `states`; the words within one differ in the lowest
/// cube_bits bits only (the rest is ignored); none is pure, each has two states or more.
/// By vectors (Google Highway); the sums are of integers, the same for every instruction set.
void add_cubes(const RelayState<NarrowRelayCell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
               std::uint64_t* totals);
void add_cubes(const RelayState<RelayCell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
               std::uint64_t* totals);
void add_cubes(const RelayState<EntropyCell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
               std::uint64_t* totals);
void add_cubes(const RelayState<OccupancyCell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
               std::uint64_t* totals);
void add_cubes(const RelayState<NarrowSumsCell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
               SetSum* totals);
void add_cubes(const RelayState<SumsCell>* states, std::span<const StateRange> groups, const std::uint64_t* f,
               SetSum* totals);

}  // namespace inforelay::detail
