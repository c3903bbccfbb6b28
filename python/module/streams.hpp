// Random streams by the names that the program gives them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/random.hpp"

namespace inforelay::python {

/// The stream names[0] of `seed`, of it the child names[1], and so on; names: at least one.
inline RandomStream stream_named(std::uint64_t seed, const std::vector<std::string>& names) {
  RandomStream stream(seed, names.front());
  for (std::size_t i = 1; i < names.size(); ++i) stream = stream.child(names[i]);
  return stream;
}

}  // namespace inforelay::python
