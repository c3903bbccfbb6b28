// Numbers of bytes with units: "8 GiB", "500 MB".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inforelay {

struct ByteUnit {
  std::string_view name;
  std::uint64_t bytes;
};

/// Powers of 1024 (KiB, ...) and of 1000 (kB, ...), largest first.
inline constexpr std::array<ByteUnit, 9> byte_units{{{"TiB", std::uint64_t{1} << 40},
                                                     {"TB", 1'000'000'000'000},
                                                     {"GiB", std::uint64_t{1} << 30},
                                                     {"GB", 1'000'000'000},
                                                     {"MiB", std::uint64_t{1} << 20},
                                                     {"MB", 1'000'000},
                                                     {"KiB", 1024},
                                                     {"kB", 1000},
                                                     {"B", 1}}};

/// A decimal number and one of byte_units, with or without a blank between: "1.5 GiB". Rounded down to whole bytes.
/// None for anything else, including a number without unit, negative or too large.
std::optional<std::uint64_t> byte_count_from(std::string_view text);

/// In the largest unit of which it is a whole number; reads back as the same number.
std::string byte_count_text(std::uint64_t bytes);

/// What byte_count_from takes, as a regular expression of ECMA-262.
std::string byte_count_pattern();

}  // namespace inforelay
