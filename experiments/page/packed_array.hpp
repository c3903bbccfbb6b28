// Arrays in the data of the page: {"type": "f32", "shape": [10, 20], "data": base64 of the little-endian values}. Read
// by arrays.js.
#pragma once

#include <bit>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "experiments/page/base64.hpp"
#include "experiments/results/result_arrays.hpp"

namespace inforelay {

static_assert(std::endian::native == std::endian::little, "the page holds arrays as they are in memory");

template <class T>
constexpr std::string_view packed_type() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return "u8";
  if constexpr (std::is_same_v<T, std::uint16_t>) return "u16";
  if constexpr (std::is_same_v<T, std::uint32_t>) return "u32";
  if constexpr (std::is_same_v<T, float>) return "f32";
  if constexpr (std::is_same_v<T, double>) return "f64";
}

template <class T>
nlohmann::json packed(std::span<const T> values, const std::vector<std::size_t>& shape) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());
  return {{"type", packed_type<T>()}, {"shape", shape}, {"data", base64({bytes, values.size() * sizeof(T)})}};
}

template <class T>
nlohmann::json packed(const std::vector<T>& values) {
  return packed(std::span<const T>(values), {values.size()});
}

/// Numbers of results, whole ones of 64 bits as doubles; texts as a list.
nlohmann::json packed(const ResultArray& array);

}  // namespace inforelay
