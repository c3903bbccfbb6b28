// The processes ("ranks") of one job: several under mpirun, on one machine or many; otherwise only this one. The only
// interface to MPI.
//
// Rank 0 runs the program: it reads the configuration, owns the output folder and does all output. The others compute
// what it requests (experiments/worker.hpp) and access no files.
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

/// The kind of a message. The code that writes a message documents its bytes.
enum class MessageKind : int {
  job,        ///< to all: a scan or runs to take part in, or the end
  ready,      ///< to rank 0: the job can begin
  chunks,     ///< from rank 0: chunks of a scan to be computed
  result,     ///< to rank 0: result of one chunk
  begin_run,  ///< from rank 0: a run of a sweep
  run_ended,  ///< to rank 0
  signal,     ///< from rank 0: to be sent to the runs
  stop,       ///< from rank 0: the job is over, unfinished work is discarded
  ended,      ///< to rank 0: the last message of a job
  failed,     ///< to rank 0: an error that ends the whole job
};

struct Message {
  int from = 0;
  MessageKind kind = MessageKind::job;
  Bytes bytes{};
};

/// MPI has failed: messages may be lost from now on, and only Ranks::abort() ends the job.
struct LostRanks : IoError {
  explicit LostRanks(const std::string& message) : IoError(message) {}
};

/// One rank's view of the job, for the main thread only. No function waits: callers without work sleep (Backoff), so
/// that waiting ranks leave their cores to others. If MPI fails, all functions throw LostRanks from then on.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const = 0;  ///< of this process, in [0,size())
  virtual int size() const = 0;
  virtual int machine() const = 0;        ///< the lowest rank on the same machine
  virtual int threads() const = 0;        ///< cores for this rank
  virtual std::string place() const = 0;  ///< "rank 3 on node17"
  /// Messages from one rank to another arrive in the order in which they were sent.
  virtual void send(int to, MessageKind kind, Bytes bytes) = 0;
  /// Bytes of messages that have not been sent completely; continues to send them.
  virtual std::size_t unsent_bytes() = 0;
  virtual std::optional<Message> receive() = 0;
  /// Ends all processes of the job immediately; mpirun exits with `code`.
  [[noreturn]] virtual void abort(int code) = 0;
};

/// Joins the job of the launcher that started this process. Without a launcher the job has one rank.
std::unique_ptr<Ranks> join_ranks();

/// A job of this process only.
std::unique_ptr<Ranks> one_rank();

/// The ranks of this process's job; only one until main() has called set_ranks().
Ranks& ranks();
/// `joined` must outlive every use of ranks().
void set_ranks(Ranks& joined);

/// Sends `bytes` as a job to all ranks but 0. Each sends it on to two others, so that rank 0 sends it only twice.
void send_job(Ranks& ranks, const Bytes& bytes);

/// Cores for one of `ranks` ranks of a machine: it may use `own` cores, and all of them together `all`.
int share_of_cores(int own, int all, int ranks);

/// Sleeps for increasing times, up to `most`, until reset.
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
