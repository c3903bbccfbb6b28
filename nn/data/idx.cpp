#include "nn/data/idx.hpp"

#include <array>

#include "core/error.hpp"
#include "core/files/gzip.hpp"

namespace inforelay {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Header and values of a file of `Dimensions` dimensions, checked in number.
template <std::size_t Dimensions>
struct Parsed {
  std::array<std::uint32_t, Dimensions> size{};
  Bytes bytes;  ///< header and values, as in the file
  std::span<const std::uint8_t> values() const { return std::span(bytes).subspan(4 + 4 * Dimensions); }
};

std::uint32_t big_endian(std::span<const std::uint8_t> bytes, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = offset; i < offset + 4; ++i) value = value << 8 | bytes[i];
  return value;
}

void check_magic(const Bytes& header, std::size_t dimensions, std::string_view name) {
  constexpr std::uint8_t unsigned_byte = 0x08;
  if (header[0] != 0 || header[1] != 0) {
    throw DataError("{}: not an IDX file: bytes at offset 0 are {:02x} {:02x}, expected 00 00", name, header[0],
                    header[1]);
  }
  if (header[2] != unsigned_byte) {
    throw DataError("{}: IDX type at offset 2 is 0x{:02x}, expected 0x08 (unsigned byte)", name, header[2]);
  }
  if (header[3] != dimensions) {
    throw DataError("{}: IDX dimensions at offset 3 are {}, expected {}", name, header[3], dimensions);
  }
}

template <std::size_t Dimensions>
Parsed<Dimensions> parse(std::span<const std::uint8_t> content, std::string_view name) {
  constexpr std::size_t header_bytes = 4 + 4 * Dimensions;
  const Bytes header = unpacked(content, header_bytes, name);
  if (header.size() >= 4) check_magic(header, Dimensions, name);
  if (header.size() < header_bytes) {
    throw DataError("{}: IDX header is cut off at {} bytes, expected {}", name, header.size(), header_bytes);
  }
  Parsed<Dimensions> parsed;
  std::uint64_t total = 1;
  for (std::size_t d = 0; d < Dimensions; ++d) {
    parsed.size[d] = big_endian(header, 4 + 4 * d);
    // Each factor is below 2^32 and the product so far below 2^30, so this cannot overflow.
    total *= parsed.size[d];
    if (total + header_bytes > max_idx_bytes) {
      throw DataError("{}: IDX dimension {} at offset {} is {}: {} bytes in all, expected at most {}", name, d,
                      4 + 4 * d, parsed.size[d], total + header_bytes, max_idx_bytes);
    }
  }
  const auto expected = static_cast<std::size_t>(total) + header_bytes;
  parsed.bytes = unpacked(content, expected + 1, name);
  if (parsed.bytes.size() < expected) {
    throw DataError("{}: IDX data are cut off at {} bytes, expected {}", name, parsed.bytes.size(), expected);
  }
  if (parsed.bytes.size() > expected) {
    throw DataError("{}: more bytes after the IDX data at offset {}, expected none", name, expected);
  }
  return parsed;
}

}  // namespace

IdxImages parse_idx_images(std::span<const std::uint8_t> content, std::string_view name) {
  const auto parsed = parse<3>(content, name);
  const auto [count, rows, columns] = parsed.size;
  // Rows and columns must be sensible even if there are no images: callers multiply them.
  for (const std::size_t d : {std::size_t{1}, std::size_t{2}}) {
    if (parsed.size[d] < 1 || parsed.size[d] > 4096) {
      throw DataError("{}: IDX {} at offset {} are {}, expected in [1,4096]", name, d == 1 ? "rows" : "columns",
                      4 + 4 * d, parsed.size[d]);
    }
  }
  IdxImages images{static_cast<int>(rows), static_cast<int>(columns), {}};
  images.pixels = Eigen::Map<const RowMatrix<std::uint8_t>>(parsed.values().data(), static_cast<Eigen::Index>(count),
                                                            static_cast<Eigen::Index>(rows * columns));
  return images;
}

std::vector<std::uint8_t> parse_idx_labels(std::span<const std::uint8_t> content, std::string_view name) {
  const auto parsed = parse<1>(content, name);
  return {parsed.values().begin(), parsed.values().end()};
}

}  // namespace inforelay
