#include "experiments/page/packed_array.hpp"

#include <bit>
#include <limits>
#include <variant>

#include "core/files/deflate.hpp"
#include "experiments/page/base64.hpp"

namespace inforelay {
namespace {

static_assert(std::endian::native == std::endian::little, "the page holds arrays as they are in memory");

// First bytes, second bytes, ... of values of `width` bytes.
std::vector<std::uint8_t> byte_planes(std::span<const std::uint8_t> bytes, std::size_t width) {
  std::vector<std::uint8_t> planes;
  planes.reserve(bytes.size());
  for (std::size_t b = 0; b < width; ++b) {
    for (std::size_t at = b; at < bytes.size(); at += width) planes.push_back(bytes[at]);
  }
  return planes;
}

template <class T>
nlohmann::json converted(const RowMatrix<std::int64_t>& values, const std::vector<std::size_t>& shape) {
  const RowMatrix<T> numbers = values.template cast<T>();
  return packed(std::span<const T>(numbers.data(), static_cast<std::size_t>(numbers.size())), shape);
}

nlohmann::json packed_integers(const RowMatrix<std::int64_t>& values, const std::vector<std::size_t>& shape) {
  const auto fits = [&](std::uint32_t most) {
    return values.size() == 0 || (values.minCoeff() >= 0 && values.maxCoeff() <= std::int64_t{most});
  };
  if (fits(std::numeric_limits<std::uint8_t>::max())) return converted<std::uint8_t>(values, shape);
  if (fits(std::numeric_limits<std::uint16_t>::max())) return converted<std::uint16_t>(values, shape);
  if (fits(std::numeric_limits<std::uint32_t>::max())) return converted<std::uint32_t>(values, shape);
  return converted<double>(values, shape);
}

}  // namespace

nlohmann::json packed_bytes(std::string_view type, std::span<const std::uint8_t> bytes, std::size_t width,
                            const std::vector<std::size_t>& shape) {
  nlohmann::json out{{"type", type}, {"shape", shape}};
  const std::vector<std::uint8_t> small = deflated(byte_planes(bytes, width));
  if (small.size() < bytes.size())
    out["deflated"] = base64(small);
  else
    out["data"] = base64(bytes);
  return out;
}

nlohmann::json packed(const ResultArray& array) {
  return std::visit(
      [&](const auto& values) -> nlohmann::json {
        using Values = std::decay_t<decltype(values)>;
        if constexpr (std::is_same_v<Values, std::vector<std::string>>)
          return values;
        else if constexpr (std::is_same_v<Values, RowMatrix<std::int64_t>>)
          return packed_integers(values, array.shape);
        else
          return packed(std::span(values.data(), static_cast<std::size_t>(values.size())), array.shape);
      },
      array.values);
}

}  // namespace inforelay
