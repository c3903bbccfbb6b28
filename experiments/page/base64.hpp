// Base64, by which the page of a result holds its arrays.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace inforelay {

/// RFC 4648, section 4, with padding: 4 characters for each 3 bytes begun.
std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace inforelay
