#include "core/files/zip_archive.hpp"

#include <fmt/format.h>
#include <zip.h>

#include "core/error.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {

struct ZipArchive::Handle {
  zip_t* archive = nullptr;
  ~Handle() {
    if (archive != nullptr) zip_discard(archive);
  }
};

struct ZipArchive::Status : zip_stat_t {};

namespace {

// A block of deflate codes at most 258 bytes in two bits: the factor of zlib's documentation.
constexpr std::uint64_t most_expansion = 1032;

/// Opens the archive of the source that `make` gives; returns the reason if that fails.
template <class Make>
std::string open_archive(zip_t*& archive, Make make) {
  zip_error_t error;
  zip_error_init(&error);
  const std::unique_ptr<zip_error_t, decltype(&zip_error_fini)> guard(&error, zip_error_fini);
  zip_source_t* source = make(&error);
  if (source != nullptr) {
    archive = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (archive == nullptr) zip_source_free(source);
  }
  return archive == nullptr ? zip_error_strerror(&error) : "";
}

}  // namespace

template <class... Arguments>
void ZipArchive::fail(std::string_view what, const Arguments&... arguments) const {
  throw DataError("{}: {}", file_, fmt::vformat(what, fmt::make_format_args(arguments...)));
}

bool is_zip(std::span<const std::uint8_t> content) {
  return content.size() >= 4 && content[0] == 'P' && content[1] == 'K' &&
         ((content[2] == 3 && content[3] == 4) || (content[2] == 5 && content[3] == 6));
}

ZipArchive::ZipArchive(std::span<const std::uint8_t> content, std::string_view file, std::size_t max_entries)
    : file_(file), handle_(std::make_unique<Handle>()) {
  const std::string reason = open_archive(handle_->archive, [&](zip_error_t* error) {
    return zip_source_buffer_create(content.data(), content.size(), 0, error);
  });
  if (!reason.empty()) fail("is a damaged zip archive: {}", reason);
  list(content.size(), max_entries);
}

ZipArchive::ZipArchive(const std::filesystem::path& path, std::size_t max_entries)
    : file_(path.string()), handle_(std::make_unique<Handle>()) {
  const std::uint64_t bytes = regular_file_size(path);
  const std::string reason = open_archive(
      handle_->archive, [&](zip_error_t* error) { return zip_source_file_create(path.c_str(), 0, -1, error); });
  if (!reason.empty()) fail("is no zip archive, or a damaged one: {}", reason);
  list(bytes, max_entries);
}

ZipArchive::~ZipArchive() = default;

ZipArchive::Status ZipArchive::status(std::uint64_t index, const std::string& shown) const {
  Status status;
  zip_stat_init(&status);
  constexpr zip_uint64_t needed =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if (zip_stat_index(handle_->archive, index, 0, &status) != 0 || (status.valid & needed) != needed) {
    fail("entry {} is damaged", shown);
  }
  return status;
}

/// Overlapping entries could expand beyond `bytes`: all entries together must fit.
void ZipArchive::list(std::uint64_t bytes, std::size_t max_entries) {
  const zip_int64_t count = zip_get_num_entries(handle_->archive, 0);
  if (count < 0 || static_cast<std::uint64_t>(count) > max_entries) {
    fail("is a zip archive of {} entries, expected at most {}", count, max_entries);
  }
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
    const char* name = zip_get_name(handle_->archive, i, ZIP_FL_ENC_RAW);
    if (name == nullptr) fail("entry number {} is damaged", i);
    const std::string shown = quoted_name(name);
    if (!entries_.emplace(name, i).second) fail("has two entries {}", shown);
    const std::uint64_t size = status(i, shown).comp_size;
    if (size > bytes) {
      fail("entry {} claims {} bytes, expected at most the {} that those before it leave", shown, size, bytes);
    }
    bytes -= size;
  }
}

ByteSource ZipArchive::source(std::uint64_t index, const std::string& shown) const {
  const std::shared_ptr<zip_file_t> entry(zip_fopen_index(handle_->archive, index, 0), [](zip_file_t* opened) {
    if (opened != nullptr) zip_fclose(opened);
  });
  if (entry == nullptr) fail("entry {} is damaged: {}", shown, zip_strerror(handle_->archive));
  return [this, entry, shown](std::span<std::uint8_t> out) {
    std::size_t done = 0;
    while (done < out.size()) {
      const zip_int64_t n = zip_fread(entry.get(), out.data() + done, out.size() - done);
      if (n < 0) fail("entry {} is damaged: {}", shown, zip_error_strerror(zip_file_get_error(entry.get())));
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  };
}

std::optional<std::vector<std::uint8_t>> ZipArchive::read_stored(std::string_view name, std::uint64_t limit) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return std::nullopt;
  const std::string shown = quoted_name(name);
  const Status status = this->status(found->second, shown);
  if (status.comp_method != ZIP_CM_STORE || status.encryption_method != ZIP_EM_NONE) {
    fail("entry {} is compressed or encrypted, expected it stored, as PyTorch writes it", shown);
  }
  if (status.size != status.comp_size || status.size > limit) {
    fail("entry {} claims {} bytes, expected at most {}", shown, status.size, limit);
  }
  const ByteSource bytes = source(found->second, shown);
  std::vector<std::uint8_t> content(status.size);
  // The read that meets the end verifies the check sum.
  std::uint8_t beyond = 0;
  if (bytes(content) < content.size() || bytes({&beyond, 1}) > 0) {
    fail("entry {} is not of the {} bytes that it claims", shown, content.size());
  }
  return content;
}

ZipArchive::Entry ZipArchive::open(std::string_view name) const {
  const std::string shown = quoted_name(name);
  const std::uint64_t index = entries_.find(name)->second;
  const Status status = this->status(index, shown);
  if (status.encryption_method != ZIP_EM_NONE) fail("entry {} is encrypted, expected no encryption", shown);
  if (status.comp_method != ZIP_CM_STORE && status.comp_method != ZIP_CM_DEFLATE) {
    fail("entry {} is compressed by method {}, expected it stored or deflated", shown, status.comp_method);
  }
  const std::uint64_t most = status.comp_size * (status.comp_method == ZIP_CM_STORE ? 1 : most_expansion);
  if (status.size > most) {
    fail("entry {} claims {} bytes, expected at most {} of {} packed ones", shown, status.size, most, status.comp_size);
  }
  return {.size = status.size, .bytes = source(index, shown)};
}

}  // namespace inforelay
