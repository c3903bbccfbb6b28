// The format HDF5, also MATLAB's since 7.3. A child process reads, and returns each array in the format npy.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

#include "core/arrays/array_format.hpp"
#include "core/arrays/npy.hpp"
#include "core/error.hpp"
#include "core/files/files.hpp"
#include "core/files/hdf5_file.hpp"
#include "core/process/child_process.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

// For the library, and for what a listing needs.
constexpr std::uint64_t base_memory = std::uint64_t{1} << 30;

/// Time to unpack the file at 10 MB a second, far below what HDF5 does.
ChildLimits limits_for(const std::filesystem::path& file, std::uint64_t array_bytes) {
  const auto seconds = static_cast<unsigned>(std::min<std::uint64_t>(20 + regular_file_size(file) / 10'000'000, 3600));
  const std::uint64_t twice = array_bytes > no_limit / 4 ? no_limit / 2 : 2 * array_bytes;
  return {.memory_bytes = base_memory + twice, .cpu_seconds = seconds, .wall_seconds = 2 * seconds};
}

void check_not_old_matlab(const std::filesystem::path& file) {
  constexpr std::string_view old = "MATLAB 5.0 MAT-file";
  const Bytes start = read_file_start(file, old.size());
  if (!std::equal(start.begin(), start.end(), old.begin(), old.end())) return;
  throw DataError("{}: is a MATLAB file before version 7.3, expected HDF5: save it with '-v7.3'", file.string());
}

StoredType type_of(const Hdf5Values& values) {
  return std::visit(
      [](const auto& list) -> StoredType {
        using T = typename std::decay_t<decltype(list)>::value_type;
        if constexpr (std::is_same_v<T, std::string>) {
          std::size_t longest = 1;
          for (const std::string& text : list) longest = std::max(longest, text.size());
          return {ElementKind::bytes, longest};
        } else if constexpr (std::is_floating_point_v<T>) {
          return {ElementKind::floating, sizeof(T)};
        } else {
          return {std::is_signed_v<T> ? ElementKind::signed_integer : ElementKind::unsigned_integer, sizeof(T)};
        }
      },
      values);
}

void append(const Hdf5Values& values, const StoredType& type, Bytes& out) {
  std::visit(
      [&](const auto& list) {
        using T = typename std::decay_t<decltype(list)>::value_type;
        const std::size_t begin = out.size();
        out.resize(begin + list.size() * type.size);
        if constexpr (std::is_same_v<T, std::string>) {
          for (std::size_t i = 0; i < list.size(); ++i) {
            std::copy(list[i].begin(), list[i].end(), out.begin() + static_cast<std::ptrdiff_t>(begin + i * type.size));
          }
        } else if (!list.empty()) {
          std::memcpy(out.data() + begin, list.data(), list.size() * sizeof(T));
        }
      },
      values);
}

/// In the child: whether MATLAB wrote the array, and it as npy; without values only the header.
Bytes array_as_npy(const Hdf5Reader& file, const ArrayPlace& place, std::uint64_t max_bytes, bool with_values) {
  const std::string& path = place.keys.front();
  const std::string shown = place_text(place);
  if (file.kind(path) == Hdf5Kind::group) throw DataError("{} is a group, expected an array in it", shown);
  const bool is_matlab = file.has_attribute(path, "MATLAB_class");
  if (is_matlab) {
    const auto name = file.attribute<std::string>(path, "MATLAB_class");
    if (name == "char" || name == "cell" || name == "struct" || name == "function_handle") {
      throw DataError("{} is a {} of MATLAB, expected an array of numbers", shown, name);
    }
    if (file.has_attribute(path, "MATLAB_empty")) throw DataError("{} is an empty array of MATLAB", shown);
  }
  const std::vector<std::size_t> extents = file.shape(path);
  std::vector<std::uint64_t> shape(extents.begin(), extents.end());
  Hdf5Values values = file.values_type(path);
  StoredType type = type_of(values);
  if (with_values) {
    checked_count(type, shape, max_bytes, shown);
    values = file.read_any(path).values;
    type = type_of(values);
    checked_count(type, shape, max_bytes, shown);  // texts are as long as they are
  }
  if (is_matlab) std::reverse(shape.begin(), shape.end());
  Bytes bytes{static_cast<std::uint8_t>(is_matlab)};
  const Bytes start = npy_start(type, is_matlab, shape);
  bytes.insert(bytes.end(), start.begin(), start.end());
  if (with_values) append(values, type, bytes);
  return bytes;
}

std::vector<std::string> names_in(const Hdf5Reader& file) {
  std::vector<std::string> names;
  file.visit("", [&](const std::string& path, Hdf5Kind kind) {
    if (kind != Hdf5Kind::group && kind != Hdf5Kind::dimension) names.push_back("/" + path);
  });
  return names;
}

std::vector<std::string> hdf5_names(const std::filesystem::path& file, const Progress& progress) {
  check_not_old_matlab(file);
  const auto list = [&] {
    Bytes bytes;
    for (const std::string& name : names_in(Hdf5Reader(file))) {
      bytes.insert(bytes.end(), name.begin(), name.end());
      bytes.push_back('\0');
    }
    return bytes;
  };
  const Bytes bytes = run_in_child(list, file.string(), limits_for(file, 0), progress);
  std::vector<std::string> result;
  for (auto begin = bytes.begin(); begin != bytes.end();) {
    const auto end = std::find(begin, bytes.end(), '\0');
    result.emplace_back(begin, end);
    begin = end == bytes.end() ? end : end + 1;
  }
  return result;
}

Bytes from_child(const ArrayPlace& place, std::uint64_t max_bytes, bool with_values, const Progress& progress) {
  check_not_old_matlab(place.file);
  const auto work = [&] {
    // Hdf5Reader counts at least 8 bytes for each number.
    const Hdf5Reader file(place.file, max_bytes > no_limit / 8 ? no_limit : 8 * max_bytes);
    if (!file.exists(place.keys.front())) no_such_array(place.file, place.keys.front(), names_in(file));
    return array_as_npy(file, place, max_bytes, with_values);
  };
  Bytes bytes = run_in_child(work, place.file.string(), limits_for(place.file, with_values ? max_bytes : 0), progress);
  if (bytes.empty()) throw DataError("{}: nothing came back from the process that reads it", place_text(place));
  return bytes;
}

/// The bytes behind the first.
ByteSource rest_of(const Bytes& bytes) {
  return [&bytes, at = std::size_t{1}](std::span<std::uint8_t> out) mutable {
    const std::size_t n = std::min(out.size(), bytes.size() - at);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), n, out.begin());
    at += n;
    return n;
  };
}

FileArrayInfo hdf5_info(const ArrayPlace& place, const Progress& progress) {
  const Bytes bytes = from_child(place, no_limit, false, progress);
  NpyHeader header = read_npy_header(rest_of(bytes), place_text(place));
  FileArrayInfo info = info_of(header.type, std::move(header.shape), place_text(place));
  info.from_matlab = bytes.front() == 1;
  return info;
}

FileArray read_hdf5(const ArrayPlace& place, std::uint64_t max_bytes, const Progress& progress) {
  const Bytes bytes = from_child(place, max_bytes, true, progress);
  FileArray array = read_npy(rest_of(bytes), bytes.size() - 1, max_bytes, place_text(place), progress);
  array.from_matlab = bytes.front() == 1;
  return array;
}

}  // namespace

const ArrayFormat hdf5_format{.endings = {".h5", ".hdf5", ".mat"},
                              .keys = ArrayFormat::Keys::one,
                              .names = hdf5_names,
                              .info = hdf5_info,
                              .read = read_hdf5};

}  // namespace inforelay
