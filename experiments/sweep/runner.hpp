// Runs jobs as child processes of this process and of other ranks, as many at once as threads and memory allow.
#pragma once

#include <string>
#include <vector>

#include "core/named.hpp"
#include "core/ranks/ranks.hpp"
#include "experiments/reports/console.hpp"
#include "experiments/sweep/child_runs.hpp"

namespace inforelay {

struct RunOutcome {
  enum class Status { finished, failed, not_started };
  Status status = Status::not_started;
  std::string message;  ///< for `failed`: the last error that it reported, or the signal that ended it
};
inline constexpr WordTable<RunOutcome::Status, 3> run_status_names{{{RunOutcome::Status::finished, "finished"},
                                                                    {RunOutcome::Status::failed, "failed"},
                                                                    {RunOutcome::Status::not_started, "not started"}}};

struct RunnerOptions {
  int threads = 1;                ///< of all children of this process together
  double bytes = 0;               ///< of memory, for all children of this process together
  double max_memory = 0;          ///< of memory, for all runs on another machine together; 0: two thirds of it
  bool continue_on_error = true;  ///< start further jobs after one has failed
  std::size_t done = 0;           ///< runs that were finished before, for the progress
};

/// Runs all jobs and returns an outcome for each. They start in their order, on the rank with the most free threads,
/// which are shared among the jobs that can start: one thread each if there are many small jobs, more if there are few
/// or large ones. A job larger than the memory of a machine runs there alone. A failure is reported at once. If a stop
/// is requested, the signal is sent to all children, they are waited for, and Interrupted is thrown.
std::vector<RunOutcome> run_jobs(const std::vector<RunJob>& jobs, const RunnerOptions& options, Ranks& ranks,
                                 Console& console);

}  // namespace inforelay
