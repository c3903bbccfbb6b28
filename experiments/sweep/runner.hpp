// Runs as child processes, of this process and of other ranks, side by side as far as threads and memory go.
#pragma once

#include <string>
#include <vector>

#include "core/ranks/ranks.hpp"
#include "experiments/reports/console.hpp"
#include "experiments/sweep/child_runs.hpp"

namespace inforelay {

struct RunOutcome {
  enum class Status { finished, failed, not_started };
  Status status = Status::not_started;
  std::string message;  ///< of failed: the last error that it reported, or the signal that ended it
};
std::string_view to_string(RunOutcome::Status status);

struct RunnerOptions {
  int threads = 1;        ///< all children of this process together
  double bytes = 0;       ///< of memory, all children of this process together
  double max_memory = 0;  ///< of memory, all children of another machine together; 0: most of what it has
  bool go_on = true;      ///< start further jobs after one has failed
  std::size_t done = 0;   ///< runs that were finished before, for the progress shown
};

/// Does all jobs, begun in their order on whichever of `ranks` is free, and returns an outcome for each. A rank's free
/// threads are shared out among the jobs that can begin: with many small ones a thread each, with few left or with
/// large ones more. A job larger than a rank's memory runs there alone. A failure is reported at once. When the console
/// asks to stop, the signal is passed on, all children are waited for, and Interrupted is thrown.
std::vector<RunOutcome> run_jobs(const std::vector<RunJob>& jobs, const RunnerOptions& options, Ranks& ranks,
                                 Console& console);

}  // namespace inforelay
