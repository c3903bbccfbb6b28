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

}  // namespace inforelay
