// What a format of arrays is. A format is a file that defines one and a row of file_array.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/arrays/element_type.hpp"
#include "core/arrays/file_array.hpp"

namespace inforelay {

struct ArrayFormat {
  std::vector<std::string_view> endings;  ///< ".npy", lower case
  enum class Keys { none, one, columns } keys;
  std::vector<std::string> (*names)(const std::filesystem::path& file, const Progress& progress);
  FileArrayInfo (*info)(const ArrayPlace& place, const Progress& progress);
  FileArray (*read)(const ArrayPlace& place, std::uint64_t max_bytes, const Progress& progress);
};

extern const ArrayFormat npy_format, npz_format, hdf5_format, csv_format, safetensors_format;

/// "rec.npz: 'spikes'"; "rec.npy"
std::string place_text(const ArrayPlace& place);

/// Throws DataError: the file has no array or column `key`, but `names`.
[[noreturn]] void no_such_array(const std::filesystem::path& file, std::string_view key,
                                const std::vector<std::string>& names);

/// The info of an array of this type and shape.
FileArrayInfo info_of(const StoredType& type, std::vector<std::uint64_t> shape, std::string place);

}  // namespace inforelay
