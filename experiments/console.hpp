// The one place that talks to people while a run goes on: messages and progress on stderr, both also in run.log.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/progress.hpp"

namespace spdlog {
class logger;
}

namespace inforelay {

/// "12.3 s", "4 min 05 s", "2 h 30 min"
std::string duration(double seconds);

enum class ProgressStyle { automatic, bar, plain, off };
enum class Verbosity { quiet, normal, verbose };

/// Messages and the progress of the stage in hand. One for a process; all functions may be called from any thread.
class Console : public Progress {
 public:
  /// ProgressStyle::automatic: a bar where stderr is a terminal, else plain lines.
  Console(ProgressStyle style, Verbosity verbosity);
  ~Console() override;

  /// Messages also go to this file, appended, with date and time. Throws IoError where it cannot be opened.
  void open_log(const std::filesystem::path& path);

  void detail(std::string_view text);   ///< with -v
  void info(std::string_view text);     ///< not with -q
  void warning(std::string_view text);  ///< always
  void error(std::string_view text);    ///< always
  void say(std::string_view text);      ///< always, as it is

  /// A stage begins: number `index` of `count` (from 1), e.g. "full: relay information of all sets, test".
  void begin_stage(int index, int count, std::string_view name);
  /// It ended after `seconds`; removes the bar.
  void end_stage(double seconds);
  /// It was found finished by an earlier start.
  void kept_stage(int index, int count, std::string_view name);

  // Progress
  void report(std::uint64_t done, std::uint64_t total) override;
  void note(std::string_view text) override;
  bool stop_requested() const override;

 private:
  using Clock = std::chrono::steady_clock;
  void write(std::string_view label, std::string_view text, bool show);
  void show_progress(bool force);
  void clear_bar();

  ProgressStyle style_;
  Verbosity verbosity_;
  mutable std::mutex mutex_;
  std::shared_ptr<spdlog::logger> log_;
  std::string stage_;
  std::string note_;
  std::uint64_t done_ = 0, total_ = 0;
  Clock::time_point stage_begin_{}, last_shown_{};
  bool bar_shown_ = false;
};

/// Where stdin, stdout or stderr is closed, puts something in its place that takes nothing: else the next file opened
/// would be it, and what is printed would go there.
void hold_standard_streams();

/// From now on SIGINT and SIGTERM ask for a stop, at which the work in hand throws Interrupted; a second signal ends
/// the process at once with the exit code of an interruption.
void install_stop_signals();
/// The signal that asked for a stop, or 0.
int stop_signal();

}  // namespace inforelay
