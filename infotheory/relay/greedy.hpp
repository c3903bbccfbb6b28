// Greedy search for the units that relay a contrast: shrinking subset aggregation, along one path or all tied paths.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/sets/neuron_set.hpp"
#include "infotheory/states/level_table.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay {

/// Stands for "no unit" in a removal order, e.g. in the rows of classes that were not computed.
inline constexpr std::uint16_t no_neuron = std::numeric_limits<std::uint16_t>::max();

/// One greedy path for each of R contrasts. Step i in [0,K) leaves K-1-i units in the relay set.
struct GreedyRelay {
  RowMatrix<std::uint16_t> removal_order;  ///< [R,K] the unit taken out of Y_R at step i
  RowMatrix<double> information;  ///< [R,K] I_R of what is left, bits; the last, of the empty set, is exactly 0
};

/// Shrinking subset aggregation (Hintze & Adami 2023, Algorithm 1, as their code runs it): starting from Y_R = all
/// units, take out at each step the unit whose removal leaves the largest I_R, of equals the lowest. Ties are exact
/// (see ExactNLogN). For R contrasts, in any order; an empty list stands for all of them. UsageError if one is not in
/// [0,C).
///
/// Up to 32 units: cost O(R K^2 M) at most; 60,000 samples of the authors' network, ten classes: tens of milliseconds.
///
/// More units: the states are kept in cells that agree on Y_0. Only a cell that is divided by a unit is evaluated
/// again, and a pure one never; since cells are only ever divided, there are fewer than M divisions in all, whatever K
/// is. Cost of a contrast: O(K (M log M + D)) for D divisions, most of it evaluations of n log2 n. K = 1,000 and N =
/// 60,000: see bench/README.md. Memory of a contrast: 24 M bytes and 16 K bytes for each cell of many samples (more
/// than 256 ways to choose from its four kinds of sample, so at least 13 samples): at most 16 K M / 13, 74 MB for K =
/// 1,000 and M = 60,000, in addition to the table. As many contrasts at once as there are threads.
///
/// Parallel over contrasts. Reports steps done of R K; throws Interrupted.
GreedyRelay greedy_relay(const StateTable& table, std::span<const int> contrasts = {},
                         Progress& progress = Progress::none());

/// The same for units of several levels and contrasts of any number of symbols: the same rules for ties, and for binary
/// units and contrasts the same result to the last bit. Cost of a contrast: O(K E) for each time that the cell of a
/// state is divided, of which there are about log M / log(levels) in data like ours; E: pairs of symbols of all states.
/// Memory of a contrast: 4 M + 12 E bytes, and 8 K bytes for each cell of 64 states or more.
GreedyRelay greedy_relay(const LevelTable& table, std::span<const int> contrasts = {},
                         Progress& progress = Progress::none());

/// Aggregated relay information V -> [R,K], bits: V[k] = sum over the steps i after which k is still in Y_R of
/// (I_R after the first removal - I_R after step i). So units that are removed first or second have 0.
RowMatrix<double> aggregated_relay_information_bits(const GreedyRelay& greedy);

/// I_R of the greedy set of each size -> [R,K+1], bits; of size K: `total`, I_R of all units [R].
RowMatrix<double> greedy_information_by_size(const GreedyRelay& greedy, std::span<const double> total);

/// The greedy set of `count` units of a row of GreedyRelay::removal_order: those that are removed last, ascending.
/// UsageError for a row that is not there or a count that is not in [1,K].
std::vector<int> last_units(const RowMatrix<std::uint16_t>& removal_order, std::size_t row, std::size_t count);

struct BranchingOptions {
  std::size_t max_sets = 10'000;  ///< most tied sets kept at one step; more is a ComputeError
};

/// All tied greedy paths of one contrast. sets[i] are the relay sets left after step i in [0,K), ascending by bits, all
/// with the relay information information[i]; so sets[K-1] is the empty set alone.
struct BranchingRelay {
  std::vector<std::vector<NeuronSet>> sets;  ///< [K][number tied]
  std::vector<double> information;           ///< [K] bits
};

/// Like greedy_relay for one contrast, but each step keeps all the sets that share the largest I_R, over all removals
/// from all sets kept at the step before. May leave more than the single path does. UsageError if the contrast is not
/// in [0,C) or the table has more than 32 units; ComputeError, naming contrast and step, if more than max_sets are
/// tied. Cost O(K M) for each set kept.
BranchingRelay branching_relay(const StateTable& table, int contrast, const BranchingOptions& options = {},
                               Progress& progress = Progress::none());

/// The next step of that search: `paths` holds the steps before, none at the start, and must have fewer than K. Errors
/// as above, and Interrupted; `paths` is then unchanged.
void branching_step(const StateTable& table, int contrast, const BranchingOptions& options, BranchingRelay& paths,
                    const Progress& progress = Progress::none());

}  // namespace inforelay
