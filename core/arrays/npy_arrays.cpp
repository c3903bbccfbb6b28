// The formats .npy and .npz: a zip archive of NAME.npy, stored or deflated.
#include <fmt/format.h>

#include "core/arrays/array_format.hpp"
#include "core/arrays/npy.hpp"
#include "core/error.hpp"
#include "core/files/zip_archive.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {
namespace {

constexpr std::string_view ending = ".npy";
constexpr std::size_t most_arrays = 65536;

std::vector<std::string> no_names(const std::filesystem::path&, const Progress&) { return {}; }

FileArrayInfo npy_info(const ArrayPlace& place, const Progress&) {
  const std::string shown = place_text(place);
  NpyHeader header = read_npy_header(file_bytes(place.file), shown);
  return info_of(header.type, std::move(header.shape), shown);
}

FileArray read_npy_file(const ArrayPlace& place, std::uint64_t max_bytes, const Progress& progress) {
  return read_npy(file_bytes(place.file), regular_file_size(place.file), max_bytes, place_text(place), progress);
}

std::vector<std::string> names_in(const ZipArchive& archive) {
  std::vector<std::string> names;
  for (const auto& [name, index] : archive.entries()) {
    if (name.ends_with(ending)) names.push_back(name.substr(0, name.size() - ending.size()));
  }
  return names;
}

std::vector<std::string> npz_names(const std::filesystem::path& file, const Progress&) {
  return names_in(ZipArchive(file, most_arrays));
}

ZipArchive::Entry open_entry(const ZipArchive& archive, const ArrayPlace& place) {
  const std::string name = place.keys.front() + std::string(ending);
  if (!archive.entries().contains(name)) no_such_array(place.file, place.keys.front(), names_in(archive));
  return archive.open(name);
}

FileArrayInfo npz_info(const ArrayPlace& place, const Progress&) {
  const std::string shown = place_text(place);
  const ZipArchive archive(place.file, most_arrays);
  NpyHeader header = read_npy_header(open_entry(archive, place).bytes, shown);
  return info_of(header.type, std::move(header.shape), shown);
}

FileArray read_npz(const ArrayPlace& place, std::uint64_t max_bytes, const Progress& progress) {
  const ZipArchive archive(place.file, most_arrays);
  const ZipArchive::Entry entry = open_entry(archive, place);
  return read_npy(entry.bytes, entry.size, max_bytes, place_text(place), progress);
}

}  // namespace

const ArrayFormat npy_format{
    .endings = {".npy"}, .keys = ArrayFormat::Keys::none, .names = no_names, .info = npy_info, .read = read_npy_file};

const ArrayFormat npz_format{
    .endings = {".npz"}, .keys = ArrayFormat::Keys::one, .names = npz_names, .info = npz_info, .read = read_npz};

}  // namespace inforelay
