// Writing to an open file to the end.
#pragma once

#include <cstdint>
#include <span>

namespace inforelay {

/// Writes all of `bytes` to an open file. False, with errno, if that fails.
bool write_all(int descriptor, std::span<const std::uint8_t> bytes);

}  // namespace inforelay
