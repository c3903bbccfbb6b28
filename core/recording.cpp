#include "core/recording.hpp"

#include "core/error.hpp"

namespace inforelay {

const Samples& Recording::subset(std::string_view name) const {
  std::string names;
  for (const auto& [subset, samples] : subsets) {
    if (subset == name) return samples;
    names += (names.empty() ? "" : ", ") + subset;
  }
  throw UsageError("the recording has no subset '{}'; it has {}", name, names);
}

}  // namespace inforelay
