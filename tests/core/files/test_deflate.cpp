// Compression in memory, read back by zlib.
#include <zlib.h>

#include <cstdint>
#include <vector>

#include "core/files/deflate.hpp"
#include "core/random.hpp"
#include "tests/catch2.hpp"

namespace inforelay {
namespace {

// zlib's answer, and whether it found the end of the data at their last byte.
std::pair<std::vector<std::uint8_t>, bool> inflated(std::vector<std::uint8_t> content, std::size_t size) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, -MAX_WBITS) == Z_OK);
  std::vector<std::uint8_t> out(size + 1);
  stream.next_in = content.data();
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const bool complete = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  return {{out.begin(), out.end() - stream.avail_out}, complete};
}

}  // namespace

TEST_CASE("Deflated bytes are those that zlib gives back, and take little more room than they did", "[deflate]") {
  RandomStream random(1, "deflate");
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{300000},
                                 std::size_t{1} << 20, std::size_t{2'500'000}}) {  // zlib has them in pieces of 2^20
    for (const std::uint64_t values : {std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{256}}) {
      std::vector<std::uint8_t> bytes;
      for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(random.below(values)));
      const std::vector<std::uint8_t> small = deflated(bytes);
      const auto [found, complete] = inflated(small, size);
      CHECK(complete);
      CHECK(found == bytes);
      CHECK(small.size() <= size + size / 1000 + 16);
      if (values == 3 && size > 10000) CHECK(small.size() < size / 4);  // 1.6 of 8 bits
    }
  }
}

}  // namespace inforelay
