#include <fmt/format.h>
#include <zip.h>

#include <map>
#include <memory>
#include <optional>

#include "core/error.hpp"
#include "nn/weights/torch_files.hpp"
#include "nn/weights/torch_state_dict.hpp"

namespace inforelay {
namespace {

constexpr std::size_t max_entries = 8 * max_tensors;

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

/// A zip archive in memory whose entries are all stored, not compressed.
class Archive {
 public:
  /// `content` must outlive the archive.
  Archive(std::span<const std::uint8_t> content, std::string_view file) : file_(file) {
    zip_error_t error;
    zip_error_init(&error);
    const std::unique_ptr<zip_error_t, decltype(&zip_error_fini)> guard(&error, zip_error_fini);
    zip_source_t* source = zip_source_buffer_create(content.data(), content.size(), 0, &error);
    if (source != nullptr) {
      archive_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
      if (archive_ == nullptr) zip_source_free(source);
    }
    if (archive_ == nullptr) fail("is a damaged zip archive: {}", zip_error_strerror(&error));
    list(content.size());
  }

  /// Names of all entries, sorted, with their numbers.
  const std::map<std::string, zip_uint64_t, std::less<>>& entries() const { return entries_; }

  /// The content of an entry of at most `limit` bytes; none if there is no such entry.
  std::optional<std::vector<std::uint8_t>> read(std::string_view name, std::uint64_t limit) const {
    const auto found = entries_.find(name);
    if (found == entries_.end()) return std::nullopt;
    const std::string shown = quoted_name(name);
    const zip_stat_t status = stat(found->second, shown);
    if (status.comp_method != ZIP_CM_STORE || status.encryption_method != ZIP_EM_NONE) {
      fail("entry {} is compressed or encrypted, expected it stored, as PyTorch writes it", shown);
    }
    if (status.size != status.comp_size || status.size > limit) {
      fail("entry {} claims {} bytes, expected at most {}", shown, status.size, limit);
    }
    const std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen_index(archive_.get(), found->second, 0));
    if (entry == nullptr) fail("entry {} is damaged: {}", shown, zip_strerror(archive_.get()));
    std::vector<std::uint8_t> bytes(status.size);
    std::uint64_t done = 0;
    // The read that meets the end verifies the check sum.
    for (std::uint8_t beyond = 0;;) {
      const bool is_full = done == bytes.size();
      const zip_int64_t n = is_full ? zip_fread(entry.get(), &beyond, 1)
                                    : zip_fread(entry.get(), bytes.data() + done, bytes.size() - done);
      if (n < 0) fail("entry {} is damaged: {}", shown, zip_error_strerror(zip_file_get_error(entry.get())));
      if (n == 0 && is_full) return bytes;
      if (n == 0 || is_full) fail("entry {} is not of the {} bytes that it claims", shown, bytes.size());
      done += static_cast<std::uint64_t>(n);
    }
  }

 private:
  template <class... Arguments>
  [[noreturn]] void fail(fmt::format_string<Arguments...> what, Arguments&&... arguments) const {
    throw DataError("{}: {}", file_, fmt::format(what, std::forward<Arguments>(arguments)...));
  }

  zip_stat_t stat(zip_uint64_t index, const std::string& shown) const {
    zip_stat_t status;
    zip_stat_init(&status);
    constexpr zip_uint64_t needed =
        ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if (zip_stat_index(archive_.get(), index, 0, &status) != 0 || (status.valid & needed) != needed) {
      fail("entry {} is damaged", shown);
    }
    return status;
  }

  /// Overlapping entries could expand beyond `bytes`: all entries together must fit.
  void list(std::uint64_t bytes) {
    const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
    if (count < 0 || static_cast<std::uint64_t>(count) > max_entries) {
      fail("is a zip archive of {} entries, expected at most {}", count, max_entries);
    }
    for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
      const char* name = zip_get_name(archive_.get(), i, ZIP_FL_ENC_RAW);
      if (name == nullptr) fail("entry number {} is damaged", i);
      const std::string shown = quoted_name(name);
      if (!entries_.emplace(name, i).second) fail("has two entries {}", shown);
      const std::uint64_t size = stat(i, shown).comp_size;
      if (size > bytes) {
        fail("entry {} claims {} bytes, expected at most the {} that those before it leave", shown, size, bytes);
      }
      bytes -= size;
    }
  }

  std::string_view file_;
  std::unique_ptr<zip_t, CloseArchive> archive_;
  std::map<std::string, zip_uint64_t, std::less<>> entries_;
};

/// The top folder of a PyTorch archive, such as "archive/"; it may have any name.
std::string find_root(const Archive& archive, std::string_view file) {
  constexpr std::string_view ending = "/data.pkl";
  std::optional<std::string> root;
  for (const auto& [name, index] : archive.entries()) {
    if (!name.ends_with(ending) || name.find('/') != name.size() - ending.size()) continue;
    if (root) throw DataError("{}: has two entries NAME/data.pkl, expected one", file);
    root = name.substr(0, name.size() - ending.size() + 1);
  }
  if (!root) throw DataError("{}: is a zip archive without NAME/data.pkl, expected one of PyTorch", file);
  if (archive.entries().contains(*root + "constants.pkl")) {
    throw DataError("{}: is a TorchScript program, expected a state dict: save model.state_dict()", file);
  }
  return *root;
}

bool is_big_endian(const Archive& archive, const std::string& root, std::string_view file) {
  const auto entry = archive.read(root + "byteorder", 64);
  if (!entry) return false;
  const std::string order(entry->begin(), entry->end());
  if (order != "little" && order != "big") {
    throw DataError("{}: has byte order {}, expected 'little' or 'big'", file, quoted_name(order));
  }
  return order == "big";
}

}  // namespace

bool is_zip(std::span<const std::uint8_t> content) {
  return content.size() >= 4 && content[0] == 'P' && content[1] == 'K' &&
         ((content[2] == 3 && content[3] == 4) || (content[2] == 5 && content[3] == 6));
}

TensorFile read_torch_zip(std::span<const std::uint8_t> content, std::string_view file) {
  const Archive archive(content, file);
  const std::string root = find_root(archive, file);
  const bool big_endian = is_big_endian(archive, root, file);
  const std::string name = root + "data.pkl";
  const auto pickle = archive.read(name, content.size());
  const TorchStateDict dict = read_torch_state_dict(*pickle, fmt::format("{}: {}", file, quoted_name(name)));
  if (dict.pickle_bytes != pickle->size()) {
    throw DataError("{}: {} bytes follow the pickle in {}, expected none", file, pickle->size() - dict.pickle_bytes,
                    quoted_name(name));
  }
  // One storage in memory at a time.
  std::map<std::string_view, std::vector<std::size_t>> users;
  for (std::size_t i = 0; i < dict.tensors.size(); ++i) users[dict.tensors[i].storage.key].push_back(i);
  TensorFile result{.format = "PyTorch (zip)", .tensors = {}, .ordered = true};
  result.tensors.resize(dict.tensors.size());
  for (const auto& [key, tensors] : users) {
    const TorchTensor& first = dict.tensors[tensors.front()];
    const auto storage = archive.read(fmt::format("{}data/{}", root, key), content.size());
    if (!storage) throw DataError("{} lies in storage {}, which is missing", first.place, quoted_name(key));
    const std::size_t width = element_bytes(first.storage.type);
    if (storage->size() % width != 0 || storage->size() / width != first.storage.size) {
      throw DataError("{} lies in storage {} of {} bytes, expected {} elements of {} bytes", first.place,
                      quoted_name(key), storage->size(), first.storage.size, width);
    }
    for (const std::size_t i : tensors) result.tensors[i] = gather(dict.tensors[i], *storage, big_endian);
  }
  return result;
}

}  // namespace inforelay
