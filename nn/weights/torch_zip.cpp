#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>

#include "core/error.hpp"
#include "core/files/zip_archive.hpp"
#include "nn/weights/torch_files.hpp"
#include "nn/weights/torch_state_dict.hpp"

namespace inforelay {
namespace {

constexpr std::size_t max_entries = 8 * max_tensors;

/// The top folder of a PyTorch archive, such as "archive/"; it may have any name.
std::string find_root(const ZipArchive& archive, std::string_view file) {
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

bool is_big_endian(const ZipArchive& archive, const std::string& root, std::string_view file) {
  const auto entry = archive.read_stored(root + "byteorder", 64);
  if (!entry) return false;
  const std::string order(entry->begin(), entry->end());
  if (order != "little" && order != "big") {
    throw DataError("{}: has byte order {}, expected 'little' or 'big'", file, quoted_name(order));
  }
  return order == "big";
}

}  // namespace

TensorFile read_torch_zip(std::span<const std::uint8_t> content, std::string_view file) {
  const ZipArchive archive(content, file, max_entries);
  const std::string root = find_root(archive, file);
  const bool big_endian = is_big_endian(archive, root, file);
  const std::string name = root + "data.pkl";
  const auto pickle = archive.read_stored(name, content.size());
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
    const auto storage = archive.read_stored(fmt::format("{}data/{}", root, key), content.size());
    if (!storage) throw DataError("{} lies in storage {}, which is missing", first.place, quoted_name(key));
    const std::size_t width = first.storage.type.size;
    if (storage->size() % width != 0 || storage->size() / width != first.storage.size) {
      throw DataError("{} lies in storage {} of {} bytes, expected {} elements of {} bytes", first.place,
                      quoted_name(key), storage->size(), first.storage.size, width);
    }
    for (const std::size_t i : tensors) result.tensors[i] = gather(dict.tensors[i], *storage, big_endian);
  }
  return result;
}

}  // namespace inforelay
