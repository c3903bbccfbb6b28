// Relay information of a set of units: how much of what the output says about the input passes through these units.
#pragma once

#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/sets/neuron_set.hpp"
#include "infotheory/states/level_table.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay {

/// Relay information of the set Y_R = `relay`, in bits, in [-1,1] (plug-in estimate):
///
///     I_R(X_in; X_out; Y_R | Y_0) = I(X_in; X_out | Y_0) - I(X_in; X_out | Y_0, Y_R),   Y_0 = all units but Y_R
///
/// (Hintze & Adami, Entropy 2023, 25(3), 401, eq. 4; equal to its sum of eight entropies), with X_in and X_out of the
/// contrast (states/contrast.hpp). Negative values are real: a collider gives -1. Exactly 0 for the empty set.
/// UsageError if the contrast is not in [0,C), the table has more than 32 units or `relay` has a unit at or above K.
/// Cost O(M log M).
double relay_information_bits(const StateTable& table, int contrast, NeuronSet relay);

/// The same for tables of any number of units, with the units of Y_R in any order, each once. In a LevelTable, X_in and
/// X_out may have any number of values; I_R is then in [-h,h] with h = min(H(X_in), H(X_out)). Cost O(M log M)
/// comparisons of the units of Y_0.
double wide_relay_information_bits(const StateTable& table, int contrast, std::span<const int> relay);
double relay_information_bits(const LevelTable& table, int contrast, std::span<const int> relay);

// The functions below take tables of any number of units and a list of R contrasts, in any order; an empty list stands
// for all contrasts in their order. UsageError for a contrast that is not in [0,C).

/// I_R of all units together -> [R], bits. Cost O(R M).
std::vector<double> total_relay_information_bits(const StateTable& table, std::span<const int> contrasts = {});
std::vector<double> total_relay_information_bits(const LevelTable& table, std::span<const int> contrasts = {});

/// Single-neuron loss I_R(all) - I_R(all but k) -> [R,K], bits. Negative if the others relay more without k. Cost
/// O(R M K), parallel over contrasts; throws Interrupted.
RowMatrix<double> single_neuron_loss_bits(const StateTable& table, std::span<const int> contrasts = {},
                                          Progress& progress = Progress::none());
RowMatrix<double> single_neuron_loss_bits(const LevelTable& table, std::span<const int> contrasts = {},
                                          Progress& progress = Progress::none());

}  // namespace inforelay
