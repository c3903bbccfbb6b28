// The npy format, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html: a magic word, version, the
// length of a header, the header, a Python dict {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, then the
// elements.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/arrays/element_type.hpp"

namespace inforelay {

struct NpyHeader {
  StoredType type;
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
  std::uint64_t bytes = 0;  ///< of the header, with all that stands before it
};

/// Reads the header from the first bytes of an array. Versions 1 to 3. Throws DataError, "PLACE ...".
NpyHeader read_npy_header(const ByteSource& bytes, std::string_view place);

/// All of an array of `size` bytes, with nothing behind it. Throws DataError as read_array().
FileArray read_npy(const ByteSource& bytes, std::uint64_t size, std::uint64_t max_bytes, std::string_view place,
                   const Progress& progress);

/// Magic word, version 2 and header of an array.
std::vector<std::uint8_t> npy_start(const StoredType& type, bool fortran_order,
                                    const std::vector<std::uint64_t>& shape);

}  // namespace inforelay
