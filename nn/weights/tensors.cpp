#include "nn/weights/tensors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cassert>

#include "core/error.hpp"

namespace inforelay {
namespace {

constexpr std::string_view weight_ending = ".weight";

std::uint64_t read_unsigned(const std::uint8_t* bytes, std::size_t size, bool big_endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes[big_endian ? i : size - 1 - i];
  return value;
}

}  // namespace

bool is_layer_weight(std::string_view name, std::span<const std::uint64_t> shape) {
  return shape.size() == 2 && name.size() > weight_ending.size() && name.ends_with(weight_ending);
}

std::string_view layer_name(std::string_view tensor_name) { return tensor_name.substr(0, tensor_name.rfind('.')); }

bool is_batch_counter(std::string_view name) { return name.ends_with(".num_batches_tracked"); }

bool is_integer(ElementType type) { return type >= ElementType::i64; }

std::size_t element_bytes(ElementType type) {
  switch (type) {
    case ElementType::f64:
    case ElementType::i64:
      return 8;
    case ElementType::f32:
    case ElementType::i32:
      return 4;
    case ElementType::i8:
    case ElementType::u8:
      return 1;
    case ElementType::f16:
    case ElementType::bf16:
    case ElementType::i16:
      break;
  }
  return 2;
}

float element(ElementType type, std::span<const std::uint8_t> bytes, std::uint64_t index, bool big_endian) {
  const std::size_t size = element_bytes(type);
  assert((index + 1) * size <= bytes.size());
  const std::uint64_t bits = read_unsigned(bytes.data() + index * size, size, big_endian);
  switch (type) {
    case ElementType::f64:
      return static_cast<float>(std::bit_cast<double>(bits));
    case ElementType::f32:
      return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    case ElementType::f16:
      return static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(static_cast<std::uint16_t>(bits)));
    case ElementType::bf16:
      return std::bit_cast<float>(static_cast<std::uint32_t>(bits << 16));  // the upper half of a 32-bit float
    case ElementType::u8:
      return static_cast<float>(bits);
    case ElementType::i64:
    case ElementType::i32:
    case ElementType::i16:
    case ElementType::i8:
      break;
  }
  const std::size_t unused_bits = 64 - 8 * size;
  return static_cast<float>(static_cast<std::int64_t>(bits << unused_bits) >> unused_bits);  // with its sign
}

std::uint64_t element_count(std::span<const std::uint64_t> shape, std::string_view place) {
  if (shape.size() > max_tensor_rank) {
    throw DataError("{} has {} axes, expected at most {}", place, shape.size(), max_tensor_rank);
  }
  // An extent of 0 makes the product 0 but does not excuse the others.
  std::uint64_t product = 1, largest = 1;
  for (const std::uint64_t extent : shape) {
    if (extent > max_weights / largest) {
      throw DataError("{} has shape {}, expected at most {} numbers", place, shape_text(shape), max_weights);
    }
    product *= extent;
    largest *= extent > 0 ? extent : 1;
  }
  return product;
}

std::string shape_text(std::span<const std::uint64_t> shape) { return fmt::format("[{}]", fmt::join(shape, ",")); }

}  // namespace inforelay
