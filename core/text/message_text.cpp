#include "core/text/message_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace inforelay {

std::string quoted_name(std::string_view name) {
  constexpr std::size_t longest = 80;
  std::string text = "'";
  for (const char c : name.substr(0, longest)) {
    if (c >= ' ' && c <= '~') {
      text += c;
    } else {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return text + (name.size() > longest ? "...'" : "'");
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  const auto is_control = [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    // U+0080 to U+009F in UTF-8: U+009B begins a command of a terminal as ESC [ does.
    const bool wide = text[i] == '\xc2' && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) <= 0x9f &&
                      static_cast<unsigned char>(text[i + 1]) >= 0x80;
    result += wide || is_control(static_cast<unsigned char>(text[i])) ? '?' : text[i];
    if (wide) ++i;
  }
  return result;
}

std::string one_line(std::string_view text) {
  std::string result = printable(text);
  std::replace(result.begin(), result.end(), '\n', ' ');
  return result;
}

std::string shape_text(std::span<const std::uint64_t> shape) { return fmt::format("[{}]", fmt::join(shape, ",")); }

std::string listed(std::span<const std::string> items) {
  constexpr std::size_t longest = 8;
  const auto shown = items.first(std::min(items.size(), longest));
  return fmt::format("{}{}", fmt::join(shown, ", "),
                     items.size() > longest ? fmt::format(" ... and {} more", items.size() - longest) : "");
}

}  // namespace inforelay
