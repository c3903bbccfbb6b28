#include "core/files/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <regex>
#include <system_error>
#include <utility>

#include "core/error.hpp"
#include "core/write_all.hpp"

namespace inforelay {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

/// An open file descriptor, closed by the destructor. get() < 0: opening failed, with errno.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags, mode_t mode = 0)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }
  /// Closes now; false where the system reports (late) that something was not written.
  bool close() { return ::close(std::exchange(descriptor_, -1)) == 0; }

 private:
  int descriptor_;
};

/// Reads until `size` bytes or the end of the file; the number read, or -1 with errno.
ssize_t read_all(int descriptor, std::uint8_t* out, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = ::read(descriptor, out + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return static_cast<ssize_t>(done);
}

[[noreturn]] void fail(const std::filesystem::path& path, int error) {
  throw IoError("cannot write {}: {}", path.string(), reason(error));
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Syncs `folder` so that a rename survives a power failure. Some file systems cannot flush a folder; such errors are
/// ignored.
void flush_folder(const std::filesystem::path& folder, const std::filesystem::path& target) {
  const Descriptor descriptor(folder, O_RDONLY | O_DIRECTORY);
  if (descriptor.get() < 0 || ::fsync(descriptor.get()) != 0) {
    if (errno != EINVAL && errno != ENOTSUP && errno != EACCES) fail(target, errno);
  }
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

/// A regular file, opened for reading, and its size.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path)
      // O_NONBLOCK: opening a named pipe must not wait for a writer that never comes; regular files ignore it.
      : path_(path), descriptor_(path, O_RDONLY | O_NONBLOCK) {
    struct stat status {};
    if (descriptor_.get() < 0 || ::fstat(descriptor_.get(), &status) != 0) throw unreadable(errno);
    if (S_ISDIR(status.st_mode)) throw unreadable(EISDIR);
    if (!S_ISREG(status.st_mode)) throw DataError("cannot read {}: not a regular file", path.string());
    size_ = static_cast<std::uint64_t>(status.st_size);
  }

  std::uint64_t size() const { return size_; }

  /// The first `count` bytes; less where the file has shrunk meanwhile.
  std::vector<std::uint8_t> read(std::size_t count) const {
    std::vector<std::uint8_t> bytes(count);
    const ssize_t n = read_all(descriptor_.get(), bytes.data(), bytes.size());
    if (n < 0) throw unreadable(errno);
    bytes.resize(static_cast<std::size_t>(n));
    return bytes;
  }

 private:
  DataError unreadable(int error) const { return DataError("cannot read {}: {}", path_.string(), reason(error)); }

  const std::filesystem::path& path_;
  Descriptor descriptor_;
  std::uint64_t size_ = 0;
};

}  // namespace

std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::uint64_t limit) {
  const InputFile file(path);
  if (file.size() > limit) throw DataError("{} holds {} bytes, expected at most {}", path.string(), file.size(), limit);
  return file.read(file.size());
}

std::vector<std::uint8_t> read_file_start(const std::filesystem::path& path, std::size_t count) {
  const InputFile file(path);
  return file.read(std::min<std::uint64_t>(count, file.size()));
}

bool write_all(int descriptor, std::string_view text) { return write_all(descriptor, bytes_of(text)); }

namespace {

void fill(const TemporaryFile& temporary, std::span<const std::uint8_t> bytes) {
  Descriptor descriptor(temporary.path(), O_WRONLY | O_TRUNC);
  if (descriptor.get() < 0 || !write_all(descriptor.get(), bytes) || !descriptor.close()) {
    fail(temporary.target(), errno);
  }
}

}  // namespace

void write_file_atomically(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  TemporaryFile temporary(path);
  fill(temporary, bytes);
  temporary.commit();
}

void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  write_file_atomically(path, bytes_of(text));
}

void replace_file(const std::filesystem::path& path, std::string_view text) {
  TemporaryFile temporary(path);
  fill(temporary, bytes_of(text));
  temporary.commit_unflushed();
}

bool is_temporary_name(std::string_view name) {
  static const std::regex pattern(R"(.+\.[0-9]+-[0-9]+\.tmp)");
  return std::regex_match(name.begin(), name.end(), pattern);
}

TemporaryFile::TemporaryFile(std::filesystem::path target) : target_(std::move(target)) {
  static std::atomic<unsigned> counter{0};
  // A name may be taken by the left-over of a killed process, or by another machine on a shared disk.
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const auto name = fmt::format("{}.{}-{}.tmp", target_.filename().string(), ::getpid(), counter++);
    path_ = folder_of(target_) / name;
    const Descriptor descriptor(path_, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (descriptor.get() >= 0) return;
    if (errno != EEXIST) break;
  }
  fail(target_, errno);
}

TemporaryFile::~TemporaryFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

void TemporaryFile::write_start(std::string_view text) {
  assert(!path_.empty());
  Descriptor descriptor(path_, O_WRONLY);
  if (descriptor.get() < 0 || !write_all(descriptor.get(), text) || !descriptor.close()) fail(target_, errno);
}

void TemporaryFile::commit() {
  assert(!path_.empty());
  {
    Descriptor descriptor(path_, O_RDONLY);
    if (descriptor.get() < 0 || ::fsync(descriptor.get()) != 0) fail(target_, errno);
  }
  commit_unflushed();
  flush_folder(folder_of(target_), target_);
}

void TemporaryFile::commit_unflushed() {
  assert(!path_.empty());
  if (::rename(path_.c_str(), target_.c_str()) != 0) fail(target_, errno);
  path_.clear();
}

}  // namespace inforelay
