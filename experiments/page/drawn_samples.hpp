// The samples of a subset of which the page has values or images, where it does not have all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace inforelay {

/// `count` of the `samples` samples, or all if there are fewer, ascending: drawn at random without replacement, always
/// the same ones. A smaller draw from as many samples is part of a larger one, so that of values and images of drawn
/// samples those of the fewer ones have both.
std::vector<std::uint32_t> drawn_samples(std::size_t samples, std::size_t count);

}  // namespace inforelay
