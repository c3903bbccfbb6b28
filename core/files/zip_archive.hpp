// Zip archives, read by libzip: entries by name, stored or deflated, with limits that hold for hostile files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/files/byte_source.hpp"

namespace inforelay {

/// True if the content begins like a zip archive.
bool is_zip(std::span<const std::uint8_t> content);

/// The functions throw DataError with the name of the file: a damaged archive, an entry that is encrypted or compressed
/// in another way, two entries of one name, entries that together take more than the file has (they overlap). A wrong
/// checksum is found by the read that reaches the end of an entry.
class ZipArchive {
 public:
  /// An archive of at most `max_entries` in memory, which must outlive this; `file` is its name in messages.
  ZipArchive(std::span<const std::uint8_t> content, std::string_view file, std::size_t max_entries);
  /// An archive in a file, which is not read as a whole.
  ZipArchive(const std::filesystem::path& path, std::size_t max_entries);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  /// Names of all entries, sorted, with their numbers.
  const std::map<std::string, std::uint64_t, std::less<>>& entries() const { return entries_; }

  /// The content of an entry that is stored, not compressed, of at most `limit` bytes; none if there is no such entry.
  std::optional<std::vector<std::uint8_t>> read_stored(std::string_view name, std::uint64_t limit) const;

  struct Entry {
    std::uint64_t size;  ///< unpacked, as claimed; at most what the packed bytes can hold
    ByteSource bytes;    ///< valid as long as the archive
  };
  /// An entry of entries(), stored or deflated.
  Entry open(std::string_view name) const;

 private:
  struct Handle;
  struct Status;
  template <class... Arguments>
  [[noreturn]] void fail(std::string_view what, const Arguments&... arguments) const;
  Status status(std::uint64_t index, const std::string& shown) const;
  ByteSource source(std::uint64_t index, const std::string& shown) const;
  void list(std::uint64_t bytes, std::size_t max_entries);

  std::string file_;
  std::unique_ptr<Handle> handle_;
  std::map<std::string, std::uint64_t, std::less<>> entries_;
};

}  // namespace inforelay
