// Which arrays of an HDF5 file are stored compressed (shuffle and deflate).
#pragma once

#include <hdf5.h>

#include <cstddef>
#include <vector>

namespace inforelay::detail {

/// The chunks in which to compress an array of elements of `element_bytes` each, row-major; empty: store it as it is.
/// An array of at least 1 MiB is compressed if a sample of it, 16 pieces of 16 KiB, shrinks to a fifth or less at
/// deflate's lowest level: then writing less takes less time than compressing, which is not so of most tables of real
/// numbers. Depends on the values alone.
std::vector<hsize_t> compressed_chunks(const void* values, std::size_t element_bytes,
                                       const std::vector<std::size_t>& shape);

inline constexpr unsigned compression_level = 1;

}  // namespace inforelay::detail
