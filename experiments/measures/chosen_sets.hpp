// The few sets of units by which a class is described: the smallest with a part of the relay information, and pairs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/axes.hpp"
#include "core/sets/neuron_set.hpp"
#include "experiments/results/result_arrays.hpp"

namespace inforelay {

/// The columns of chosen_sets/set, in this order.
enum class ChosenSet { half, most, best_pair, greedy_pair };
inline constexpr int chosen_set_count = 4;
/// Values of the axis `choice`.
inline const std::vector<std::string> chosen_set_names{"50 %", "90 %", "best pair", "greedy pair"};

inline constexpr std::int64_t no_chosen_set = -1;

/// The sets chosen for each contrast from `relay`, a group relay/SUBSET: [C,4], bits of the set or no_chosen_set.
///
///   50 %, 90 %    the smallest set with at least that part of the relay information of all units; of equal size the
///                 one with the most. Of all sets if these are known (best/set), else of those on the greedy path. None
///                 if the relay information of all units is not positive, since no part of it means anything
///   best pair     the two units with the most relay information; none unless all sets are known
///   greedy pair   the two units that greedy removal keeps longest; none without a greedy search
///
/// None for a contrast that was not analysed, and no pair of fewer than two units.
RowMatrix<std::int64_t> choose_sets(const ResultView& relay);

}  // namespace inforelay
