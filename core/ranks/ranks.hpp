// The processes ("ranks") of one job: several under mpirun, on one machine or many, else this one alone. The only door
// to MPI.
//
// Rank 0 is the program as ever: it reads the configuration, holds the output folder, writes and talks to people. The
// others compute what it asks them to (experiments/worker.hpp) and touch no files.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace inforelay {

using Bytes = std::vector<std::uint8_t>;

/// What a message is about; what its bytes hold is said where it is written.
enum class MessageKind : int {
  job,        ///< to all: a scan or runs to share in, or the end
  ready,      ///< to rank 0: the job can begin
  parts,      ///< from rank 0: parts of a scan to be computed
  result,     ///< to rank 0: of one part
  begin_run,  ///< from rank 0: a run of a sweep
  run_ended,  ///< to rank 0
  signal,     ///< from rank 0: to be passed on to runs
  stop,       ///< from rank 0: the job is over, whatever is unfinished is left
  ended,      ///< to rank 0: the last word on a job
  failed,     ///< to rank 0: an error that ends the whole job
};

struct Message {
  int from = 0;
  MessageKind kind = MessageKind::job;
  Bytes bytes{};
};

/// MPI has failed: no message may reach anybody from now on, and only Ranks::abort() ends the job.
struct LostRanks : IoError {
  explicit LostRanks(const std::string& message) : IoError(message) {}
};

/// One rank's view of the job. To be used from the main thread only. Nothing waits: who has nothing to do sleeps
/// (Backoff), so that waiting ranks leave their core to others. What MPI cannot do is LostRanks, then and ever after.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const = 0;  ///< of this process, in [0,size())
  virtual int size() const = 0;
  virtual int machine() const = 0;        ///< the same for all ranks of a machine: the lowest of them
  virtual int threads() const = 0;        ///< cores that fall to this rank
  virtual std::string place() const = 0;  ///< "rank 3 on node17"
  /// Messages from one rank to another arrive in the order in which they were sent.
  virtual void send(int to, MessageKind kind, Bytes bytes) = 0;
  /// Bytes of messages that have not left yet; moves them on.
  virtual std::size_t unsent_bytes() = 0;
  virtual std::optional<Message> receive() = 0;
  /// Ends all processes of the job at once; mpirun exits with `code`.
  [[noreturn]] virtual void abort(int code) = 0;
};

/// Joins the job that a launcher has started this process for. A process that was started by itself is a job of one.
std::unique_ptr<Ranks> join_ranks();

/// This process alone.
std::unique_ptr<Ranks> one_rank();

/// The ranks of this process's job; one until main() has set them.
Ranks& ranks();
/// `joined` must outlive every use.
void set_ranks(Ranks& joined);

/// Sends `bytes` as a job to all ranks but 0: each passes it on to two others, so that rank 0 sends it twice only.
void send_job(Ranks& ranks, const Bytes& bytes);

/// Cores for one of `ranks` ranks that share a machine: it may use `own` cores, all of them together `all`.
int share_of_cores(int own, int all, int ranks);

/// Sleeps for ever longer, up to `most`, while nothing happens.
class Backoff {
 public:
  explicit Backoff(std::chrono::microseconds most) : most_(most) {}
  void wait();
  void reset() { next_ = shortest; }

 private:
  static constexpr std::chrono::microseconds shortest{50};
  std::chrono::microseconds most_, next_ = shortest;
};

}  // namespace inforelay
