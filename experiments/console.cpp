#include "experiments/console.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

namespace inforelay {
namespace {

volatile std::sig_atomic_t received_signal = 0;

extern "C" void on_stop_signal(int signal) {
  if (received_signal != 0) _exit(128 + signal);
  received_signal = signal;
}

// Text from files and the system may hold control characters; a terminal must not obey them.
std::string printable(std::string_view text) {
  std::string result(text);
  std::replace_if(
      result.begin(), result.end(), [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; }, '?');
  return result;
}

// Where stderr cannot be written (a full disk, a closed terminal) nobody can be told: the run goes on.
void to_stderr(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80u;
}

}  // namespace

std::string duration(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

void hold_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) >= 0) continue;
    // The lowest free descriptor is this one. Of the wrong direction, so that its use fails as before.
    if (open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

void install_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

int stop_signal() { return received_signal; }

Console::Console(ProgressStyle style, Verbosity verbosity) : style_(style), verbosity_(verbosity) {
  if (style_ == ProgressStyle::automatic) style_ = isatty(STDERR_FILENO) ? ProgressStyle::bar : ProgressStyle::plain;
  if (verbosity_ == Verbosity::quiet) style_ = ProgressStyle::off;
}

Console::~Console() { clear_bar(); }

void Console::open_log(const std::filesystem::path& path) {
  try {
    log_ = std::make_shared<spdlog::logger>("run", std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string()));
  } catch (const spdlog::spdlog_ex& error) {
    throw IoError(fmt::format("log file '{}': {}", path.string(), error.what()));
  }
  log_->set_pattern("%Y-%m-%d %H:%M:%S.%e %v");
  log_->flush_on(spdlog::level::info);
  // A log that cannot be written (disk full) must not end the run, nor talk over its messages.
  log_->set_error_handler([](const std::string&) {});
}

void Console::write(std::string_view label, std::string_view text, bool show) {
  const std::string clean = printable(text);
  const std::lock_guard lock(mutex_);
  if (show) {
    clear_bar();
    to_stderr(fmt::format("{}{}\n", label, clean));
  }
  if (log_) log_->info("{}{}", label, clean);
}

void Console::detail(std::string_view text) { write("", text, verbosity_ == Verbosity::verbose); }
void Console::info(std::string_view text) { write("", text, verbosity_ != Verbosity::quiet); }
void Console::warning(std::string_view text) { write("warning: ", text, true); }
void Console::error(std::string_view text) { write("error: ", text, true); }
void Console::say(std::string_view text) { write("", text, true); }

void Console::begin_stage(int index, int count, std::string_view name) {
  const std::string stage = fmt::format("[{:>2}/{}] {}", index, count, name);
  if (style_ != ProgressStyle::bar) info(stage);
  const std::lock_guard lock(mutex_);
  stage_ = stage;
  note_.clear();
  done_ = total_ = 0;
  stage_begin_ = last_shown_ = Clock::now();
  show_progress(true);
}

void Console::end_stage(double seconds) {
  std::string line;
  {
    const std::lock_guard lock(mutex_);
    clear_bar();
    line = style_ == ProgressStyle::bar ? fmt::format("{}  {}", stage_, duration(seconds))
                                        : fmt::format("        done in {}", duration(seconds));
    if (!note_.empty()) line += fmt::format("  ({})", note_);
    stage_.clear();
  }
  info(line);
}

void Console::kept_stage(int index, int count, std::string_view name) {
  info(fmt::format("[{:>2}/{}] {}  kept", index, count, name));
}

void Console::report(std::uint64_t done, std::uint64_t total) {
  const std::lock_guard lock(mutex_);
  done_ = done;
  total_ = total;
  show_progress(false);
}

void Console::note(std::string_view text) {
  const std::lock_guard lock(mutex_);
  note_ = printable(text);
  show_progress(false);
}

bool Console::stop_requested() const { return received_signal != 0; }

void Console::show_progress(bool force) {
  if (style_ == ProgressStyle::off || stage_.empty()) return;
  const bool bar = style_ == ProgressStyle::bar;
  const auto now = Clock::now();
  const std::chrono::duration<double> since_shown = now - last_shown_, elapsed = now - stage_begin_;
  if (!bar && force) return;  // begin_stage has written the plain line
  if (!force && since_shown.count() < (bar ? 0.1 : 10.0)) return;
  last_shown_ = now;
  std::string text;
  if (total_ > 0 && done_ > 0) {
    const double fraction = static_cast<double>(done_) / static_cast<double>(total_);
    const double left = elapsed.count() * (1 - fraction) / fraction;
    text = fmt::format(" {:3.0f} %, {} left", 100 * fraction, duration(left));
  } else {
    text = fmt::format(" {}", duration(elapsed.count()));
  }
  if (!note_.empty()) text += fmt::format("  {}", note_);
  if (bar) {
    std::string line = stage_ + " " + text;
    line.resize(std::min(line.size(), terminal_width() - 1));
    to_stderr("\r\033[K" + line);
    bar_shown_ = true;
  } else {
    to_stderr(fmt::format("       {}\n", text));
  }
}

void Console::clear_bar() {
  if (!bar_shown_) return;
  to_stderr("\r\033[K");
  bar_shown_ = false;
}

}  // namespace inforelay
