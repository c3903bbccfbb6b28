// How strongly the outputs of a network depend on each unit of a hidden layer, from weights and gradients.
#pragma once

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "nn/network/mlp.hpp"

namespace inforelay {

/// |w_ck| of the weight from unit k to output c -> [C,K], if the output layer comes next; of other hidden layers the
/// Euclidean norm of the unit's outgoing weights, the same for all outputs. UsageError if the layer is not hidden.
RowMatrix<double> outgoing_weights(const Mlp& network, int layer);

/// Mean over the samples of |h_ik ds_ic / dh_ik| -> [C,K]: activation times gradient of the sum s_c of output c, before
/// its activation function, on which a decision depends (a first-order estimate of what removing the unit does:
/// Molchanov et al., ICLR 2017, there with the loss). If the output layer comes next, that is |w_ck| mean |h_ik|.
/// hidden [N,K]: activations of hidden layer `layer`. Cost O(N C W), W the weights of the layers after it. UsageError
/// if the layer is not hidden, shapes do not fit or there are no samples; Interrupted.
RowMatrix<double> mean_activation_gradient(const Mlp& network, int layer, const RowMatrix<float>& hidden,
                                           Progress& progress = Progress::none());

}  // namespace inforelay
