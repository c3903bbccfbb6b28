// IDX files, the format of MNIST: a big-endian header (two zero bytes, a type, the number of dimensions, each dimension
// as 32 bits), then the values. http://yann.lecun.com/exdb/mnist/
//
// Whether a file is gzipped is determined from its content, not its name. The header is checked before anything of its
// size is allocated, and decompression stops one byte after the size given in the header.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/axes.hpp"

namespace inforelay {

/// N images of rows x columns bytes.
struct IdxImages {
  int rows = 0, columns = 0;
  RowMatrix<std::uint8_t> pixels;  ///< [N, rows * columns]
};

/// The most bytes, header included, of an IDX file after decompression: 1 GiB.
inline constexpr std::uint64_t max_idx_bytes = std::uint64_t{1} << 30;

/// Images (unsigned bytes, 3 dimensions, magic number 0x00000803) from the content of a file, plain or gzipped. N may
/// be 0; rows and columns are in [1,4096]. `name` is the name of the content in errors. Throws DataError with the
/// offset or field, the value found and the value expected: wrong magic number, type or dimensions, too big, truncated,
/// bytes after the end, damaged gzip.
IdxImages parse_idx_images(std::span<const std::uint8_t> content, std::string_view name);
/// Labels (unsigned bytes, 1 dimension, magic number 0x00000801): [N]. Errors as above.
std::vector<std::uint8_t> parse_idx_labels(std::span<const std::uint8_t> content, std::string_view name);
/// Labels as other data sets have them: integers of 1, 2 or 4 bytes, signed or not, [N] or the first column of [N, n],
/// n in [1,4096], as in QMNIST. Errors as above.
std::vector<std::int64_t> parse_idx_integers(std::span<const std::uint8_t> content, std::string_view name);

}  // namespace inforelay
