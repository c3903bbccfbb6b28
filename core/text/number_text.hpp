// Numbers from text, independent of the locale.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace inforelay {

/// The number that the whole of `text` is, in the form of std::from_chars: no blanks, no sign '+', decimal. None where
/// it is something else, or out of the range of T. Of floats, "inf" and "nan" are numbers.
template <class T>
std::optional<T> number_from(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace inforelay
