// Numbers and letters of text, independent of the locale.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace inforelay {

/// `text` without blanks and tabs at its ends.
inline std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
  return first == std::string_view::npos ? std::string_view() : text.substr(first, last - first + 1);
}

/// `letter` in lower case if it is one of A to Z.
constexpr char ascii_lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// True of "007", "-07" and "01.5", a number in form whose first digit is a 0 before another digit; not of "0" or
/// "0.5". Such texts are codes: as numbers, "007" and "7" would be the same.
constexpr bool has_leading_zero(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && '0' <= text[1] && text[1] <= '9';
}

/// The number in `text`, which must hold nothing else, in the form of std::from_chars: no blanks, no sign '+', decimal.
/// None if it is not a number or out of the range of T. "inf" and "nan" are numbers for floats.
template <class T>
std::optional<T> number_from(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace inforelay
