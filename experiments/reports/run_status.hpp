// How far a run or a sweep is: status.json in its folder, kept by the process that works there, for `--status`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/process/process_identity.hpp"

namespace inforelay {

struct StageStatus {
  int index = 0, count = 0;  ///< from 1
  std::string label, note;
  std::uint64_t done = 0, total = 0;  ///< units of work; total 0: not known
  double seconds = 0;                 ///< since it began
  double rate = 0;                    ///< units per second; 0: not known yet
};
/// Of the stage in hand; nothing where there is no rate yet.
std::optional<double> seconds_left(const StageStatus& stage);
/// "42 %, 1.2 k/s, 8.0 s left", or the time since it began.
std::string progress_text(const StageStatus& stage);

struct EndedStage {
  int index = 0;
  std::string label;
  double seconds = 0;
  bool kept = false;  ///< from an earlier start
};

/// Of a sweep.
struct RunsStatus {
  std::uint64_t total = 0, done = 0, failed = 0;
  std::vector<std::string> running;                           ///< folders, in that of the sweep
  std::vector<std::pair<std::string, std::string>> failures;  ///< folder and message, the first ones
};
/// So many failures are kept with their messages.
inline constexpr std::size_t most_failures_told = 100;

struct RunStatus {
  enum class State { running, interrupted, failed, complete };
  State state = State::running;
  std::string name;         ///< of the experiment
  std::string error;        ///< of State::failed
  std::string updated;      ///< utc_now() when it was written
  ProcessIdentity process;  ///< that wrote it
  std::optional<StageStatus> stage;
  std::vector<EndedStage> ended;
  std::vector<std::string> figures;  ///< names, of State::complete
  std::optional<RunsStatus> runs;    ///< of a sweep
};

std::filesystem::path status_file(const std::filesystem::path& folder);
std::string to_json(const RunStatus& status);
/// Nothing where there is no such file, or it is not of this kind. What it lacks has defaults; texts are as they stand.
std::optional<RunStatus> read_status(const std::filesystem::path& folder);

}  // namespace inforelay
