// The types of the elements of arrays in files, and their conversion to those of FileArray.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/arrays/file_array.hpp"
#include "core/files/byte_source.hpp"

namespace inforelay {

inline constexpr std::size_t most_axes = 32;  ///< of an array: NumPy's limit

enum class ElementKind { boolean, signed_integer, unsigned_integer, floating, brain_float, bytes, unicode };

struct StoredType {
  ElementKind kind{};
  std::uint64_t size = 0;  ///< bytes of one element in the file
  bool big_endian = false;

  bool operator==(const StoredType&) const = default;
};

/// "bool", "uint8", "float16", "text"
std::string name_of(const StoredType& type);

/// The type that safetensors calls `dtype`, "F32"; none if that is no known one.
std::optional<StoredType> safetensors_type(std::string_view dtype);

/// An element that is no text as the nearest float; infinity beyond the range.
float as_float(const std::uint8_t* bytes, const StoredType& type);

/// Bytes of one element in a FileArray; of text with the string that holds it.
std::uint64_t bytes_in_memory(const StoredType& type);

/// Product of `shape`. Throws DataError, "PLACE ...", if that times the larger of an element's bytes in file and memory
/// is more than `max_bytes`, or with more than 32 axes. An extent of 0 does not excuse the others.
std::uint64_t checked_count(const StoredType& type, std::span<const std::uint64_t> shape, std::uint64_t max_bytes,
                            std::string_view place);

/// The next `count` elements, after checked_count(). Throws DataError, "PLACE ...", if there are fewer, or with an
/// element that is no bool, no text or beyond 2^63 - 1. Throws Interrupted.
FileArrayValues read_elements(const StoredType& type, std::uint64_t count, const ByteSource& bytes,
                              std::string_view place, const Progress& progress);

/// From column-major order (Fortran, MATLAB) to row-major. Takes the memory of the array once more.
void to_row_major(FileArrayValues& values, std::span<const std::uint64_t> shape);

}  // namespace inforelay
