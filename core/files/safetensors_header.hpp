// The header of a safetensors file, https://github.com/huggingface/safetensors: 8 bytes, the length of the header
// (little endian); the header, JSON, {"NAME": {"dtype": "F32", "shape": [20,30], "data_offsets": [BEGIN,END]}, ...,
// "__metadata__": {text: text}}; then the numbers, little endian, row-major, to the end of the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inforelay {

inline constexpr std::size_t max_tensors = 1024;
inline constexpr std::size_t max_tensor_rank = 8;

struct SafetensorsHeader {
  struct Tensor {
    std::string name;
    std::string dtype{};
    std::vector<std::uint64_t> shape{};
    std::vector<std::uint64_t> data_offsets{};  ///< two, from the end of the header
    bool has_dtype = false, has_shape = false, has_offsets = false;
  };
  std::vector<Tensor> tensors;  ///< in the order written, names differ; all fields are set
  std::map<std::string, std::string> metadata;
};

/// The bytes of a file before its JSON.
inline constexpr std::size_t safetensors_length_bytes = 8;

/// True if the content begins like such a file.
bool is_safetensors(std::span<const std::uint8_t> content);

/// Where the header ends and the numbers begin, by the first 8 bytes of `content`, the start of a file of `size` bytes.
/// Throws DataError, with `file`, if the content is not safetensors, or the end is beyond the format's limit or `size`.
std::uint64_t safetensors_header_end(std::span<const std::uint8_t> content, std::uint64_t size, std::string_view file);

/// Parses the JSON of a file of which `start` is all up to the end of the header. It is read as a stream of events, so
/// that depth and number of tensors are limited and duplicate keys are detected. Throws DataError with `file`.
SafetensorsHeader parse_safetensors_header(std::span<const std::uint8_t> start, std::string_view file);

/// Puts the tensors into the order of their numbers. Throws DataError unless they cover the `data_bytes` behind the
/// header without overlap or hole.
void sort_safetensors(SafetensorsHeader& header, std::uint64_t data_bytes, std::string_view file);

}  // namespace inforelay
