// The state of a run or a sweep: status.json in its folder, written by the process that works there, for `--status`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/process/process_identity.hpp"
#include "core/provenance.hpp"

namespace inforelay {

struct StageStatus {
  int index = 0, count = 0;  ///< from 1
  std::string label, note;
  std::uint64_t done = 0, total = 0;      ///< units of work; total 0: not known
  double seconds = 0;                     ///< since it began
  double rate = 0;                        ///< units per second; 0: not known yet
  bool may_end_early = false;             ///< `total` is the most, as for a training with a stop rule
  double usual_seconds = 0;               ///< that it took in earlier runs; 0: not known
  std::optional<double> later_seconds{};  ///< that all later stages took in earlier runs; none: not known of all
};

/// A stage that will follow, and what it took in earlier runs here.
struct ExpectedStage {
  std::string label;
  std::string work;    ///< stages with the same label and the same work take about the same time
  double seconds = 0;  ///< that it took; 0: not known
  bool may_end_early = false;
};

/// None while neither the rate nor the time of earlier runs is known. By the rate, unless the stage may end early and
/// has not yet lasted as long as it usually does.
std::optional<double> seconds_left(const StageStatus& stage);
/// Of this stage and all later ones; none if either is not known.
std::optional<double> run_seconds_left(const StageStatus& stage);
/// "[ 1/8] full: training"
std::string title_of(const StageStatus& stage);
/// "42 %, 1.2 k/s, 8.0 s left (run: 31.0 s)", or the time since it began in place of the percentage. Of a stage that
/// may end early there is no percentage, and "at most" before a time by the rate.
std::string progress_numbers(const StageStatus& stage);
/// The same and the note: "42 %, 1.2 k/s, 8.0 s left  NOTE".
std::string progress_text(const StageStatus& stage);
/// "12.3 s  (NOTE)"
std::string end_text(const StageStatus& stage, double seconds);

/// Measures time and rate of the stage that begins with its construction.
class StageClock {
 public:
  void set_seconds(StageStatus& stage) const { stage.seconds = since_begin_.seconds(); }
  /// Notes that `done` of `total` units of work are finished.
  void report(StageStatus& stage, std::uint64_t done, std::uint64_t total);

 private:
  Stopwatch since_begin_, since_first_report_;
  std::uint64_t first_done_ = 0;  // by an earlier start: does not count for the rate
};

struct EndedStage {
  int index = 0;
  std::string label;
  double seconds = 0;
  bool kept = false;   ///< result of an earlier start
  std::string work{};  ///< of ExpectedStage; "" if kept: the earlier start may have had other threads
};

/// The runs of a sweep.
struct RunsStatus {
  std::uint64_t total = 0, done = 0, failed = 0;
  std::vector<std::string> running;                           ///< folders, relative to that of the sweep
  std::vector<std::pair<std::string, std::string>> failures;  ///< folder and message of the first ones
};
/// Number of failures that are kept with their messages.
inline constexpr std::size_t most_failures_told = 100;

struct RunStatus {
  enum class State { running, interrupted, failed, complete };
  State state = State::running;
  std::string name;         ///< of the experiment
  std::string command;      ///< that started the process, as it would be typed
  std::string error;        ///< for State::failed
  std::string updated;      ///< utc_now() when it was written
  ProcessIdentity process;  ///< the one that wrote it
  std::optional<StageStatus> stage;
  std::vector<EndedStage> ended;
  std::vector<std::string> figures;  ///< names, for State::complete
  std::optional<RunsStatus> runs;    ///< for a sweep
};

std::filesystem::path status_file(const std::filesystem::path& folder);
std::string to_json(const RunStatus& status);
/// None if there is no such file or it has another format. What is missing has defaults; texts are not cleaned.
std::optional<RunStatus> read_status(const std::filesystem::path& folder);

/// Writes status.json during a run.
class StatusFile {
 public:
  void open(const std::filesystem::path& folder) { folder_ = folder; }
  void close() { folder_.clear(); }
  /// Writes `status` with the present time; unless `now`, not within a second of the last time. Does nothing unless
  /// open. A failure is ignored: if the disk is full, writing results will report it.
  void write(RunStatus& status, bool now);

 private:
  std::filesystem::path folder_;
  std::chrono::steady_clock::time_point last_write_{};
};

}  // namespace inforelay
