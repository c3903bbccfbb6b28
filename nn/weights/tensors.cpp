#include "nn/weights/tensors.hpp"

#include <cassert>

#include "core/error.hpp"

namespace inforelay {
namespace {

constexpr std::string_view weight_ending = ".weight";

}  // namespace

bool is_layer_weight(std::string_view name, std::span<const std::uint64_t> shape) {
  return shape.size() == 2 && name.size() > weight_ending.size() && name.ends_with(weight_ending);
}

std::string_view layer_name(std::string_view tensor_name) { return tensor_name.substr(0, tensor_name.rfind('.')); }

bool is_batch_counter(std::string_view name) { return name.ends_with(".num_batches_tracked"); }

bool may_hold(std::string_view name, const StoredType& type) {
  if (type.kind == ElementKind::floating || type.kind == ElementKind::brain_float) return true;
  const bool is_integer = type.kind == ElementKind::signed_integer || type.kind == ElementKind::unsigned_integer;
  return is_integer && is_batch_counter(name);
}

float element(const StoredType& type, std::span<const std::uint8_t> bytes, std::uint64_t index) {
  assert((index + 1) * type.size <= bytes.size());
  return as_float(bytes.data() + index * type.size, type);
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

}  // namespace inforelay
