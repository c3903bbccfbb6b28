// Weight files in the format of core/files/safetensors_header.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nn/network/mlp.hpp"
#include "nn/weights/tensors.hpp"

namespace inforelay {

/// The tensors in the order of their numbers. The rules of the format are checked, all of them: a header of at most
/// 100,000,000 bytes that begins with '{', no key twice, types and shapes that agree with the offsets, numbers without
/// overlap or hole from the header to the end. F32, F64, F16 and BF16 are read, and integers of counters of batch
/// normalisation, other types refused by name. `file` is the name of the content in errors. Throws DataError.
TensorFile read_safetensors(std::span<const std::uint8_t> content, std::string_view file);

/// A tensor to be written; `values` are row-major, as many as the product of `shape`.
struct TensorView {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::span<const float> values;
};

/// The content of a file of these tensors, in this order, as 32-bit floats; with `metadata`, pairs of key and text.
std::vector<std::uint8_t> write_safetensors(std::span<const TensorView> tensors,
                                            std::span<const std::pair<std::string_view, std::string>> metadata);

/// The content of a file for `network`, see save_safetensors() in nn/weights/weight_file.hpp.
std::vector<std::uint8_t> write_safetensors(const Mlp& network, const InputScaling& inputs = {});

}  // namespace inforelay
