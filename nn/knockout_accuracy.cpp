#include "nn/knockout_accuracy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"

namespace inforelay {
namespace {

// Samples of each class, [C].
std::vector<std::uint32_t> class_sizes(const KnockoutSubject& subject) {
  std::vector<std::uint32_t> sizes(static_cast<std::size_t>(subject.classes()));
  for (std::size_t i = 0; i < subject.labels.size(); ++i) {
    if (subject.labels[i] >= sizes.size()) {
      throw DataError(
          fmt::format("knockouts: label {} of sample {} is out of range [0,{})", subject.labels[i], i, sizes.size()));
    }
    ++sizes[subject.labels[i]];
  }
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    if (sizes[c] == 0 || sizes[c] == subject.labels.size()) {
      throw UsageError(
          fmt::format("knockouts: {} of {} samples are of class {}; its balanced accuracy needs at least "
                      "one of the class and one other",
                      sizes[c], subject.labels.size(), c));
    }
  }
  return sizes;
}

}  // namespace

KnockoutAccuracy::KnockoutAccuracy(const KnockoutSubject& subject, const KnockoutOptions& options,
                                   const RandomStream& random)
    : sizes_(class_sizes(subject)), total_(static_cast<std::uint32_t>(subject.labels.size())), random_(random) {
  if (options.method == KnockoutMethod::exact) return;
  const int n = options.sample_size;
  if (n < 1) throw UsageError(fmt::format("knockouts: sample_size is {}; it must be at least 1", n));
  for (std::size_t c = 0; c < sizes_.size(); ++c) {
    if (static_cast<std::uint32_t>(n) > sizes_[c]) {
      throw UsageError(
          fmt::format("knockouts: sample_size {} is more than the {} samples of class {}", n, sizes_[c], c));
    }
  }
  sample_size_ = static_cast<std::uint32_t>(n);
  const auto pools = static_cast<std::uint32_t>(sizes_.size()) * sample_size_;
  sampler_.emplace(std::max(*std::max_element(sizes_.begin(), sizes_.end()), pools));
}

}  // namespace inforelay
