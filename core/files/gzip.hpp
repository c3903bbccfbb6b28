// Unpacking of gzipped content in memory.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace inforelay {

/// True where the content begins as gzip does (RFC 1952: bytes 1f 8b).
bool is_gzip(std::span<const std::uint8_t> content);

/// The first `limit` bytes of what `content` holds, unpacked where it is gzip; less where there is less. To learn
/// whether there is more than expected, ask for one byte more. Memory grows with what is really unpacked, never beyond
/// `limit`, whatever the content claims. Where the end lies within `limit`, gzip's check sum is verified and nothing
/// may follow. Throws DataError (damaged, truncated, or followed by other bytes), with `name` and the offset in
/// `content`.
std::vector<std::uint8_t> unpacked(std::span<const std::uint8_t> content, std::size_t limit, std::string_view name);

}  // namespace inforelay
