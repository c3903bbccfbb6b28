#include "core/files/deflate.hpp"

#include <zlib.h>

#include <cassert>
#include <limits>

#include "core/error.hpp"

namespace inforelay {
namespace {

/// zlib's state while it compresses, freed at the end.
struct Deflater {
  z_stream stream{};
  Deflater() {
    constexpr int most_memory = 9;  // 256 KiB: longer blocks, a little smaller
    // Negative bits of the window: without a header.
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, most_memory, Z_DEFAULT_STRATEGY) != Z_OK)
      throw ComputeError("zlib cannot start to compress: out of memory");
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater() { deflateEnd(&stream); }
};

}  // namespace

std::vector<std::uint8_t> deflated(std::span<const std::uint8_t> bytes) {
  assert(bytes.size() <= std::numeric_limits<uInt>::max());
  Deflater deflater;
  z_stream& stream = deflater.stream;
  std::vector<std::uint8_t> out(deflateBound(&stream, static_cast<uLong>(bytes.size())));
  stream.next_in = const_cast<Bytef*>(bytes.data());  // zlib's interface lacks const; it only reads
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  [[maybe_unused]] const int status = deflate(&stream, Z_FINISH);
  assert(status == Z_STREAM_END);  // all fits into deflateBound()
  out.resize(out.size() - stream.avail_out);
  return out;
}

}  // namespace inforelay
