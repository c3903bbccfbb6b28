#include "nn/data/idx.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/files/gzip.hpp"

namespace inforelay {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// The types of values that are read, and the bytes of each.
enum class ValueType : std::uint8_t { unsigned_byte = 0x08, signed_byte = 0x09, short_integer = 0x0b, integer = 0x0c };

constexpr std::size_t bytes_of(ValueType type) {
  return type == ValueType::integer ? 4 : type == ValueType::short_integer ? 2 : 1;
}

/// Header and values of a file, checked in number.
struct Parsed {
  ValueType type{};
  std::vector<std::uint32_t> size;  ///< of each dimension
  Bytes bytes;                      ///< header and values, as in the file
  std::span<const std::uint8_t> values() const { return std::span(bytes).subspan(4 + 4 * size.size()); }
};

std::uint32_t big_endian(std::span<const std::uint8_t> bytes, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = offset; i < offset + 4; ++i) value = value << 8 | bytes[i];
  return value;
}

struct Expected {
  std::vector<ValueType> types;
  std::string_view type_names;
  std::size_t fewest_dimensions, most_dimensions;
};

void check_magic(const Bytes& header, const Expected& expected, std::string_view name) {
  if (header[0] != 0 || header[1] != 0) {
    throw DataError("{}: not an IDX file: bytes at offset 0 are {:02x} {:02x}, expected 00 00", name, header[0],
                    header[1]);
  }
  if (std::find(expected.types.begin(), expected.types.end(), ValueType{header[2]}) == expected.types.end()) {
    throw DataError("{}: IDX type at offset 2 is 0x{:02x}, expected {}", name, header[2], expected.type_names);
  }
  if (header[3] < expected.fewest_dimensions || header[3] > expected.most_dimensions) {
    throw DataError(
        "{}: IDX dimensions at offset 3 are {}, expected {}{}", name, header[3], expected.fewest_dimensions,
        expected.most_dimensions > expected.fewest_dimensions ? fmt::format(" to {}", expected.most_dimensions) : "");
  }
}

// What extents beyond the first may be: callers multiply them, even where there are no samples.
void check_extent(std::uint32_t extent, std::size_t dimension, std::string_view what, std::string_view name) {
  constexpr std::uint32_t most = 4096;
  if (extent >= 1 && extent <= most) return;
  throw DataError("{}: IDX {} at offset {} are {}, expected in [1,{}]", name, what, 4 + 4 * dimension, extent, most);
}

Parsed parse(std::span<const std::uint8_t> content, const Expected& expected, std::string_view name) {
  const Bytes start = unpacked(content, 4, name);
  if (start.size() == 4) check_magic(start, expected, name);
  const std::size_t dimensions = start.size() == 4 ? start[3] : expected.fewest_dimensions;
  const std::size_t header_bytes = 4 + 4 * dimensions;
  const Bytes header = unpacked(content, header_bytes, name);
  if (header.size() < header_bytes) {
    throw DataError("{}: IDX header is cut off at {} bytes, expected {}", name, header.size(), header_bytes);
  }
  Parsed parsed;
  parsed.type = ValueType{header[2]};
  std::uint64_t total = bytes_of(parsed.type);
  for (std::size_t d = 0; d < dimensions; ++d) {
    parsed.size.push_back(big_endian(header, 4 + 4 * d));
    // Each factor is below 2^32 and the product so far at most 2^30, so this cannot overflow.
    total *= parsed.size[d];
    if (total + header_bytes > max_idx_bytes) {
      throw DataError("{}: IDX dimension {} at offset {} is {}: {} bytes in all, expected at most {}", name, d,
                      4 + 4 * d, parsed.size[d], total + header_bytes, max_idx_bytes);
    }
  }
  const auto expected_bytes = static_cast<std::size_t>(total) + header_bytes;
  parsed.bytes = unpacked(content, expected_bytes + 1, name);
  if (parsed.bytes.size() < expected_bytes) {
    throw DataError("{}: IDX data are cut off at {} bytes, expected {}", name, parsed.bytes.size(), expected_bytes);
  }
  if (parsed.bytes.size() > expected_bytes) {
    throw DataError("{}: more bytes after the IDX data at offset {}, expected none", name, expected_bytes);
  }
  return parsed;
}

const Expected& bytes_in(std::size_t dimensions) {
  static const Expected labels{{ValueType::unsigned_byte}, "0x08 (unsigned byte)", 1, 1};
  static const Expected images{{ValueType::unsigned_byte}, "0x08 (unsigned byte)", 3, 3};
  return dimensions == 1 ? labels : images;
}

}  // namespace

IdxImages parse_idx_images(std::span<const std::uint8_t> content, std::string_view name) {
  const Parsed parsed = parse(content, bytes_in(3), name);
  check_extent(parsed.size[1], 1, "rows", name);
  check_extent(parsed.size[2], 2, "columns", name);
  IdxImages images{static_cast<int>(parsed.size[1]), static_cast<int>(parsed.size[2]), {}};
  images.pixels =
      Eigen::Map<const RowMatrix<std::uint8_t>>(parsed.values().data(), static_cast<Eigen::Index>(parsed.size[0]),
                                                static_cast<Eigen::Index>(images.rows * images.columns));
  return images;
}

std::vector<std::uint8_t> parse_idx_labels(std::span<const std::uint8_t> content, std::string_view name) {
  const Parsed parsed = parse(content, bytes_in(1), name);
  return {parsed.values().begin(), parsed.values().end()};
}

std::vector<std::int64_t> parse_idx_integers(std::span<const std::uint8_t> content, std::string_view name) {
  static const Expected integers{
      {ValueType::unsigned_byte, ValueType::signed_byte, ValueType::short_integer, ValueType::integer},
      "0x08, 0x09, 0x0b or 0x0c (integers of 1, 2 or 4 bytes)",
      1,
      2};
  const Parsed parsed = parse(content, integers, name);
  if (parsed.size.size() == 2) check_extent(parsed.size[1], 1, "columns", name);
  const std::size_t width = bytes_of(parsed.type), columns = parsed.size.size() == 2 ? parsed.size[1] : 1;
  std::vector<std::int64_t> labels(parsed.size[0]);
  for (std::size_t n = 0; n < labels.size(); ++n) {
    const auto bytes = parsed.values().subspan(n * columns * width, width);
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes) value = value << 8 | byte;
    const std::uint64_t sign = std::uint64_t{1} << (8 * width - 1);
    const bool is_negative = parsed.type != ValueType::unsigned_byte && (value & sign) != 0;
    labels[n] = static_cast<std::int64_t>(value) - (is_negative ? static_cast<std::int64_t>(2 * sign) : 0);
  }
  return labels;
}

}  // namespace inforelay
