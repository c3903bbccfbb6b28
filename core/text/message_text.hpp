// What comes from outside, made fit for a message of one line.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace inforelay {

/// A name found in a file, for messages: on one line, in quotes, cut where it is long, other than printable ASCII as
/// \xNN.
std::string quoted_name(std::string_view name);
/// `text` with '?' for control characters other than line breaks, which a terminal must not obey.
std::string printable(std::string_view text);
/// The same with blanks for line breaks.
std::string one_line(std::string_view text);
/// "a, b, c", for messages; of more than 8 the first 8, "... and" the number of the others.
std::string listed(std::span<const std::string> items);

}  // namespace inforelay
