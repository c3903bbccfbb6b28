// Knockouts of any hidden layer, by a plain forward pass through the layers after it.
#pragma once

#include <cstdint>
#include <span>

#include "core/axes.hpp"
#include "core/recording.hpp"
#include "core/sets/neuron_set.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

/// For each output and each group of samples, the number of the group's samples for which the output is on (its
/// pre-activation is above 0) when `knocked_out` of hidden layer `layer` (1, 2, ...) is held at 0: [C,G].
/// hidden [N,K] are that layer's activations; group [N], each in [0,groups). Sums are in float, as in any forward pass:
/// an output within rounding of 0 may come out on either side, the same for any number of threads.
RowMatrix<std::uint32_t> count_on_forward(const Mlp& network, int layer, const RowMatrix<float>& hidden,
                                          NeuronSet knocked_out, std::span<const Symbol> group, int groups);

}  // namespace inforelay
