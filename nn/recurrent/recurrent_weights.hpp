// Weight files of recurrent networks: state dicts of PyTorch modules with one RNN, GRU or LSTM and a Linear readout, as
// PyTorch saves them or as safetensors. Nothing in a file is trusted, see nn/weights/weight_file.hpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "nn/recurrent/recurrent_network.hpp"
#include "nn/weights/tensors.hpp"
#include "nn/weights/weight_file.hpp"

namespace inforelay {

struct RecurrentWeightOptions {
  /// tanh or relu: of the cells of an Elman network, whose file does not state it unless this program has written it;
  /// to be left out for GRU and LSTM.
  std::optional<Activation> activation{};
  /// Of the readout; files of PyTorch do not state it.
  std::optional<Activation> output_activation{};
};

struct RecurrentWeightFile {
  RecurrentNetwork network;
  WeightSource source;
};

/// The network of a file that holds PREFIX.weight_ih_l0 [G H,in], PREFIX.weight_hh_l0 [G H,H], PREFIX.bias_ih_l0 and
/// PREFIX.bias_hh_l0 [G H] (both or neither: 0), the same with l1, l2, ... for further layers, and NAME.weight [out,H],
/// NAME.bias [out] (none: 0), the readout; and nothing else. H is the number of columns of weight_hh, the kind follows
/// from G = 1, 3, 4 and options.activation. Sizes are checked before anything is allocated. `file` is its name in
/// errors. Throws DataError: shapes that disagree, other tensors (bidirectional layers and projections are named), no
/// readout or several, NaN or infinite values, an activation that neither file nor options state, or that both state
/// differently.
RecurrentWeightFile recurrent_from_tensors(TensorFile tensors, const RecurrentWeightOptions& options,
                                           std::string_view file);

/// Reads the network in `path`, a safetensors file or a state dict of PyTorch in either format. Throws DataError in one
/// line.
RecurrentWeightFile load_recurrent(const std::filesystem::path& path, const RecurrentWeightOptions& options = {});

/// True if tensors have a name like those of a recurrent layer, "PREFIX.weight_hh_l0": whether a file is to be read by
/// recurrent_from_tensors() or network_from_tensors().
bool is_recurrent(const TensorFile& tensors);

/// The content of a safetensors file for `network`, with PyTorch's names: "rnn.", "gru." or "lstm.weight_ih_l0", ...,
/// "fc.weight", "fc.bias", the layers one after the other. The activations go into __metadata__, so that the same
/// network is read back, bit for bit.
std::vector<std::uint8_t> write_recurrent(const RecurrentNetwork& network);

/// Writes that file; it is replaced as a whole. Throws IoError.
void save_recurrent(const std::filesystem::path& path, const RecurrentNetwork& network);

}  // namespace inforelay
