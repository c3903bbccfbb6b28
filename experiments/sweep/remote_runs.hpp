// The runs of a sweep on several ranks: each rank starts some as its child processes.
#pragma once

#include <cstddef>
#include <functional>

#include "core/ranks/message.hpp"
#include "core/ranks/ranks.hpp"
#include "experiments/ranks/worker_registry.hpp"
#include "experiments/sweep/child_runs.hpp"

namespace inforelay {

/// What a rank has available for runs.
struct WorkerCapacity {
  int threads = 0;   ///< 0 before the rank is ready
  int machine = 0;   ///< Ranks::machine()
  double bytes = 0;  ///< for all runs on its machine together
};

/// Rank 0's side: the runs of the other ranks, if there are any.
class RemoteRuns {
 public:
  /// Sends the job to the ranks. `max_memory`: bytes for the runs on one machine; 0: two thirds of its memory.
  RemoteRuns(Ranks& ranks, double max_memory);
  /// Kills the runs that still work.
  ~RemoteRuns();
  RemoteRuns(const RemoteRuns&) = delete;
  RemoteRuns& operator=(const RemoteRuns&) = delete;

  using Ready = std::function<void(int rank, const WorkerCapacity& capacity)>;
  using Ended = std::function<void(const ChildRuns::End& end)>;
  /// Calls `ready` and `ended` for the messages since the last call. Throws the error of a rank.
  void receive(const Ready& ready, const Ended& ended);
  /// `rank` must be ready.
  void start(int rank, std::size_t number, const RunJob& job, int threads);
  /// Sends a signal to all runs.
  void signal(int signal);
  /// Ends the job, and returns when all ranks have ended it.
  void dismiss();

 private:
  Ranks& ranks_;
  WorkerRegistry workers_;
};

/// The other ranks' side: a job of JobKind::runs, until rank 0 sends `stop`.
void start_runs(MessageReader& job, Ranks& ranks);

}  // namespace inforelay
