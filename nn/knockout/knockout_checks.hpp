// Checks of a subject shared by all knockout methods.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/knockout/knockout.hpp"
#include "nn/knockout/replacement.hpp"

namespace inforelay {

/// Throws UsageError if the subject's layer is not a hidden layer; DataError if activations or labels do not have the
/// network's shapes.
void check_shapes(const KnockoutSubject& subject);

/// For sums in floating point, in which a value that is not finite would count as "off". Throws ComputeError if an
/// activation or its replacement, or a weight or bias after the subject's layer, is not finite.
void check_finite(const KnockoutSubject& subject, const Replacement& replacement);

/// Samples of each class, or with each bit 1, [C]. Throws DataError if a label is out of range, or if no sample is of a
/// class or all are; UsageError for more than max_label_bits outputs of bits.
std::vector<std::uint32_t> class_sizes(const KnockoutSubject& subject);

}  // namespace inforelay
