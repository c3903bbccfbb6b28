// Internal: the last few levels of the exhaustive tree, without sorting.
//
// A group's states differ only in the last cube_bits neurons, so they are laid out as a cube of 2^cube_bits cells.
// Neurons are kept or marginalised as above, now by adding halves of the cube. For the last three (8 cells), which
// cells are occupied says which unions can form and for which of the 8 sets each of them is a state of its own: a list
// for each of the 256 patterns, made once. Nothing is computed twice, and nothing for empty cells.
#pragma once

#include <cstdint>
#include <span>

#include "infotheory/relay_cell.hpp"

namespace inforelay::detail {

constexpr int cube_bits = 6;

/// Adds to totals[i], i in [0, 2^cube_bits), what the states of one group contribute where the neurons of i are
/// marginalised and the others kept. The group's words differ in the lowest cube_bits bits only (the rest is ignored);
/// it is not pure.
/// Cell: NarrowRelayCell or RelayCell.
template <class Cell>
void add_cube(std::span<const RelayState<Cell>> group, const std::uint64_t* f, std::uint64_t* totals);

}  // namespace inforelay::detail
