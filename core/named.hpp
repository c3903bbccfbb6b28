// Lists of named things that keep the order in which they were written.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inforelay {

/// The one called `name`; null where there is none.
template <class T>
const T* find_named(const std::vector<std::pair<std::string, T>>& list, std::string_view name) {
  for (const auto& [its_name, value] : list) {
    if (its_name == name) return &value;
  }
  return nullptr;
}

}  // namespace inforelay
