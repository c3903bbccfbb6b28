// The header of a safetensors file.
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

/// Parses the JSON of a file of which `start` is all up to the end of the header. It is read as a stream of events, so
/// that depth and number of tensors are limited and duplicate keys are detected. Throws DataError with `file`.
SafetensorsHeader parse_safetensors_header(std::span<const std::uint8_t> start, std::string_view file);

}  // namespace inforelay
