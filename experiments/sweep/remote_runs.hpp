// The runs of a sweep, spread over ranks: each rank starts its own as child processes.
#pragma once

#include <cstddef>
#include <functional>

#include "core/ranks/message.hpp"
#include "core/ranks/ranks.hpp"
#include "experiments/ranks/worker_registry.hpp"
#include "experiments/sweep/child_runs.hpp"

namespace inforelay {

/// What a rank has for runs.
struct WorkerCapacity {
  int threads = 0;   ///< none before the rank is ready
  int machine = 0;   ///< Ranks::machine()
  double bytes = 0;  ///< for all runs of its machine together
};

/// Rank 0's side: runs of the other ranks. With one rank there are none.
class RemoteRuns {
 public:
  /// Tells the ranks that runs will come. `max_memory`: bytes for the runs of one machine, 0: two thirds of what it
  /// has.
  RemoteRuns(Ranks& ranks, double max_memory);
  /// Kills the runs that have not ended.
  ~RemoteRuns();
  RemoteRuns(const RemoteRuns&) = delete;
  RemoteRuns& operator=(const RemoteRuns&) = delete;

  using Ready = std::function<void(int rank, const WorkerCapacity& place)>;
  using Ended = std::function<void(const ChildRuns::End& end)>;
  /// Reports what ranks have sent since the last call: that they can take runs, and how runs ended. Throws the error
  /// that ended the work of a rank.
  void receive(const Ready& ready, const Ended& ended);
  /// `rank` must be ready.
  void begin(int rank, std::size_t number, const RunJob& job, int threads);
  /// To all runs.
  void signal(int signal);
  /// Waits until no rank works on the runs any more.
  void dismiss();

 private:
  Ranks& ranks_;
  WorkerRegistry workers_;
};

/// The other ranks' side: a job of JobKind::runs, until rank 0 says stop.
void share_in_runs(MessageReader& job, Ranks& ranks);

}  // namespace inforelay
