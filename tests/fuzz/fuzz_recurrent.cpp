#include <algorithm>

#include "core/error.hpp"
#include "nn/recurrent/recurrent_weights.hpp"
#include "nn/weights/safetensors.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/fuzz/weights.hpp"

namespace inforelay::test {

bool fuzz_recurrent(const std::uint8_t* data, std::size_t size) {
  try {
    // What a file of PyTorch leaves open is given; a file of ours says it, and must then agree.
    const TensorFile tensors = read_tensors({data, size}, "fuzz");
    RecurrentWeightOptions options;
    if (!tensors.metadata.contains("output_activation")) options.output_activation = Activation::identity;
    if (!tensors.metadata.contains("cell_activation")) {
      for (const NamedTensor& tensor : tensors.tensors) {
        const bool square = tensor.shape.size() == 2 && tensor.shape[0] == tensor.shape[1];
        if (square && tensor.name.ends_with("weight_hh_l0")) options.activation = Activation::tanh;
      }
    }
    const RecurrentNetwork network = recurrent_from_tensors(tensors, options, "fuzz").network;
    check_shapes(network);  // throws what no reader may throw
    const auto content = write_recurrent(network);
    const RecurrentNetwork again = recurrent_from_tensors(read_safetensors(content, "again"), {}, "again").network;
    const auto blocks = parameter_blocks(network), same = parameter_blocks(again);
    require(blocks.size() == same.size() && network.kind == again.kind, "the same kind when written and read again");
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      require(std::ranges::equal(blocks[i], same[i]), "the same when written and read again");
      for (const float value : blocks[i]) require(std::isfinite(value), "weights are finite");
    }
    return true;
  } catch (const DataError& error) {
    require_message(error);
    return false;
  }
}

}  // namespace inforelay::test
