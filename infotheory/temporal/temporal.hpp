// Measures of systems over time: temporal representation, transfer entropy, drift of relays. Samples are trials of
// equally many steps, one after the other: sample trial * steps + t is step t of a trial. Nothing is ever computed
// across the end of a trial.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/recording.hpp"
#include "core/sets/neuron_set.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/states/unit_states.hpp"

namespace inforelay {

struct TemporalOptions {
  std::vector<std::size_t> lags{1, 2, 3, 4};  ///< p >= 0, each less than the steps per trial
  /// The input before the first step of a trial, so that all steps count; none: the first p steps of a trial are left
  /// out. The published tables of the n-back networks have 0.
  std::optional<Symbol> before_start{};
};

/// Temporal representation (Bohm, Kirkpatrick & Hintze, Neural Computation 2022) of every set B at every lag p ->
/// [lag,S], bits:
///
///     R_p(B) = I(x_{t-p}; B(t) given x_t)
///
/// In [0, H(x_{t-p} given x_t)]; 0 at lag 0. states [N,K], K in [1,24]; inputs x [N]. Throws UsageError for numbers
/// that do not fit together; Interrupted. Cost for each lag: information_of_sets_bits().
RowMatrix<double> temporal_representation_bits(const UnitStates& states, std::span<const Symbol> inputs,
                                               std::size_t steps, const TemporalOptions& options = {},
                                               Progress& progress = Progress::none());

/// Transfer entropy (Schreiber, Phys. Rev. Lett. 85, 2000) with one step of history, from each set of units B to unit j
/// = `target` -> [S], bits: I(y_j(t+1); B(t) given y_j(t)), in [0,1]; 0 from the unit itself. K in [1,24]. Throws
/// UsageError for a unit out of range or fewer than 2 steps per trial; Interrupted.
std::vector<double> transfer_entropy_of_sets_bits(const UnitStates& states, std::size_t steps, int target,
                                                  Progress& progress = Progress::none());
/// From unit i to unit j -> [K,K], row i; zeros on the diagonal. Up to 32 units.
RowMatrix<double> transfer_entropy_between_units_bits(const UnitStates& states, std::size_t steps,
                                                      Progress& progress = Progress::none());

/// 1 - |A and B| / |A or B|, the Jaccard distance of two lists of different units, in [0,1]; 0 of two empty lists.
double jaccard_distance(std::span<const int> a, std::span<const int> b);

/// Drift of the relays of each contrast: the Jaccard distance of the last_units() of the greedy paths at t and t + 1
/// -> [R,T-1]; 0: they stay, 1: no unit is among both. `paths`: one for each of T times. Throws UsageError unless there
/// are at least two, all have the same shape and count is in [1,K].
RowMatrix<double> relay_drift(std::span<const GreedyRelay> paths, std::size_t count);

}  // namespace inforelay
