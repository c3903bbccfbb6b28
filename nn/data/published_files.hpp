// The files that a data set was published as, by name, size and digest: found in a folder, plain or gzipped, and
// verified.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inforelay {

/// One of the files; size and SHA-256 are those of the uncompressed content.
struct PublishedFile {
  std::string_view name;
  std::size_t bytes;
  std::string_view sha256;
};

/// One digest for all: SHA-256 of the files' digests, each followed by a line feed. Reads nothing.
std::string published_sha256(std::span<const PublishedFile> files);

/// Where `folder` has the files, in their order, each plain or with the ending .gz; nothing if one is missing. Looks at
/// names only.
std::optional<std::vector<std::filesystem::path>> locate_files(const std::filesystem::path& folder,
                                                               std::span<const PublishedFile> files);

/// Those of `files` that `folder` lacks, in their order.
std::vector<PublishedFile> missing_files(const std::filesystem::path& folder, std::span<const PublishedFile> files);

/// Returns the uncompressed content. Throws DataError, with the digest found and the one expected, if `content` (plain
/// or gzipped) is not exactly that of `file`.
std::vector<std::uint8_t> verified_content(std::span<const std::uint8_t> content, const PublishedFile& file,
                                           std::string_view name);

/// The same from a file; also DataError if it cannot be read.
std::vector<std::uint8_t> read_verified(const std::filesystem::path& path, const PublishedFile& file);

}  // namespace inforelay
