#include "core/files/hdf5_compression.hpp"

#include <zlib.h>

#include <algorithm>
#include <functional>
#include <numeric>

namespace inforelay::detail {
namespace {

constexpr std::size_t smallest = 1u << 20, pieces = 16, piece_bytes = 1u << 14, chunk_elements = 1u << 16;
constexpr double most_of_size = 0.2;

// As HDF5's shuffle filter: the first bytes of all elements, then the second ones, ...
std::vector<unsigned char> shuffled(const unsigned char* values, std::size_t elements, std::size_t element_bytes) {
  std::vector<unsigned char> bytes(elements * element_bytes);
  for (std::size_t i = 0; i < elements; ++i) {
    for (std::size_t b = 0; b < element_bytes; ++b) bytes[b * elements + i] = values[i * element_bytes + b];
  }
  return bytes;
}

}  // namespace

std::vector<hsize_t> compressed_chunks(const void* values, std::size_t element_bytes,
                                       const std::vector<std::size_t>& shape) {
  const std::size_t elements = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
  if (values == nullptr || shape.empty() || elements * element_bytes < smallest) return {};
  if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) <= 0 || H5Zfilter_avail(H5Z_FILTER_SHUFFLE) <= 0) return {};
  const auto* bytes = static_cast<const unsigned char*>(values);
  const std::size_t in_piece = piece_bytes / element_bytes;
  uLong before = 0, after = 0;
  for (std::size_t piece = 0; piece < pieces; ++piece) {
    const std::size_t first = piece * (elements - in_piece) / (pieces - 1);
    const std::vector<unsigned char> source = shuffled(bytes + first * element_bytes, in_piece, element_bytes);
    std::vector<unsigned char> target(compressBound(static_cast<uLong>(source.size())));
    uLongf length = static_cast<uLongf>(target.size());
    if (compress2(target.data(), &length, source.data(), static_cast<uLong>(source.size()),
                  static_cast<int>(compression_level)) != Z_OK)
      return {};
    before += static_cast<uLong>(source.size());
    after += length;
  }
  if (static_cast<double>(after) > most_of_size * static_cast<double>(before)) return {};
  std::vector<hsize_t> chunks(shape.size(), 1);
  std::size_t room = chunk_elements;
  for (std::size_t axis = shape.size(); axis-- > 0 && room > 1;) {
    chunks[axis] = std::min(room, shape[axis]);
    room /= std::max<std::size_t>(1, static_cast<std::size_t>(chunks[axis]));
  }
  return chunks;
}

}  // namespace inforelay::detail
