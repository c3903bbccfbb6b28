// Bytes that are read one after the other: of a file, or of an entry of an archive.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>

namespace inforelay {

/// Fills `out` from where the last call ended and returns the number of bytes: fewer than out.size() at the end only.
/// Throws DataError, naming the file, if it cannot be read.
using ByteSource = std::function<std::size_t(std::span<std::uint8_t> out)>;

/// The bytes of a file from `offset` on. Throws DataError if it cannot be opened or is not a regular file.
ByteSource file_bytes(const std::filesystem::path& path, std::uint64_t offset = 0);

/// The size of a regular file; throws DataError as file_bytes().
std::uint64_t regular_file_size(const std::filesystem::path& path);

}  // namespace inforelay
