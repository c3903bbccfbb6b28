#include "core/text/byte_count.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/text/number_text.hpp"

namespace inforelay {

std::optional<std::uint64_t> byte_count_from(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view number = text.substr(0, digits);
  std::string_view unit = text.substr(digits);
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  const auto found = std::find_if(byte_units.begin(), byte_units.end(), [&](const auto& u) { return u.name == unit; });
  // Ambiguous or incomplete numbers: "010", ".", ".5", "5.".
  const bool odd = number.empty() || number.front() == '.' || number.back() == '.' ||
                   (number.size() > 1 && number[0] == '0' && number[1] != '.');
  if (found == byte_units.end() || odd) return std::nullopt;
  const std::optional<double> value = number_from<double>(number);
  constexpr double exactly_counted = 9007199254740992.0;  // 2^53
  if (!value || *value * static_cast<double>(found->bytes) > exactly_counted) return std::nullopt;
  return static_cast<std::uint64_t>(std::floor(*value * static_cast<double>(found->bytes)));
}

std::string byte_count_text(std::uint64_t bytes) {
  const auto unit = std::find_if(byte_units.begin(), byte_units.end(),
                                 [&](const ByteUnit& u) { return bytes >= u.bytes && bytes % u.bytes == 0; });
  return unit == byte_units.end() ? "0 B" : fmt::format("{} {}", bytes / unit->bytes, unit->name);
}

std::string byte_count_pattern() {
  std::vector<std::string_view> names;
  for (const ByteUnit& unit : byte_units) names.push_back(unit.name);
  return fmt::format("^(0|[1-9][0-9]*)(\\.[0-9]+)? ?({})$", fmt::join(names, "|"));
}

}  // namespace inforelay
