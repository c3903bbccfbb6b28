// Layers of other kinds than dense ones, recognised by the names and shapes of their tensors, for messages.
#pragma once

#include <span>
#include <string_view>

#include "nn/weights/tensors.hpp"

namespace inforelay {

/// "a convolution", "a recurrent layer (RNN, LSTM, GRU)": the kind of layer in PyTorch that `tensor`, one of `tensors`,
/// is of; "" if its name and shape do not show it.
std::string_view foreign_layer(const NamedTensor& tensor, std::span<const NamedTensor> tensors);

/// True if the weight of a dense layer by its shape is an embedding by its name; these have no bias.
bool is_embedding(const NamedTensor& weight, std::span<const NamedTensor> tensors);

}  // namespace inforelay
