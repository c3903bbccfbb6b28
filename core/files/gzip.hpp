// Decompression of gzipped content in memory.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace inforelay {

/// The first `limit` bytes of `content`, decompressed if it is gzip, of one or more members; fewer if there are fewer.
/// To detect more bytes than expected, request one byte more. Memory grows with the bytes decompressed, never beyond
/// `limit`, whatever the content claims. If the end is within `limit`, gzip's checksum is verified and nothing may
/// follow. Throws DataError (damaged, truncated, or followed by other bytes), with `name` and the offset in `content`.
std::vector<std::uint8_t> unpacked(std::span<const std::uint8_t> content, std::size_t limit, std::string_view name);

}  // namespace inforelay
