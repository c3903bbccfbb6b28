// Arrays in the data of the page: {"type": "f32", "shape": [10, 20], "deflated": text}, the text in base64 of deflate
// data (core/files/deflate.hpp) of the first bytes of all values, then their second bytes, and so on, little-endian:
// signs and exponents side by side compress well. Where that is no shorter, "data" in place of "deflated" is base64 of
// the values as they are. No digit is lost. Read by arrays.js.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "experiments/results/result_arrays.hpp"

namespace inforelay {

template <class T>
constexpr std::string_view packed_type() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return "u8";
  if constexpr (std::is_same_v<T, std::uint16_t>) return "u16";
  if constexpr (std::is_same_v<T, std::uint32_t>) return "u32";
  if constexpr (std::is_same_v<T, float>) return "f32";
  if constexpr (std::is_same_v<T, double>) return "f64";
}

/// The same of values of `width` bytes each as they are in memory.
nlohmann::json packed_bytes(std::string_view type, std::span<const std::uint8_t> bytes, std::size_t width,
                            const std::vector<std::size_t>& shape);

/// Cost: that of deflated(), 4 or 8 bytes per value.
template <class T>
nlohmann::json packed(std::span<const T> values, const std::vector<std::size_t>& shape) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());
  return packed_bytes(packed_type<T>(), {bytes, values.size() * sizeof(T)}, sizeof(T), shape);
}

template <class T>
nlohmann::json packed(const std::vector<T>& values) {
  return packed(std::span<const T>(values), {values.size()});
}

/// Numbers of results, whole ones of 64 bits as the smallest type that holds all, of negative ones as doubles; texts as
/// a list.
nlohmann::json packed(const ResultArray& array);

}  // namespace inforelay
