// The information about a variable that each set of units has, given another variable.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/recording.hpp"
#include "core/sets/neuron_set.hpp"
#include "infotheory/states/unit_states.hpp"

namespace inforelay {

/// I(A; B given C) in bits, for each set of units B of S = 2^K:
///
///     H(a,c) + H(B,c) - H(c) - H(a,B,c)
///
/// (representation of Marstaller, Hintze & Adami, Neural Computation 25, 2013, with a = environment, c = sensors).
/// `words` [N]: bit k is unit k in [0,units); a, c [N] any symbols. In [0, H(a)], 0 for the empty set; plug-in, and
/// exact up to the one division by N (see ExactNLogN), so that equal information is equal here. Throws UsageError if
/// lengths differ, there are no samples, or units are not in [1,24]; Interrupted. Parallel over sets. Cost for M
/// occupied cells (B,a,c): O(S M log M); memory 12 S bytes.
std::vector<double> information_of_sets_bits(std::span<const StateWord> words, int units, std::span<const Symbol> a,
                                             std::span<const Symbol> c, Progress& progress = Progress::none());

/// The same of given sets only -> [sets.size()]. Up to 32 units.
std::vector<double> information_of_sets_bits(std::span<const StateWord> words, int units, std::span<const Symbol> a,
                                             std::span<const Symbol> c, std::span<const NeuronSet> sets,
                                             Progress& progress = Progress::none());

}  // namespace inforelay
