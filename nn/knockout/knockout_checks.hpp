// What every method of knocking out neurons asks of its subject; only they use this.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/knockout/knockout.hpp"

namespace inforelay {

/// Throws UsageError where the subject's layer is no hidden layer; DataError where activations or labels have not the
/// network's shapes.
void check_shapes(const KnockoutSubject& subject);

/// For sums in floating point, where a value that is not finite would pass for "off". Throws ComputeError where an
/// activation, or a weight or bias behind the subject's layer, is not finite.
void check_finite(const KnockoutSubject& subject);

/// Samples of each class, [C]. Throws DataError where a label is out of range; UsageError where no sample is of a
/// class, or all are.
std::vector<std::uint32_t> class_sizes(const KnockoutSubject& subject);

}  // namespace inforelay
