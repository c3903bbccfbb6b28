#include "experiments/reports/display.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace inforelay {
namespace {

void write(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80u;
}

// Shells inside editors have TERM=dumb and would show the codes that clear a line.
bool can_redraw() {
  const char* terminal = std::getenv("TERM");
  return isatty(STDERR_FILENO) && terminal && std::string_view(terminal) != "dumb";
}

// At most `most` bytes, without a part of a character at the end.
std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  text.resize(most);
  return text;
}

// A note without what stands behind its last comma.
std::string shorter(const std::string& note) {
  const std::size_t comma = note.rfind(", ");
  return comma == std::string::npos ? "" : note.substr(0, comma);
}

// Title, numbers and note of a stage in one line. If they do not fit, first the note loses what stands behind its
// commas, then the title is cut: the numbers are what one looks for.
std::string bar_line(const StageStatus& stage, std::size_t width) {
  constexpr std::size_t shortest_title = 20;
  const std::string numbers = progress_numbers(stage);
  const std::size_t for_title = width > numbers.size() + 2 ? width - numbers.size() - 2 : 0;
  std::string line = cut(title_of(stage), std::max(for_title, shortest_title)) + "  " + numbers;
  std::string note = stage.note;
  while (!note.empty() && line.size() + 2 + note.size() > width) note = shorter(note);
  if (!note.empty()) line += "  " + note;
  return cut(std::move(line), width);
}

}  // namespace

Display::Display(ProgressStyle style, bool quiet, double line_seconds)
    : style_(quiet ? ProgressStyle::off : style), quiet_(quiet), interval_(line_seconds) {
  if (style_ == ProgressStyle::automatic) style_ = can_redraw() ? ProgressStyle::bar : ProgressStyle::plain;
  if (style_ == ProgressStyle::bar) interval_ = std::chrono::milliseconds(100);
}

void Display::clear() {
  if (std::exchange(bar_shown_, false)) write("\r\033[K");
}

void Display::print(std::string_view line) {
  clear();
  write(std::string(line) + "\n");
}

void Display::begin(const StageStatus& stage) {
  last_shown_ = {};
  if (style_ == ProgressStyle::bar) return update(stage);
  if (!quiet_) print(title_of(stage));
  last_shown_ = Clock::now();
}

void Display::update(const StageStatus& stage) {
  const auto now = Clock::now();
  if (style_ == ProgressStyle::off || now - last_shown_ < interval_) return;
  last_shown_ = now;
  if (style_ == ProgressStyle::plain) return print("        " + progress_text(stage));
  write("\r\033[K" + bar_line(stage, terminal_width() - 1));
  bar_shown_ = true;
}

void Display::end(const StageStatus& stage, double seconds) {
  clear();
  if (quiet_) return;
  if (style_ != ProgressStyle::bar) return print("        done in " + end_text(stage, seconds));
  StageStatus shown = stage;
  const auto line = [&] { return title_of(shown) + "  " + end_text(shown, seconds); };
  while (!shown.note.empty() && line().size() >= terminal_width()) shown.note = shorter(shown.note);
  print(line());
}

}  // namespace inforelay
