// The values that the input and the output of a system can take.
#pragma once

#include <cstddef>
#include <cstdint>

namespace inforelay {

/// A label or a prediction of a sample: a small number, whose name is kept by whatever defines it.
using Symbol = std::uint16_t;
inline constexpr std::size_t max_symbols = 65536;

}  // namespace inforelay
