// Relay information of one set of neurons: how much of what the output says about the input goes through them.
#pragma once

#include <vector>

#include "core/axes.hpp"
#include "core/sets/neuron_set.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay {

/// I(X_in; X_out | Y_given) of class `cls`, in bits, in [0,1] (plug-in estimate).
///
/// X_in = [label = cls], X_out = [prediction = cls], Y_given the states of the neurons in `given`.
/// UsageError where cls is not in [0,C) or `given` names a neuron at or above K. Cost O(M log M).
double conditional_information_bits(const StateTable& table, int cls, NeuronSet given);

/// Relay information of the set Y_R = `relay`, in bits, in [-1,1]:
///
///     I_R(X_in; X_out; Y_R | Y_0) = I(X_in; X_out | Y_0) - I(X_in; X_out | Y_0, Y_R),   Y_0 = all neurons but Y_R
///
/// (Hintze & Adami, Entropy 2023, 25(3), 401, eq. 4; equal to its sum of eight entropies). Negative values are real: a
/// collider gives -1. Exactly 0 for the empty set. Errors and cost as above.
double relay_information_bits(const StateTable& table, int cls, NeuronSet relay);

/// I_R of all neurons together -> [C], bits.
std::vector<double> total_relay_information_bits(const StateTable& table);

/// Single-neuron loss I_R(all) - I_R(all but k) -> [C,K], bits. Negative where the others relay more without k.
RowMatrix<double> single_neuron_loss_bits(const StateTable& table);

}  // namespace inforelay
