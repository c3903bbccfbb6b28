// The one place that talks to people while a run goes on: messages and progress on stderr, both also in run.log, and
// how far it is in status.json.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/progress.hpp"
#include "core/text/unit_text.hpp"
#include "experiments/reports/run_status.hpp"

namespace spdlog {
class logger;
}

namespace inforelay {
class DirectoryLock;

enum class ProgressStyle { automatic, bar, plain, off };
enum class Verbosity { quiet, normal, verbose };

/// Seconds between two signs of progress.
struct ProgressIntervals {
  double lines = 10;  ///< of ProgressStyle::plain
  double log = 60;    ///< in the log
};

/// Messages and the progress of the stage in hand. One for a process; all functions may be called from any thread.
class Console : public Progress {
 public:
  /// ProgressStyle::automatic: a bar where stderr is a terminal that can redraw a line, else plain lines.
  Console(ProgressStyle style, Verbosity verbosity, ProgressIntervals intervals = {});
  ~Console() override;

  /// From now on, until close(): messages, stages and every so often the progress are appended to `log` with date and
  /// time (UTC); the status of the experiment `name` is kept in the folder's status.json, replaced at most each second;
  /// and stop_requested() throws LockLost where the folder is lost. Throws IoError where the log cannot be opened. That
  /// the status cannot be written ends no run.
  void open(const std::filesystem::path& folder, const std::filesystem::path& log, const std::string& name,
            const DirectoryLock* directory_lock);
  /// The last status; `error` of State::failed. Without one nothing more is written, as where the folder is lost.
  void close(std::optional<RunStatus::State> state, const std::string& error = {});
  /// To be called every few seconds, from any thread: log and status also tell of a stage that reports nothing.
  void tick();

  void detail(std::string_view text);   ///< with -v
  void info(std::string_view text);     ///< not with -q
  void warning(std::string_view text);  ///< always
  void error(std::string_view text);    ///< always
  void say(std::string_view text);      ///< always, as it is

  /// The next stage is number `next` of `count`, from 1.
  void expect_stages(int next, int count);
  /// The next stage begins, e.g. "full: relay information of all sets (test images)".
  void begin_stage(std::string_view name);
  /// It ended after `seconds`; removes the bar.
  void end_stage(double seconds);
  /// The next stage was found finished by an earlier start, which took `seconds` for it.
  void kept_stage(std::string_view name, double seconds);
  /// How the runs of a sweep stand.
  void report_runs(RunsStatus runs);
  /// What was drawn.
  void report_figures(std::vector<std::string> names);

  // Progress
  void report(std::uint64_t done, std::uint64_t total) override;
  void note(std::string_view text) override;
  bool stop_requested() const override;

 private:
  using Clock = std::chrono::steady_clock;
  void write(std::string_view label, std::string_view text, bool show);
  void show_progress(bool force);
  void log_progress();
  void write_status(bool force);
  bool may_write() const;
  void clear_bar();

  ProgressStyle style_;
  Verbosity verbosity_;
  ProgressIntervals intervals_;
  mutable std::mutex mutex_;
  std::shared_ptr<spdlog::logger> log_;
  const DirectoryLock* lock_ = nullptr;
  std::filesystem::path folder_;  // of the status; empty: none
  RunStatus status_;
  int next_stage_ = 1, stage_count_ = 1;
  // Work done before this stage began (by an earlier start) tells nothing of the rate.
  std::uint64_t first_done_ = 0;
  Clock::time_point first_report_{}, stage_begin_{}, last_shown_{}, last_logged_{}, last_status_{};
  bool bar_shown_ = false;
};

/// Where stdin, stdout or stderr is closed, puts something in its place that takes nothing: else the next file opened
/// would be it, and what is printed would go there.
void reserve_standard_streams();

/// From now on SIGINT and SIGTERM ask for a stop, at which the work in hand throws Interrupted; a second signal ends
/// the process at once with the exit code of an interruption. SIGUSR1 does as SIGTERM: mpirun passes it on, and does
/// not kill a second later. SIGPIPE is ignored: a write fails instead.
void install_stop_signals();
/// The same signals are left to rank 0, which tells the others.
void leave_stop_signals();
/// The signal that asked for a stop, SIGINT or SIGTERM, or 0.
int stop_signal();

}  // namespace inforelay
