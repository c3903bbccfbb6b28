// Relay information of every set of neurons.
#pragma once

#include <cstdint>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "infotheory/greedy.hpp"
#include "infotheory/state_table.hpp"

namespace inforelay {

struct ExhaustiveRelay {
  RowMatrix<float> information;        ///< [C,S] I_R in bits; column NeuronSet::index() of the relay set
  RowMatrix<double> best_information;  ///< [C,K+1] the largest I_R of a set of each size, bits
  RowMatrix<std::uint32_t> best_set;   ///< [C,K+1] that set's bits; of equals the lowest
  std::vector<double> above_greedy;    ///< [C] fraction of all S sets with I_R > that of the greedy set of their size
  std::vector<double> above_greedy_as_published;  ///< [C] the same against the greedy set one smaller
};

/// I_R of all S = 2^K sets for each class, and what they say about `greedy`, the greedy search of the same table.
///
/// Best sets and comparisons are made on exact values, before they are rounded to float, so ties are ties. The one set
/// of size K has no removal before it: its greedy value is I_R(all). UsageError where K >
/// NeuronSet::max_exhaustive_neurons or `greedy` has other shapes. Parallel, the same to the last bit for any number of
/// threads; throws Interrupted.
ExhaustiveRelay exhaustive_relay(const StateTable& table, const GreedyRelay& greedy,
                                 Progress& progress = Progress::none());

}  // namespace inforelay
