#include "nn/knockout/knockout_accuracy.hpp"

#include <algorithm>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "nn/knockout/knockout_checks.hpp"

namespace inforelay {

KnockoutAccuracy::KnockoutAccuracy(const KnockoutSubject& subject, const KnockoutOptions& options,
                                   const RandomStream& random)
    : sizes_(class_sizes(subject)),
      kind_(subject.kind),
      labels_(static_cast<std::size_t>(subject.possible_labels())),
      total_(static_cast<std::uint32_t>(subject.labels.size())),
      random_(random) {
  if (kind_ == LabelKind::bits &&
      (options.function == KnockoutFunction::argmax || options.method == KnockoutMethod::sampled))
    throw UsageError(
        "knockouts: output bits are decided one by one, on all samples: use function threshold, method exact");
  const std::string problem = function_problem(options.function, subject.network.layers.back().activation);
  if (!problem.empty()) throw UsageError("knockouts: {}", problem);
  if (options.method == KnockoutMethod::exact) return;
  const int n = options.sample_size;
  check_bounded(n >= 1, "knockouts: sample_size", n, "at least 1");
  for (std::size_t c = 0; c < sizes_.size(); ++c) {
    if (static_cast<std::uint32_t>(n) > sizes_[c]) {
      throw UsageError("knockouts: sample_size {} is more than the {} samples of class {}", n, sizes_[c], c);
    }
  }
  sample_size_ = static_cast<std::uint32_t>(n);
  const auto pools = static_cast<std::uint32_t>(sizes_.size()) * sample_size_;
  sampler_.emplace(std::max(*std::max_element(sizes_.begin(), sizes_.end()), pools));
}

}  // namespace inforelay
