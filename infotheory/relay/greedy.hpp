// Which neurons relay a class: shrinking subset aggregation, one path or all tied paths.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/sets/neuron_set.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay {

/// In a removal order: no neuron, where a class was not asked for.
inline constexpr std::uint16_t no_neuron = std::numeric_limits<std::uint16_t>::max();

/// One greedy path for each class. Step i in [0,K) leaves K-1-i neurons in the relay set.
struct GreedyRelay {
  RowMatrix<std::uint16_t> removal_order;  ///< [C,K] the neuron taken out of Y_R at step i
  RowMatrix<double> information;  ///< [C,K] I_R of what is left, bits; the last, of the empty set, is exactly 0
};

/// Shrinking subset aggregation (Hintze & Adami 2023, Algorithm 1, as their code runs it): from Y_R = all neurons, take
/// out at each step the neuron whose removal leaves the largest I_R, of equals the lowest. Ties are exact (see NLogN).
///
/// Cost O(C K^2 M) at most; 60,000 samples of the authors' network, ten classes: some tens of milliseconds. Parallel
/// over classes; throws Interrupted.
GreedyRelay greedy_relay(const StateTable& table, Progress& progress = Progress::none());

/// The relay set of class `cls` when `size` in [0,K] neurons are left: the class's module, as far as greedy search
/// sees.
NeuronSet last_neurons(const GreedyRelay& greedy, int cls, int size);

/// Aggregated relay information V -> [C,K], bits: V[k] = sum over the steps i after which k is still in Y_R of
/// (I_R after the first removal - I_R after step i). So neurons that are removed first or second have 0.
RowMatrix<double> aggregated_relay_information_bits(const GreedyRelay& greedy);

struct BranchingOptions {
  std::size_t max_sets = 10'000;  ///< most tied sets kept at one step; more is a ComputeError
};

/// All tied greedy paths of one class. sets[i] are the relay sets left after step i in [0,K), ascending by bits, all
/// with the relay information information[i]; so sets[K-1] is the empty set alone.
struct BranchingRelay {
  std::vector<std::vector<NeuronSet>> sets;  ///< [K][number tied]
  std::vector<double> information;           ///< [K] bits
};

/// Like greedy_relay for class `cls`, but each step keeps all the sets that share the largest I_R, over all removals
/// from all sets kept at the step before. May leave more than the single path does. UsageError where cls is not in
/// [0,C); ComputeError, naming class and step, where more than max_sets are tied. Cost O(K M) for each set kept.
BranchingRelay branching_relay(const StateTable& table, int cls, const BranchingOptions& options = {},
                               Progress& progress = Progress::none());

/// The next step of that search: `paths` holds the steps before, none at the start, and must have fewer than K. Errors
/// as above, and Interrupted; `paths` is then as it was.
void branching_step(const StateTable& table, int cls, const BranchingOptions& options, BranchingRelay& paths,
                    const Progress& progress = Progress::none());

}  // namespace inforelay
