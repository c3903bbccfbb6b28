// The header of a safetensors file.
#pragma once

#include <cstdint>
#include <map>
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
  std::vector<Tensor> tensors;  ///< in the order written, names differ; each field is there
  std::map<std::string, std::string> metadata;
};

/// Parses the JSON. It is read as a stream of events, so that nothing is built that does not belong: depth and number
/// of tensors are limited, duplicate keys are seen. Throws DataError with `file`.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::string_view file);

}  // namespace inforelay
