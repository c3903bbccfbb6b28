// Text for one-line messages: untrusted text escaped, shapes, lists.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace inforelay {

/// A name from a file, for messages: in quotes, cut after 80 characters, bytes other than printable ASCII as \xNN.
std::string quoted_name(std::string_view name);
/// `text` with '?' in place of control characters other than line breaks, since a terminal would execute them.
std::string printable(std::string_view text);
/// printable(), with blanks in place of line breaks.
std::string one_line(std::string_view text);
/// "[20,30]": the shape of an array.
std::string shape_text(std::span<const std::uint64_t> shape);
/// "a, b, c", for messages; of more than 8 items the first 8, then "... and N more".
std::string listed(std::span<const std::string> items);

}  // namespace inforelay
