// Relay information of the sets that a permutation of the units builds up.
#pragma once

#include <cstdint>
#include <span>

#include "core/axes.hpp"
#include "infotheory/states/level_table.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay {

/// I_R of the first n units of `order` [K], a permutation of the units, for n = 0 ... K and each contrast -> values
/// [K+1,C], bits: relay_information_bits() (relay.hpp) of each of these sets, to the last bit. Backwards, unit by unit
/// into Y_0, dividing the states that agree on Y_0; those that are alone or pure are left out, so all K+1 sets cost
/// O(C M log M) or less if a few units tell the states apart, O(C M K) in the worst case. Any number of units.
/// UsageError if `order` is not a permutation.
void relay_along_bits(const StateTable& table, std::span<const std::uint32_t> order, RowMatrix<double>& values);
/// The same for units of several levels or any number of symbols. Cost K calls of relay_information_bits().
void relay_along_bits(const LevelTable& table, std::span<const std::uint32_t> order, RowMatrix<double>& values);

}  // namespace inforelay
