// Output of a run: messages and progress on stderr and in run.log, and its state in status.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/progress.hpp"
#include "experiments/reports/display.hpp"
#include "experiments/reports/run_log.hpp"
#include "experiments/reports/run_status.hpp"

namespace inforelay {
class DirectoryLock;

enum class Verbosity { quiet, normal, verbose };

/// Seconds between two reports of the progress of a stage.
struct ProgressIntervals {
  double lines = 10;  ///< of ProgressStyle::plain
  double log = 60;    ///< in the log
};

/// The Progress of all computations of a run. One per process; all functions may be called from any thread.
class Console : public Progress {
 public:
  /// `command`: the one that resumes the run, for status.json.
  Console(ProgressStyle style, Verbosity verbosity, ProgressIntervals intervals = {}, std::string command = {});

  /// From now on, until close(), messages and stages are written to `log` and to status.json in `folder`, and
  /// stop_requested() throws LockLost if the lock is lost; nothing is written in the folder after that. Throws IoError
  /// if the log cannot be opened.
  void open(const std::filesystem::path& folder, const std::filesystem::path& log, const std::string& name,
            const DirectoryLock* directory_lock);
  /// Writes the last status, with `error` for State::failed. Without a state (the lock is lost) nothing is written.
  void close(std::optional<RunStatus::State> state, const std::string& error = {});
  /// To be called every few seconds, from any thread, to keep log and status up to date if a stage reports nothing.
  void tick();

  void detail(std::string_view text);   ///< shown if verbose
  void info(std::string_view text);     ///< shown unless quiet
  void warning(std::string_view text);  ///< always shown
  void error(std::string_view text);    ///< always shown
  void print(std::string_view text);    ///< always shown, without a label

  /// The next stage is number `next` of `count`, from 1.
  void expect_stages(int next, int count);
  /// All stages from now on, in order, from which the time left of the run follows.
  void expect_work(std::vector<ExpectedStage> stages);
  /// The next stage begins, e.g. "full: relay information of all sets (test)".
  void begin_stage(std::string_view name);
  void end_stage(double seconds);
  /// The result of the next stage is that of an earlier start, which took `seconds`.
  void kept_stage(std::string_view name, double seconds);
  /// The state of the runs of a sweep.
  void report_runs(RunsStatus runs);
  /// The names of the figures that were drawn.
  void report_figures(std::vector<std::string> names);

  // Progress
  void report(std::uint64_t done, std::uint64_t total) override;
  void note(std::string_view text) override;
  bool stop_requested() const override;

 private:
  void write(std::string_view label, std::string_view text, bool show);
  void update(bool now);
  bool may_write() const;
  const ExpectedStage* next_expected(std::string_view label);

  Verbosity verbosity_;
  mutable std::mutex mutex_;
  Display display_;
  RunLog log_;
  StatusFile status_file_;
  RunStatus status_;
  StageClock clock_;
  const DirectoryLock* lock_ = nullptr;
  int next_stage_ = 1, stage_count_ = 1;
  std::vector<ExpectedStage> expected_;
  std::size_t expected_next_ = 0;
  std::string work_;  ///< of the current stage
};

}  // namespace inforelay
