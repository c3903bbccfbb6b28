#include "core/files/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <cassert>
#include <cstddef>

#include "core/error.hpp"

namespace inforelay {
namespace {

// zlib counts the bytes of a call in 32 bits.
constexpr std::size_t bytes_of_call = std::size_t{1} << 20;

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
  Deflater deflater;
  z_stream& stream = deflater.stream;
  std::vector<std::uint8_t> out(deflateBound(&stream, static_cast<uLong>(bytes.size())));
  stream.next_in = const_cast<Bytef*>(bytes.data());  // zlib's interface lacks const; it only reads
  stream.next_out = out.data();
  std::size_t unread = bytes.size(), unwritten = out.size();  // without the pieces that zlib has
  const auto give = [](uInt& available, std::size_t& rest) {
    if (available > 0) return;
    available = static_cast<uInt>(std::min(rest, bytes_of_call));
    rest -= available;
  };
  int status = Z_OK;
  while (status == Z_OK) {
    give(stream.avail_in, unread);
    give(stream.avail_out, unwritten);
    status = deflate(&stream, unread > 0 ? Z_NO_FLUSH : Z_FINISH);
  }
  assert(status == Z_STREAM_END);  // all fits into deflateBound()
  out.resize(out.size() - unwritten - stream.avail_out);
  return out;
}

}  // namespace inforelay
