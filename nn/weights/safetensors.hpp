// safetensors, https://github.com/huggingface/safetensors: 8 bytes, the length of a header (little endian); the header,
// JSON, {"NAME": {"dtype": "F32", "shape": [20,30], "data_offsets": [BEGIN,END]}, ..., "__metadata__": {text: text}};
// then the numbers, little endian, row-major, to the end of the file.
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

/// True if the content begins like such a file.
bool is_safetensors(std::span<const std::uint8_t> content);

/// Where the header ends and the numbers begin, by the first 8 bytes of `content`, the start of a file of `size` bytes.
/// Throws DataError, with `file`, if the content is not safetensors, or the end is beyond the format's limit or `size`.
std::uint64_t safetensors_header_end(std::span<const std::uint8_t> content, std::uint64_t size, std::string_view file);

/// The tensors in the order of their numbers. The rules of the format are checked, all of them: a header of at most
/// 100,000,000 bytes that begins with '{', no key twice, types and shapes that agree with the offsets, numbers without
/// overlap or hole from the header to the end. F32, F64, F16 and BF16 are read, other types refused by name. `file` is
/// the name of the content in errors. Throws DataError.
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
std::vector<std::uint8_t> write_safetensors(const Mlp& network);

}  // namespace inforelay
