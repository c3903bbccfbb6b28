// What single units say about the symbols of the samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/recording.hpp"
#include "infotheory/states/contrast.hpp"

namespace inforelay {

/// I([symbol is in the set]; state of unit k) of each set of symbols -> [sets.size(),K], bits, plug-in, in [0,1].
/// states [N,K] levels of each unit; symbols [N]. UsageError if lengths differ or are 0, or for a symbol that is no
/// member of the sets' range. Cost O(N K), parallel over units.
RowMatrix<double> unit_information_bits(const RowMatrix<std::uint8_t>& states, std::span<const Symbol> symbols,
                                        std::span<const SymbolSet> sets);

/// Class selectivity of each unit -> [K], in [0,1] (Morcos, Barrett, Rabinowitz and Botvinick, ICLR 2018):
///
///     (mu_max - mu_rest) / (mu_max + mu_rest)
///
/// mu_max: the largest of the unit's means over the samples of each symbol; mu_rest: the mean of its means over the
/// samples of the other symbols. The index is meant for values that are not negative; so values are taken relative to
/// the lowest one of the unit, which changes nothing for a relu that is off for some sample. 0 for a unit that is
/// constant. values [N,K]; symbols [N], of which those that occur count. UsageError if lengths differ or fewer than two
/// symbols occur; ComputeError for a value that is not finite. Cost O(N K).
std::vector<double> selectivity(const RowMatrix<float>& values, std::span<const Symbol> symbols);

}  // namespace inforelay
