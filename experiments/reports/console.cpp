#include "experiments/reports/console.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "core/error.hpp"
#include "core/files/directory_lock.hpp"
#include "core/files/files.hpp"
#include "core/text/message_text.hpp"

namespace inforelay {
namespace {

// Any thread may be the one that a signal interrupts, and all look for it.
std::atomic<int> received_signal = 0;
static_assert(decltype(received_signal)::is_always_lock_free);  // as signal handlers need it

extern "C" void on_stop_signal(int signal) {
  const int meant = signal == SIGUSR1 ? SIGTERM : signal;
  if (received_signal.exchange(meant) != 0) _exit(128 + meant);
}

extern "C" void on_ignored_signal(int) {}

void on_stop_signals(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaction(signal, &action, nullptr);
}

// Where stderr cannot be written (a full disk, a closed terminal) nobody can be told: the run goes on.
void to_stderr(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::string title_of(const StageStatus& stage) {
  return fmt::format("[{:>2}/{}] {}", stage.index, stage.count, stage.label);
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80u;
}

// Editors' shells call themselves dumb: they would show the codes that clear a line.
bool can_redraw() {
  const char* terminal = std::getenv("TERM");
  return isatty(STDERR_FILENO) && terminal && std::string_view(terminal) != "dumb";
}

}  // namespace

void reserve_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) >= 0) continue;
    // The lowest free descriptor is this one. Of the wrong direction, so that its use fails as before.
    if (open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

void install_stop_signals() {
  on_stop_signals(on_stop_signal);
  // Whoever read our messages may go: the run does not. What is for stdout fails then, and says so.
  std::signal(SIGPIPE, SIG_IGN);
}

// Child processes have no handler: they do not inherit it, as they would SIG_IGN.
void leave_stop_signals() { on_stop_signals(on_ignored_signal); }

int stop_signal() { return received_signal; }

Console::Console(ProgressStyle style, Verbosity verbosity, ProgressIntervals intervals)
    : style_(style), verbosity_(verbosity), intervals_(intervals) {
  if (style_ == ProgressStyle::automatic) style_ = can_redraw() ? ProgressStyle::bar : ProgressStyle::plain;
  if (verbosity_ == Verbosity::quiet) style_ = ProgressStyle::off;
}

Console::~Console() { clear_bar(); }

void Console::open(const std::filesystem::path& folder, const std::filesystem::path& log, const std::string& name,
                   const DirectoryLock* directory_lock) {
  const std::lock_guard lock(mutex_);
  std::error_code unknown;                       // then opening it will tell
  if (std::filesystem::is_fifo(log, unknown)) {  // opening it would wait for a reader
    throw IoError(fmt::format("log file '{}': a named pipe, expected a file", log.string()));
  }
  try {
    log_ = std::make_shared<spdlog::logger>("run", std::make_shared<spdlog::sinks::basic_file_sink_mt>(log.string()));
  } catch (const spdlog::spdlog_ex& error) {
    throw IoError(fmt::format("log file '{}': {}", log.string(), error.what()));
  }
  log_->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
  log_->flush_on(spdlog::level::info);
  // A log that cannot be written (disk full) must not end the run, nor talk over its messages.
  log_->set_error_handler([](const std::string&) {});
  lock_ = directory_lock;
  folder_ = folder;
  status_.name = name;
  status_.process = this_process();
  write_status(true);
}

void Console::close(std::optional<RunStatus::State> state, const std::string& error) {
  const std::lock_guard lock(mutex_);
  lock_ = nullptr;
  if (state) {
    status_.state = *state;
    status_.error = error;
    write_status(true);
  } else {
    log_.reset();
  }
  folder_.clear();
}

bool Console::may_write() const { return !lock_ || !lock_->lost(); }

void Console::tick() {
  const std::lock_guard lock(mutex_);
  log_progress();
  write_status(false);
}

void Console::write_status(bool force) {
  const auto now = Clock::now();
  constexpr std::chrono::seconds between{1};
  if (folder_.empty() || !may_write() || (!force && now - last_status_ < between)) return;
  last_status_ = now;
  status_.updated = utc_now();
  if (status_.stage) status_.stage->seconds = std::chrono::duration<double>(now - stage_begin_).count();
  try {
    replace_file(status_file(folder_), to_json(status_));
  } catch (const IoError&) {
    // A disk that is full will be found out by what matters.
  }
}

void Console::write(std::string_view label, std::string_view text, bool show) {
  const std::string clean = printable(text);
  const std::lock_guard lock(mutex_);
  if (show) {
    clear_bar();
    to_stderr(fmt::format("{}{}\n", label, clean));
  }
  if (log_ && may_write()) log_->info("{}{}", label, clean);
}

void Console::detail(std::string_view text) { write("", text, verbosity_ == Verbosity::verbose); }
void Console::info(std::string_view text) { write("", text, verbosity_ != Verbosity::quiet); }
void Console::warning(std::string_view text) { write("warning: ", text, true); }
void Console::error(std::string_view text) { write("error: ", text, true); }
void Console::say(std::string_view text) { write("", text, true); }

void Console::expect_stages(int next, int count) {
  const std::lock_guard lock(mutex_);
  next_stage_ = next;
  stage_count_ = count;
}

void Console::begin_stage(std::string_view name) {
  const std::lock_guard lock(mutex_);
  StageStatus stage;
  stage.index = next_stage_++;
  stage.count = stage_count_;
  stage.label = printable(name);
  const std::string title = title_of(stage);
  if (style_ != ProgressStyle::bar && verbosity_ != Verbosity::quiet) to_stderr(title + "\n");
  if (log_ && may_write()) log_->info("{}", title);
  status_.stage = std::move(stage);
  first_done_ = 0;
  stage_begin_ = first_report_ = last_shown_ = last_logged_ = Clock::now();
  show_progress(true);
  write_status(true);
}

void Console::end_stage(double seconds) {
  const std::lock_guard lock(mutex_);
  if (!status_.stage) return;
  clear_bar();
  const StageStatus stage = *std::exchange(status_.stage, std::nullopt);
  const std::string note = stage.note.empty() ? "" : fmt::format("  ({})", stage.note);
  const std::string line = fmt::format("        done in {}{}", duration(seconds), note);
  if (verbosity_ != Verbosity::quiet) {
    const bool bar = style_ == ProgressStyle::bar;
    to_stderr((bar ? fmt::format("{}  {}{}", title_of(stage), duration(seconds), note) : line) + "\n");
  }
  if (log_ && may_write()) log_->info("{}", line);
  status_.ended.push_back({.index = stage.index, .label = stage.label, .seconds = seconds, .kept = false});
  write_status(true);
}

void Console::kept_stage(std::string_view name, double seconds) {
  EndedStage stage{.index = 0, .label = printable(name), .seconds = seconds, .kept = true};
  {
    const std::lock_guard lock(mutex_);
    stage.index = next_stage_++;
    status_.ended.push_back(stage);
    write_status(false);
  }
  info(fmt::format("[{:>2}/{}] {}  kept", stage.index, stage_count_, stage.label));
}

void Console::report_runs(RunsStatus runs) {
  const std::lock_guard lock(mutex_);
  status_.runs = std::move(runs);
  write_status(false);
}

void Console::report_figures(std::vector<std::string> names) {
  const std::lock_guard lock(mutex_);
  status_.figures = std::move(names);
}

void Console::report(std::uint64_t done, std::uint64_t total) {
  const std::lock_guard lock(mutex_);
  if (!status_.stage) return;
  StageStatus& stage = *status_.stage;
  const auto now = Clock::now();
  if (total != stage.total) {  // work of another kind begins, or what an earlier start has done is taken up
    const bool from_nothing = stage.total == 0 && done <= 1;
    first_done_ = from_nothing ? 0 : done;
    first_report_ = from_nothing ? stage_begin_ : now;
    stage.rate = 0;
  }
  stage.done = done;
  stage.total = total;
  const double seconds = std::chrono::duration<double>(now - first_report_).count();
  if (done > first_done_ && seconds > 0) stage.rate = static_cast<double>(done - first_done_) / seconds;
  show_progress(false);
  log_progress();
  write_status(false);
}

void Console::note(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (!status_.stage) return;
  status_.stage->note = printable(text);
  show_progress(false);
}

bool Console::stop_requested() const {
  if (lock_) lock_->check();
  return received_signal != 0;
}

void Console::show_progress(bool force) {
  if (style_ == ProgressStyle::off || !status_.stage) return;
  const bool bar = style_ == ProgressStyle::bar;
  const auto now = Clock::now();
  const std::chrono::duration<double> since_shown = now - last_shown_;
  if (!bar && force) return;  // begin_stage has written the plain line
  if (!force && since_shown.count() < (bar ? 0.1 : intervals_.lines)) return;
  last_shown_ = now;
  StageStatus& stage = *status_.stage;
  stage.seconds = std::chrono::duration<double>(now - stage_begin_).count();
  std::string text = "  " + progress_text(stage);
  if (!stage.note.empty()) text += fmt::format("  {}", stage.note);
  if (bar) {
    std::string line = title_of(stage) + text;
    line.resize(std::min(line.size(), terminal_width() - 1));
    to_stderr("\r\033[K" + line);
    bar_shown_ = true;
  } else {
    to_stderr(fmt::format("      {}\n", text));
  }
}

void Console::log_progress() {
  const auto now = Clock::now();
  const std::chrono::duration<double> since_logged = now - last_logged_;
  if (!log_ || !may_write() || !status_.stage || since_logged.count() < intervals_.log) return;
  last_logged_ = now;
  StageStatus& stage = *status_.stage;
  stage.seconds = std::chrono::duration<double>(now - stage_begin_).count();
  log_->info("        {}{}", progress_text(stage), stage.note.empty() ? "" : "  " + stage.note);
}

void Console::clear_bar() {
  if (!bar_shown_) return;
  to_stderr("\r\033[K");
  bar_shown_ = false;
}

}  // namespace inforelay
