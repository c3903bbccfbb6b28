// Damages small files in every simple way.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/error.hpp"
#include "nn/weights/tensors.hpp"
#include "tests/catch2.hpp"

namespace inforelay::test {

/// Every beginning of `content` that is shorter must be refused with DataError by read(span), which gives a TensorFile.
template <class Read>
void check_truncation(const std::vector<std::uint8_t>& content, Read read) {
  REQUIRE_NOTHROW(read(std::span<const std::uint8_t>(content)));
  for (std::size_t size = 0; size < content.size(); ++size) {
    CAPTURE(size);
    const std::vector<std::uint8_t> cut(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_THROWS_AS(read(std::span<const std::uint8_t>(cut)), DataError);
  }
}

/// With any one bit flipped, `content` gives a network or a DataError. Some of both must happen.
template <class Read>
void check_bit_flips(const std::vector<std::uint8_t>& content, Read read) {
  std::size_t accepted = 0, refused = 0;
  for (std::size_t bit = 0; bit < 8 * content.size(); ++bit) {
    CAPTURE(bit);
    std::vector<std::uint8_t> flipped = content;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1u << bit % 8);
    try {
      network_from_tensors(read(std::span<const std::uint8_t>(flipped)), {}, "flipped");
      ++accepted;
    } catch (const DataError&) {
      ++refused;
    }
  }
  CHECK(accepted > 0);
  CHECK(refused > 0);
}

}  // namespace inforelay::test
