#include "experiments/figures/plot/gnuplot.hpp"

#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <string_view>

#include "core/process/child_process.hpp"
#include "experiments/figures/plot/figure_writer.hpp"

namespace inforelay {
namespace {

constexpr std::size_t longest_tic = 60;

/// Bytes of the UTF-8 character that `text` begins with; 0 where it is none. Overlong forms and surrogates are none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF && continues(1)) return 2;
  if (first >= 0xE0 && first <= 0xEF && continues(1) && continues(2)) {
    const bool bad = (first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0);
    return bad ? 0 : 3;
  }
  if (first >= 0xF0 && first <= 0xF4 && continues(1) && continues(2) && continues(3)) {
    const bool bad = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90);
    return bad ? 0 : 4;
  }
  return 0;
}

std::string literal(std::string_view text, bool tic, std::size_t longest_text) {
  std::string quoted = "'";
  for (std::size_t characters = 0; !text.empty(); ++characters) {
    if (characters == longest_text) {
      quoted += "\u2026";
      break;
    }
    const std::size_t length = utf8_length(text);
    const char first = text.front();
    const bool control = length == 1 && (static_cast<unsigned char>(first) < 0x20 || first == 0x7F);
    const bool c1_control = length == 2 && first == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0;
    if (length == 0 || control || c1_control) {
      quoted += ' ';
    } else {
      if (std::strchr("\\{}_^@&~", first) != nullptr) quoted += '\\';
      if (tic && first == '%') quoted += '%';
      // gnuplot 5.4 takes a doubled quote for a quote, but not where it begins the text: so no quote stands inside.
      quoted += first == '\'' ? std::string_view("\u2019") : text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return quoted + "'";
}

/// Returns gnuplot's error line, `"name.gp" line 12: ...`. Warnings and the echoed source line are skipped.
std::string complaint(const std::filesystem::path& messages) {
  std::ifstream in(messages);
  std::string first;
  for (std::string line; std::getline(in, line);) {
    const auto begin = line.find_first_not_of(" \t\r^");
    if (begin == std::string::npos || line.find("warning:") != std::string::npos) continue;
    line = line.substr(begin, 300);
    if (line.find("\" line ") != std::string::npos) return line;
    if (first.empty()) first = line;
  }
  return first.empty() ? "no message" : first;
}

}  // namespace

std::string gnuplot_literal(std::string_view text, std::size_t longest) { return literal(text, false, longest); }
std::string gnuplot_tic_literal(std::string_view text) { return literal(text, true, longest_tic); }

void run_gnuplot(const std::string& program, const std::filesystem::path& folder, const std::string& script,
                 const std::string& figure) {
  // In the C locale gnuplot warns about characters that it cannot convert.
  ProgramStart start{.program = program,
                     .arguments = {"gnuplot", "-d", script},
                     .folder = folder,
                     .messages = folder / "messages",
                     .environment = {"LC_ALL=C.UTF-8"},
                     // Terminals, search paths and fonts of the user; -d ignores the start files.
                     .withheld = {"GNUTERM", "GNUPLOT", "GDFONTPATH", "FIT_"}};
  // The working directory changes before the program is looked for.
  if (program.find('/') != std::string::npos) start.program = std::filesystem::absolute(program).string();
  pid_t child = 0;
  try {
    child = start_program(start);
  } catch (const IoError& error) {
    throw FigureError(
        fmt::format("cannot draw figure {}: {}; on Debian: apt-get install gnuplot-nox", figure, error.what()));
  }
  const int status = wait_for_end(child);
  if (status == 0) return;
  throw FigureError(fmt::format("cannot draw figure {}: {} ended with {}: {} (gnuplot 5.4 or later is needed)", figure,
                                program, end_text(status), complaint(folder / "messages")));
}

}  // namespace inforelay
