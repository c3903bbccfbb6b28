// Relay information of wide layers, up to 4,096 neurons: what can be had without going through the sets.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/states/bit_states.hpp"

namespace inforelay {

/// Quantities of relay.hpp for R classes.
struct WideRelay {
  std::vector<double> all;   ///< [R] I_R of all neurons, bits
  RowMatrix<double> single;  ///< [R,K] I_R(all) - I_R(all but k), bits
};

/// Of each of `classes`, in their order. UsageError where one is not in [0,C). Cost O(M K) for each class, parallel
/// over classes; throws Interrupted.
WideRelay wide_relay_information(const BitStateTable& table, std::span<const int> classes,
                                 Progress& progress = Progress::none());

/// Shrinking subset aggregation as greedy_relay() does it, with its results to the last bit, for each of `classes` in
/// their order: rows [R]. UsageError where a class is not in [0,C).
///
/// The samples are kept in cells that agree on Y_0. Only a cell that a neuron divides is evaluated again, and a pure
/// one never; since cells are only ever divided, there are fewer than M divisions in all, whatever K is. Cost of a
/// class: O(K (M log M + D)) for D divisions, most of it evaluations of n log2 n. K = 1,000 and N = 60,000: see
/// bench/README.md.
///
/// Memory of a class: 24 M bytes and 16 K bytes for each cell of many samples (more than 256 ways to choose from its
/// four kinds of sample, so at least 13 samples): at most 16 K M / 13, 74 MB for K = 1,000 and M = 60,000, beside the
/// table's 8 M W. As many classes at once as there are threads.
///
/// Parallel over classes. Reports steps done of R K; throws Interrupted.
GreedyRelay wide_greedy_relay(const BitStateTable& table, std::span<const int> classes,
                              Progress& progress = Progress::none());

}  // namespace inforelay
