// Runs as child processes, side by side as far as threads and memory go.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "experiments/console.hpp"

namespace inforelay {

/// A run to be done in a process of its own.
struct RunJob {
  std::string name;                    ///< for messages
  std::vector<std::string> arguments;  ///< of this program; -j is added
  std::filesystem::path folder;        ///< its own; made where it does not exist
  double bytes = 0;                    ///< memory that it will need, about
};

/// What the run in `folder` says on stderr, until it has finished.
std::filesystem::path messages_of(const std::filesystem::path& folder);

struct RunOutcome {
  enum class Status { finished, failed, not_started };
  Status status = Status::not_started;
  std::string message;  ///< of failed: the last error that it reported, or the signal that ended it
};
std::string_view to_string(RunOutcome::Status status);

struct RunnerOptions {
  int threads = 1;       ///< all children together
  double bytes = 0;      ///< of memory, all children together
  bool go_on = true;     ///< start further jobs after one has failed
  std::size_t done = 0;  ///< runs that were finished before, for the progress shown
};

/// Does all jobs, begun in their order, and returns an outcome for each. Free threads are shared out among the jobs
/// that can begin: with many small ones a thread each, with few left or with large ones more. A job larger than the
/// memory runs alone. A failure is reported at once. When the console asks to stop, the signal is passed on, all
/// children are waited for, and Interrupted is thrown.
std::vector<RunOutcome> run_jobs(const std::vector<RunJob>& jobs, const RunnerOptions& options, Console& console);

}  // namespace inforelay
