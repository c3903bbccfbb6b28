#include "core/files/gzip.hpp"

#include <zlib.h>

#include <algorithm>

#include "core/error.hpp"

namespace inforelay {
namespace {

/// zlib's state while it unpacks, freed at the end.
struct Inflater {
  z_stream stream{};
  Inflater() {
    // 16 added to the window's bits: the gzip format only.
    if (inflateInit2(&stream, MAX_WBITS + 16) != Z_OK) throw ComputeError("zlib cannot start to unpack: out of memory");
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream); }
};

// Whether a member of a gzip file begins here (RFC 1952).
bool is_gzip(std::span<const std::uint8_t> content) {
  return content.size() >= 2 && content[0] == 0x1f && content[1] == 0x8b;
}

}  // namespace

std::vector<std::uint8_t> unpacked(std::span<const std::uint8_t> content, std::size_t limit, std::string_view name) {
  if (!is_gzip(content))
    return {content.begin(), content.begin() + std::ssize(content.first(std::min(limit, content.size())))};
  constexpr std::size_t piece = std::size_t{1} << 20;  // far below 4 GiB, the limit of zlib's counters
  Inflater inflater;
  z_stream& stream = inflater.stream;
  std::vector<std::uint8_t> out;
  std::size_t taken = 0, made = 0;
  while (made < limit) {
    const std::size_t give = std::min(piece, content.size() - taken), room = std::min(piece, limit - made);
    out.resize(made + room);
    stream.next_in = const_cast<Bytef*>(content.data() + taken);  // zlib's interface lacks const; it only reads
    stream.avail_in = static_cast<uInt>(give);
    stream.next_out = out.data() + made;
    stream.avail_out = static_cast<uInt>(room);
    const int status = inflate(&stream, Z_NO_FLUSH);
    taken += give - stream.avail_in;
    made += room - stream.avail_out;
    if (status == Z_STREAM_END) {
      if (is_gzip(content.subspan(taken))) {  // the content goes on in another member
        if (inflateReset(&stream) != Z_OK) throw ComputeError("zlib cannot go on to unpack {}", name);
        continue;
      }
      if (taken < content.size()) {
        throw DataError("{}: {} bytes after the end of the gzip data at offset {}, expected none", name,
                        content.size() - taken, taken);
      }
      break;
    }
    if (status == Z_MEM_ERROR) throw ComputeError("{}: out of memory while unpacking", name);
    if (status == Z_BUF_ERROR || (status == Z_OK && taken == content.size() && stream.avail_out > 0)) {
      throw DataError("{}: gzip data are cut off at offset {}, {} bytes unpacked", name, taken, made);
    }
    if (status != Z_OK) {
      throw DataError("{}: damaged gzip data near offset {}: {}", name, taken,
                      stream.msg != nullptr ? stream.msg : "a preset dictionary is needed");
    }
  }
  out.resize(made);
  return out;
}

}  // namespace inforelay
