#include "nn/data/published_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/gzip.hpp"
#include "core/files/sha256.hpp"

namespace inforelay {
namespace {

std::filesystem::path find(const std::filesystem::path& folder, const PublishedFile& file) {
  for (const std::string_view ending : {"", ".gz"}) {
    const std::filesystem::path path = folder / fmt::format("{}{}", file.name, ending);
    std::error_code ignored;  // a folder that cannot be entered has no files for us
    if (std::filesystem::is_regular_file(path, ignored)) return path;
  }
  return {};
}

}  // namespace

std::string published_sha256(std::span<const PublishedFile> files) {
  Sha256 digest;
  for (const PublishedFile& file : files) digest.update(file.sha256).update("\n");
  return digest.hex();
}

std::optional<std::vector<std::filesystem::path>> locate_files(const std::filesystem::path& folder,
                                                               std::span<const PublishedFile> files) {
  std::vector<std::filesystem::path> paths;
  for (const PublishedFile& file : files) {
    paths.push_back(find(folder, file));
    if (paths.back().empty()) return std::nullopt;
  }
  return paths;
}

std::vector<PublishedFile> missing_files(const std::filesystem::path& folder, std::span<const PublishedFile> files) {
  std::vector<PublishedFile> missing;
  std::copy_if(files.begin(), files.end(), std::back_inserter(missing),
               [&](const PublishedFile& file) { return find(folder, file).empty(); });
  return missing;
}

std::vector<std::uint8_t> verified_content(std::span<const std::uint8_t> content, const PublishedFile& file,
                                           std::string_view name) {
  std::vector<std::uint8_t> bytes = unpacked(content, file.bytes + 1, name);
  if (bytes.size() > file.bytes) {
    throw DataError("{}: not the published {}: more than {} bytes, expected exactly that many with SHA-256 {}", name,
                    file.name, file.bytes, file.sha256);
  }
  const std::string found = sha256_hex(bytes);
  if (found != file.sha256) {
    throw DataError("{}: not the published {}, or damaged: {} bytes with SHA-256 {}, expected {} bytes with {}", name,
                    file.name, bytes.size(), found, file.bytes, file.sha256);
  }
  return bytes;
}

std::vector<std::uint8_t> read_verified(const std::filesystem::path& path, const PublishedFile& file) {
  constexpr std::size_t gzip_overhead = 65536;  // packed or not, no file is longer than its content by more
  return verified_content(read_file(path, file.bytes + gzip_overhead), file, path.string());
}

}  // namespace inforelay
