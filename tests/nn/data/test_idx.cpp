#include <numeric>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/gzip.hpp"
#include "core/random.hpp"
#include "nn/data/idx.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/data/idx_writer.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Integers = std::vector<std::int64_t>;
using Catch::Contains;

namespace {

Bytes counting(std::size_t n) {
  Bytes bytes(n);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes without_last(Bytes bytes, std::size_t n = 1) {
  bytes.erase(bytes.end() - static_cast<std::ptrdiff_t>(n), bytes.end());
  return bytes;
}

}  // namespace

TEST_CASE("IDX images and labels are read plain and gzipped", "[idx]") {
  const Bytes images = idx({2, 3, 4}, counting(24)), labels = idx({5}, {9, 8, 7, 0, 255});
  for (const bool packed : {false, true}) {
    const IdxImages read = parse_idx_images(packed ? gzipped(images) : images, "test");
    CHECK((read.rows == 3 && read.columns == 4));
    REQUIRE((read.pixels.rows() == 2 && read.pixels.cols() == 12));
    for (int i = 0; i < 24; ++i) CHECK(read.pixels(i / 12, i % 12) == i);
    CHECK(parse_idx_labels(packed ? gzipped(labels) : labels, "test") == Bytes{9, 8, 7, 0, 255});
  }
  CHECK(parse_idx_images(idx({0, 3, 4}, {}), "test").pixels.rows() == 0);
  CHECK(parse_idx_labels(idx({0}, {}), "test").empty());
}

TEST_CASE("Compression of an IDX file is determined from its content", "[idx]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "plain.gz", idx({2}, {1, 2}));
  write_file_atomically(folder / "packed", gzipped(idx({1, 1, 2}, {1, 2})));
  CHECK(parse_idx_labels(read_file(folder / "plain.gz", 1000), "plain.gz") == Bytes{1, 2});
  CHECK(parse_idx_images(read_file(folder / "packed", 1000), "packed").columns == 2);
}

TEST_CASE("Wrong IDX headers are named with offset and value and expectation", "[idx]") {
  const Bytes good = idx({2, 3, 4}, counting(24));
  CHECK_THROWS_AS(parse_idx_images({}, "f"), DataError);
  CHECK_THROWS_WITH(parse_idx_images({}, "f"), "f: IDX header is cut off at 0 bytes, expected 16");
  CHECK_THROWS_WITH(parse_idx_images(std::span(good).first(15), "f"),
                    "f: IDX header is cut off at 15 bytes, expected 16");
  Bytes wrong = good;
  wrong[0] = 0x89;
  CHECK_THROWS_WITH(parse_idx_images(wrong, "f"), "f: not an IDX file: bytes at offset 0 are 89 00, expected 00 00");
  CHECK_THROWS_WITH(parse_idx_images(idx({2, 3, 4}, counting(24), 0x0d), "f"),
                    "f: IDX type at offset 2 is 0x0d, expected 0x08 (unsigned byte)");
  CHECK_THROWS_WITH(parse_idx_images(idx({24}, counting(24)), "f"), "f: IDX dimensions at offset 3 are 1, expected 3");
  CHECK_THROWS_WITH(parse_idx_labels(good, "f"), "f: IDX dimensions at offset 3 are 3, expected 1");
  CHECK_THROWS_WITH(parse_idx_images(idx({0, 0, 4}, {}), "f"), "f: IDX rows at offset 8 are 0, expected in [1,4096]");
  CHECK_THROWS_WITH(parse_idx_images(idx({0, 4, 5000}, {}), "f"),
                    "f: IDX columns at offset 12 are 5000, expected in [1,4096]");
}

TEST_CASE("IDX data that are too short or too long are errors", "[idx]") {
  const Bytes good = idx({2, 3, 4}, counting(24));
  CHECK_THROWS_WITH(parse_idx_images(without_last(good), "f"), "f: IDX data are cut off at 39 bytes, expected 40");
  CHECK_THROWS_WITH(parse_idx_images(gzipped(without_last(good)), "f"),
                    "f: IDX data are cut off at 39 bytes, expected 40");
  for (const Bytes& longer : {good + Bytes{0}, gzipped(good + Bytes{0})}) {
    CHECK_THROWS_WITH(parse_idx_images(longer, "f"), "f: more bytes after the IDX data at offset 40, expected none");
  }
}

TEST_CASE("IDX labels are integers of one, two or four bytes, in one or more columns", "[idx]") {
  CHECK(parse_idx_integers(idx({3}, {0, 128, 255}), "f") == Integers{0, 128, 255});
  CHECK(parse_idx_integers(idx({3}, {0, 128, 255}, 0x09), "f") == Integers{0, -128, -1});
  CHECK(parse_idx_integers(idx({2}, {1, 2, 0xff, 0xfe}, 0x0b), "f") == Integers{258, -2});
  CHECK(parse_idx_integers(idx({2, 2}, {0, 1, 0, 2, 9, 9, 9, 9, 0x80, 0, 0, 0, 9, 9, 9, 9}, 0x0c), "f") ==
        Integers{65538, -2147483648});
  CHECK(parse_idx_integers(gzipped(idx({0, 8}, {}, 0x0c)), "f").empty());
  CHECK_THROWS_WITH(parse_idx_integers(idx({1}, {0, 0, 0, 0}, 0x0d), "f"),
                    "f: IDX type at offset 2 is 0x0d, expected 0x08, 0x09, 0x0b or 0x0c (integers of 1, 2 or 4 bytes)");
  CHECK_THROWS_WITH(parse_idx_integers(idx({1, 1, 1}, {0}), "f"),
                    "f: IDX dimensions at offset 3 are 3, expected 1 to 2");
  CHECK_THROWS_WITH(parse_idx_integers(idx({2, 3}, Bytes(5)), "f"), "f: IDX data are cut off at 17 bytes, expected 18");
  CHECK_THROWS_WITH(parse_idx_integers(idx({0, 5000}, {}), "f"),
                    "f: IDX columns at offset 8 are 5000, expected in [1,4096]");
  const std::uint32_t huge = 0xffffffff;
  CHECK_THROWS_WITH(parse_idx_integers(idx({huge, huge}, {}, 0x0c), "f"), Contains("IDX dimension 0 at offset 4 is"));
}

TEST_CASE("A gzip file may have several members", "[idx]") {
  const Bytes content = idx({2, 3, 4}, counting(24));
  Bytes packed;
  for (std::size_t begin = 0; begin < content.size(); begin += 7) {
    const std::size_t end = std::min(begin + 7, content.size());
    packed = packed + gzipped(Bytes(content.begin() + static_cast<std::ptrdiff_t>(begin),
                                    content.begin() + static_cast<std::ptrdiff_t>(end)));
  }
  packed = packed + gzipped({});
  CHECK(parse_idx_images(packed, "f").pixels(1, 11) == 23);
  CHECK(unpacked(packed, 1000, "f") == content);
  for (std::size_t limit = 0; limit < content.size(); limit += 5) {
    CHECK(unpacked(packed, limit, "f") == Bytes(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(limit)));
  }
  CHECK_THROWS_WITH(unpacked(packed + Bytes{1, 2}, 1000, "f"), Contains("2 bytes after the end of the gzip data"));
  CHECK_THROWS_WITH(unpacked(without_last(packed), 1000, "f"), Contains("cut off"));
  Bytes damaged = packed;
  damaged[gzipped(Bytes(content.begin(), content.begin() + 7)).size() + 12] ^= 0xff;  // in the second member
  CHECK_THROWS_AS(unpacked(damaged, 1000, "f"), DataError);
}

TEST_CASE("A hostile IDX header allocates nothing of its size", "[idx]") {
  // 2^32-1 images of 2^32-1 squared pixels: the product does not even fit 64 bits.
  const std::uint32_t huge = 0xffffffff;
  for (const Bytes& bytes : {idx({huge, huge, huge}, {}), gzipped(idx({huge, huge, huge}, {}))}) {
    CHECK_THROWS_WITH(parse_idx_images(bytes, "f"), Contains("IDX dimension 0 at offset 4 is 4294967295"));
  }
  CHECK_THROWS_WITH(parse_idx_images(idx({0, huge, huge}, {}), "f"), Contains("IDX rows at offset 8"));
  CHECK_THROWS_WITH(parse_idx_images(idx({1000, 1000, 1000}, {}), "f"), Contains("cut off at 16 bytes"));
}

TEST_CASE("A gzip bomb is unpacked no further than its header announces", "[idx]") {
  // 20 million zero bytes pack to 20 kB.
  Bytes bomb = idx({10}, Bytes(20000000, 0));
  bomb = gzipped(bomb);
  REQUIRE(bomb.size() < 40000);
  CHECK_THROWS_WITH(parse_idx_labels(bomb, "f"), "f: more bytes after the IDX data at offset 18, expected none");
  CHECK(unpacked(bomb, 5, "f").capacity() < 1000);
}

TEST_CASE("Damaged gzip data are named", "[idx]") {
  const Bytes content = idx({5000}, counting(5000));
  const Bytes good = gzipped(content);
  CHECK_THROWS_WITH(parse_idx_labels(without_last(good), "f"), Contains("gzip data are cut off at offset"));
  CHECK_THROWS_WITH(parse_idx_labels(std::span(good).first(2), "f"), Contains("gzip data are cut off at offset 2"));
  CHECK_THROWS_WITH(parse_idx_labels(good + Bytes{0, 0, 0}, "f"), Contains("3 bytes after the end of the gzip data"));
  Bytes wrong_sum = good;
  wrong_sum[good.size() - 8] ^= 1;
  CHECK_THROWS_WITH(parse_idx_labels(wrong_sum, "f"), Contains("incorrect data check"));
  Bytes wrong_method = good;
  wrong_method[2] = 7;
  CHECK_THROWS_WITH(parse_idx_labels(wrong_method, "f"), Contains("unknown compression method"));
}

TEST_CASE("Unpacking gives the beginning of plain and packed content", "[idx]") {
  // More than one of the pieces that the unpacker works in.
  Bytes content(1200000);
  RandomStream random(1, "content");
  for (auto& byte : content) byte = static_cast<std::uint8_t>(random.below(4));
  const Bytes packed = gzipped(content);
  for (const std::size_t limit :
       {std::size_t{0}, std::size_t{1}, std::size_t{1} << 20, content.size() - 1, content.size(), content.size() + 1}) {
    const Bytes expected(content.begin(),
                         content.begin() + static_cast<std::ptrdiff_t>(std::min(limit, content.size())));
    CHECK(unpacked(packed, limit, "f") == expected);
    CHECK(unpacked(content, limit, "f") == expected);
  }
}

TEST_CASE("Any damage to an IDX file gives an error or a well formed result", "[idx]") {
  const Bytes plain = idx({6, 5, 4}, counting(120)), packed = gzipped(plain);
  RandomStream random(2, "damage");
  int errors = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    Bytes bytes = trial % 2 == 0 ? plain : packed;
    for (std::uint64_t flips = 1 + random.below(4); flips > 0; --flips) {
      bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.below(256));
    }
    if (random.below(3) == 0) bytes.resize(random.below(bytes.size()));
    try {
      const IdxImages images = parse_idx_images(bytes, "f");
      REQUIRE(images.pixels.size() + 16 == 136);
    } catch (const DataError&) {
      ++errors;
    }
  }
  CHECK(errors > 2000);
}
