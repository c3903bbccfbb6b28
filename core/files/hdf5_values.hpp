// Small words that the writers of results share.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "core/files/hdf5_file.hpp"

namespace inforelay {

inline std::string join_path(std::string_view group, std::string_view name) {
  return group.empty() ? std::string(name) : fmt::format("{}/{}", group, name);
}

/// A single value as a dataset, with units and long name, and as an attribute of its group, where h5dump -A and h5py
/// show it at a glance. T: std::string (up to some 60 kB, as HDF5 keeps attributes in a header), std::int64_t or
/// double.
template <class T>
void write_value(Hdf5Writer& file, const std::string& group, const std::string& name, const T& value,
                 std::string_view units, std::string_view long_name) {
  file.dataset(join_path(group, name), value,
               {.units = std::string(units), .long_name = std::string(long_name), .dims = {}});
  file.attribute(group, name, value);
}

}  // namespace inforelay
