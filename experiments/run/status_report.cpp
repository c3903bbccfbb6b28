#include "experiments/run/status_report.hpp"

#include <fmt/format.h>

#include <ctime>

#include "core/error.hpp"
#include "core/files/directory_lock.hpp"
#include "core/text/message_text.hpp"
#include "core/text/unit_text.hpp"
#include "experiments/reports/run_status.hpp"
#include "experiments/run/run_directory.hpp"

namespace inforelay {
namespace fs = std::filesystem;
namespace {

using State = RunStatus::State;

// The state of a folder according to its files, read in an order that is valid even while its process works.
struct Findings {
  std::optional<LockHolder> holder;
  ProcessState holder_state = ProcessState::ended;
  std::optional<RunStatus> status;
  bool complete = false, begun = false;
};

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool holds_runs(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator run(folder, error), end; !error && run != end; run.increment(error)) {
    if (is_run_folder(run->path())) return true;
  }
  return false;
}

Findings look_at(const fs::path& folder) {
  Findings found;
  const auto look_for_holder = [&] {
    found.holder = lock_holder(folder);
    found.holder_state = found.holder ? state_of(found.holder->process) : ProcessState::ended;
  };
  look_for_holder();
  found.status = read_status(folder);
  // The run may have started between these two reads.
  if (!found.holder && found.status && found.status->state == State::running) look_for_holder();
  found.complete = is_there(folder / "summary.txt") && is_there(folder / "results.h5");
  std::error_code error;
  const fs::directory_iterator stages(folder / "stages", error);
  found.begun = is_there(folder / "results.h5") || (!error && stages != fs::directory_iterator());
  return found;
}

// True if a process works there, unless its last status says that it is about to end.
bool is_held(const Findings& found) {
  if (!found.holder || found.holder_state == ProcessState::ended) return false;
  const auto& status = found.status;
  return !status || status->state == State::running || status->process != found.holder->process;
}

std::string state_text(const Findings& found) {
  const std::string resumable = found.status && !found.status->command.empty()
                                    ? "; to resume: " + one_line(found.status->command)
                                    : std::string("; rerun the same command to resume");
  if (is_held(found)) {
    return found.holder_state == ProcessState::running
               ? fmt::format("running: {}", to_string(*found.holder))
               : fmt::format("running, but cannot be checked from this machine: {}", to_string(*found.holder));
  }
  if (found.status && found.status->state == State::failed) {
    return fmt::format("failed: {}", found.status->error.empty() ? "(no reason given)" : found.status->error);
  }
  if (found.complete) return "complete";
  if (found.status && found.status->state == State::interrupted) return fmt::format("interrupted{}", resumable);
  if (found.status && found.status->state == State::running) {
    return fmt::format("interrupted: its process {} on {} was killed{}", found.status->process.pid,
                       found.status->process.host, resumable);
  }
  return found.begun ? fmt::format("interrupted{}", resumable) : "never started";
}

// " (12 s ago)" by this machine's clock, which may not agree with the writer's; empty if the time lies in the future.
std::string age_of(const std::string& utc) {
  std::tm time{};
  const char* const end = strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%SZ", &time);
  if (!end || *end != '\0') return "";
  const double seconds = std::difftime(std::time(nullptr), timegm(&time));
  return seconds < 0 ? "" : fmt::format(" ({} ago)", duration(seconds));
}

std::string line_of(std::string_view heading, const std::string& text) {
  return fmt::format("{:<9} {}\n", heading, one_line(text));
}

// So that a line of a finished stage fits 80 columns.
std::string shortened(const std::string& label) {
  constexpr std::size_t most = 44;
  return label.size() > most ? label.substr(0, most - 3) + "..." : label;
}

std::string stage_text(const StageStatus& stage) { return title_of(stage) + "  " + progress_text(stage); }

// Names come from a file that anyone may have written: only folders directly in runs/ are read.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

std::string runs_lines(const fs::path& folder, const RunsStatus& runs, bool held) {
  const std::uint64_t ended = runs.done + runs.failed;
  const std::uint64_t running = held ? runs.running.size() : 0;
  const std::uint64_t left = runs.total > ended + running ? runs.total - ended - running : 0;
  std::string text = line_of("runs", fmt::format("{} of {} done, {} failed, {} running, {} left", runs.done, runs.total,
                                                 runs.failed, running, left));
  for (const std::string& name : runs.running) {
    if (!held || !is_plain_name(name)) continue;
    const auto status = read_status(folder / "runs" / name);
    text += line_of("", fmt::format("{}  {}", name, status && status->stage ? stage_text(*status->stage) : "starting"));
  }
  for (const auto& [name, message] : runs.failures) text += line_of("failed", fmt::format("{}: {}", name, message));
  if (runs.failed > runs.failures.size()) {
    text += line_of("", fmt::format("... and {} more failures", runs.failed - runs.failures.size()));
  }
  return text;
}

}  // namespace

std::string describe_status(const fs::path& folder) {
  const Findings found = look_at(folder);
  if (!is_run_folder(folder) && !found.status && !found.holder) {
    const std::string name = one_line(folder.string());
    throw UsageError(fmt::format(
        "'{}' is not the folder of a run or a sweep: it holds no config.yaml of one{}", name,
        holds_runs(folder) ? fmt::format("; run_experiment --runs '{}' lists its runs", name) : std::string()));
  }
  const bool held = is_held(found);
  const bool sweep = found.status && found.status->runs;
  const std::string name = found.status && !found.status->name.empty() ? found.status->name + " " : "";
  std::string text = line_of(sweep ? "sweep" : "run", fmt::format("{}in '{}'", name, folder.string()));
  text += line_of("state", state_text(found));
  if (!found.status) return text;
  const RunStatus& status = *found.status;
  if (status.stage && !found.complete) text += line_of(held ? "stage" : "stopped", stage_text(*status.stage));
  if (sweep) text += runs_lines(folder, *status.runs, held);
  for (const EndedStage& stage : status.ended) {
    text += line_of("done", fmt::format("[{:>2}] {:<44} {:>9}{}", stage.index, shortened(stage.label),
                                        duration(stage.seconds), stage.kept ? "  (cached)" : ""));
  }
  return text + line_of("updated", status.updated + age_of(status.updated));
}

}  // namespace inforelay
