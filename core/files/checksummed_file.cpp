#include "core/files/checksummed_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <system_error>
#include <vector>

#include "core/error.hpp"
#include "core/files/sha256.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view first_words = "inforelay stage file ";
constexpr std::string_view format_version = "1";
constexpr std::size_t digest_length = 64, number_length = 8;
// "seal DIGEST LENGTH\n"
constexpr std::size_t last_line_length = 5 + digest_length + 1 + number_length + 1;

std::string lines_for(const fs::path& path, const FileStamp& seal, double seconds) {
  return fmt::format("{}{}\nrun {}\nname {}\ninput_digest {}\nseconds {}\n", first_words, format_version, seal.run,
                     path.filename().string(), seal.input_digest, seconds);
}

// Digest of the next `size` bytes of `file`; of less where it ends before.
Sha256 digest_of(std::istream& file, std::uint64_t size) {
  Sha256 digest;
  std::vector<char> piece(std::size_t{1} << 16);
  while (size > 0) {
    file.read(piece.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(size, piece.size())));
    const auto got = static_cast<std::size_t>(file.gcount());
    if (got == 0) break;
    digest.update(std::string_view(piece.data(), got));
    size -= got;
  }
  return digest;
}

[[noreturn]] void wrong(std::string_view what) { throw DataError(std::string(what)); }

std::string read_exactly(std::istream& file, std::size_t size) {
  std::string text(size, '\0');
  file.read(text.data(), static_cast<std::streamsize>(size));
  if (static_cast<std::size_t>(file.gcount()) != size) wrong("it cannot be read");
  return text;
}

// The rest of the line that starts with `word`; `text` is then what follows the line.
std::string_view take_line(std::string_view& text, std::string_view word) {
  const auto end = text.find('\n');
  if (!text.starts_with(word) || end == std::string_view::npos) wrong("its last lines are not as expected");
  const std::string_view value = text.substr(word.size(), end - word.size());
  text.remove_prefix(end + 1);
  return value;
}

}  // namespace

FileContent write_checksummed(const fs::path& path, const FileStamp& seal, double seconds,
                              const std::function<void(Hdf5Writer&)>& write) {
  FileContent content{.digest = {}, .seconds = seconds};
  Hdf5Writer file(path);
  write(file);
  file.commit([&](const fs::path& closed) {
    std::ifstream in(closed, std::ios::binary);
    Sha256 digest = digest_of(in, ~std::uint64_t{0});
    if (in.bad()) throw IoError(fmt::format("cannot write {}: it cannot be read back", path.string()));
    content.digest = digest.hex();
    const std::string lines = lines_for(path, seal, seconds);
    return lines + fmt::format("seal {} {:08}\n", digest.update(lines).hex(), lines.size());
  });
  return content;
}

FileContent verify_checksummed(const fs::path& path, const FileStamp& seal) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) wrong("it is no regular file");  // opening a pipe would wait for its writer
  const std::uint64_t size = fs::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) wrong("it cannot be read");
  if (size == 0) wrong("it is empty");
  constexpr std::string_view unsealed = "it is cut short, or from an older version";
  if (size < last_line_length) wrong(unsealed);

  file.seekg(static_cast<std::streamoff>(size - last_line_length));
  const std::string last = read_exactly(file, last_line_length);
  std::uint64_t length = 0;
  const char* number = last.data() + 5 + digest_length + 1;
  const auto [end, parsed] = std::from_chars(number, number + number_length, length);
  if (!last.starts_with("seal ") || number[-1] != ' ' || last.back() != '\n' || parsed != std::errc() ||
      end != number + number_length || length > size - last_line_length) {
    wrong(unsealed);
  }
  file.seekg(0);
  Sha256 digest = digest_of(file, size - last_line_length - length);
  const std::string content = digest.hex();
  const std::string lines = read_exactly(file, length);
  if (digest.update(lines).hex() != std::string_view(last).substr(5, digest_length)) {
    wrong("it is damaged: its checksum is not that of its content");
  }

  std::string_view rest = lines;
  if (const auto version = take_line(rest, first_words); version != format_version) {
    wrong(fmt::format("it is of format {}, expected {}", version, format_version));
  }
  if (const auto run = take_line(rest, "run "); run != seal.run) {
    wrong(fmt::format("it belongs to run {}, expected {}", run, seal.run));
  }
  if (const auto name = take_line(rest, "name "); name != path.filename().string()) {
    wrong(fmt::format("it was written as '{}'", name));
  }
  if (take_line(rest, "input_digest ") != seal.input_digest)
    wrong("it was computed from other results than those at hand");
  const std::string_view written = take_line(rest, "seconds ");
  double seconds = 0;
  const auto [last_digit, number_error] = std::from_chars(written.data(), written.data() + written.size(), seconds);
  if (number_error != std::errc() || last_digit != written.data() + written.size() || !std::isfinite(seconds)) {
    wrong(fmt::format("its work took '{}' seconds, expected a number", written));
  }
  return {.digest = content, .seconds = seconds};
}

}  // namespace inforelay
