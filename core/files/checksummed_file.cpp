#include "core/files/checksummed_file.hpp"

#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/json_values.hpp"
#include "core/files/sha256.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t header_size = 1024;
constexpr const char* format = "inforelay stage file 2";

std::string header_of(const fs::path& path, const FileStamp& stamp, const FileContent& content) {
  const nlohmann::json header = {{"format", format},
                                 {"run", stamp.run},
                                 {"name", path.filename().string()},
                                 {"input_digest", stamp.input_digest},
                                 {"seconds", content.seconds},
                                 {"sha256", content.digest}};
  std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  if (text.size() > header_size) throw IoError("cannot write {}: its name is too long", path.string());
  text.resize(header_size, '\n');
  return text;
}

}  // namespace

FileContent write_checksummed(const fs::path& path, const FileStamp& stamp, double seconds,
                              const std::function<void(Hdf5Writer&)>& write) {
  FileContent content{.digest = {}, .seconds = seconds};
  Hdf5Writer file(path, header_size);
  write(file);
  file.commit([&](const fs::path& closed) {
    try {
      content.digest = sha256_of_file(closed, header_size);
    } catch (const DataError& error) {
      throw IoError("cannot write {}: {}", path.string(), error.what());
    }
    return header_of(path, stamp, content);
  });
  return content;
}

FileContent verify_checksummed(const fs::path& path, const FileStamp& stamp) {
  const auto start = read_file_start(path, header_size);
  const nlohmann::json header = parse_json({start.begin(), start.end()});
  const auto text = [&](const char* key) { return text_at(header, key); };
  if (text("format") != format) throw DataError("it is damaged or from another version");
  if (text("run") != stamp.run) throw DataError("it belongs to run {}, expected {}", text("run"), stamp.run);
  if (text("name") != path.filename()) throw DataError("it was written as '{}'", text("name"));
  if (text("input_digest") != stamp.input_digest) throw DataError("it was computed from other results");
  if (text("sha256") != sha256_of_file(path, header_size))
    throw DataError("it is damaged: its content does not match its checksum");
  return {.digest = text("sha256"), .seconds = positive_at(header, "seconds")};
}

}  // namespace inforelay
