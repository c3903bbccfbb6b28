// Compression of bytes in memory.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace inforelay {

/// `bytes` as deflate data (RFC 1951), without a header or checksum. Throws ComputeError without memory. Cost: some
/// 50 ns a byte; versions of zlib may choose different data for the same bytes.
std::vector<std::uint8_t> deflated(std::span<const std::uint8_t> bytes);

}  // namespace inforelay
