#include "core/files/byte_source.hpp"

#include <cerrno>
#include <fstream>
#include <memory>
#include <system_error>

#include "core/error.hpp"

namespace inforelay {

std::uint64_t regular_file_size(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw DataError("cannot read {}: {}", path.string(), error.message());
  if (!std::filesystem::is_regular_file(status)) throw DataError("cannot read {}: not a regular file", path.string());
  const std::uint64_t size = std::filesystem::file_size(path, error);
  if (error) throw DataError("cannot read {}: {}", path.string(), error.message());
  return size;
}

ByteSource file_bytes(const std::filesystem::path& path, std::uint64_t offset) {
  regular_file_size(path);
  // Shared, since a std::function must be copyable.
  const auto file = std::make_shared<std::ifstream>(path, std::ios::binary);
  if (!*file) throw DataError("cannot read {}: {}", path.string(), std::generic_category().message(errno));
  file->seekg(static_cast<std::streamoff>(offset));
  return [file, name = path.string()](std::span<std::uint8_t> out) {
    file->read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
    if (file->bad()) throw DataError("cannot read {}: {}", name, std::generic_category().message(errno));
    return static_cast<std::size_t>(file->gcount());
  };
}

}  // namespace inforelay
