// Greedy search for sets of units by a measure other than relay information.
#pragma once

#include <cstdint>
#include <span>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "infotheory/relay/set_measures.hpp"

namespace inforelay {

/// One path for each of R contrasts. Step i in [0,K) leaves K-1-i units in the set.
struct MeasuredGreedy {
  RowMatrix<std::uint16_t> removal_order;  ///< [R,K] the unit taken out at step i
  RowMatrix<double> value;                 ///< [R,K] the measure of the set that is left, bits
};

/// Starting from all units, takes out at each step the unit whose removal leaves the set with the largest value of
/// `measure`, of equals the lowest; as greedy_relay() for relay information. For R contrasts, in any order; an empty
/// list stands for all of them. UsageError for a contrast that is not in [0,C), and for a StateTable of more than 32
/// units. Cost O(R K^2 M log M). Parallel over contrasts, the same to the last bit for any number of threads; reports
/// contrasts done; throws Interrupted.
MeasuredGreedy greedy_by_measure(const StateTable& table, SetMeasure measure, std::span<const int> contrasts = {},
                                 Progress& progress = Progress::none());
MeasuredGreedy greedy_by_measure(const LevelTable& table, SetMeasure measure, std::span<const int> contrasts = {},
                                 Progress& progress = Progress::none());

}  // namespace inforelay
