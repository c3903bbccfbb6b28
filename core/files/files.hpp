// Whole files: read with a size limit, and written atomically.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace inforelay {

/// The bytes of the file. Throws DataError, naming the path and the reason, if it cannot be read, is not a regular
/// file, or holds more than `limit` bytes (checked before anything is allocated).
std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::uint64_t limit);
/// Its first `count` bytes, or all if it holds fewer. Throws as read_file().
std::vector<std::uint8_t> read_file_start(const std::filesystem::path& path, std::size_t count);

/// Writes all of `text` to an open file. False, with errno, if that fails.
bool write_all(int descriptor, std::string_view text);

/// Replaces the file's content: a temporary file beside it is written, flushed to the disk and renamed. A reader, or a
/// crash at any moment, sees the old content or the new. Throws IoError with the path and the system's reason; the
/// file is then as it was, and no temporary is left.
void write_file_atomically(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

/// The same without a flush, for files that are replaced every second: after a crash of the machine, but not of the
/// program, the file may hold the old content, the new or none.
void replace_file(const std::filesystem::path& path, std::string_view text);
/// True for names of the form of TemporaryFile, NAME.PID-N.tmp.
bool is_temporary_name(std::string_view name);

/// The same as write_file_atomically() for content that another library writes (HDF5, gnuplot, a download): an empty
/// file beside the target, to be written by its path() and put in place by commit(). Without commit() the destructor
/// removes it.
class TemporaryFile {
 public:
  /// Creates NAME.PID-N.tmp in the folder of `target`, with the permissions of a new file. Throws IoError, e.g. if
  /// the folder does not exist.
  explicit TemporaryFile(std::filesystem::path target);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& target() const { return target_; }

  /// Replaces the first bytes of the content. Throws IoError.
  void write_start(std::string_view text);

  /// Flushes the content to the disk and renames it to the target, replacing an existing file. To be called once,
  /// when the file is closed. Throws IoError; the target is then unchanged.
  void commit();
  /// The same without the flush, as replace_file().
  void commit_unflushed();

 private:
  std::filesystem::path target_, path_;
};

}  // namespace inforelay
