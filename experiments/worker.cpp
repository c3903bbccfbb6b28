#include "experiments/worker.hpp"

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "experiments/ranks/scan_messages.hpp"
#include "experiments/sweep/remote_runs.hpp"

namespace inforelay {
namespace {

// Results that have not been sent: if there are more, computing waits.
constexpr std::size_t most_unsent_bytes = std::size_t{32} << 20;

/// The work of this rank on one scan: the main thread exchanges messages with rank 0, a second one computes.
class ScanWork {
 public:
  ScanWork(const SubsetScan& scan, Ranks& ranks) : scan_(scan), ranks_(ranks) {}

  /// Until rank 0 sends `stop`.
  void run() {
    std::jthread computation([this] { compute(); });
    Backoff backoff(std::chrono::microseconds(500));
    try {
      ranks_.send(0, MessageKind::ready, MessageWriter().number(static_cast<std::uint32_t>(thread_count())).take());
      while (!stopping_) {
        const bool had_results = send_results();
        const bool had_message = receive();
        if (had_results || had_message || ranks_.unsent_bytes() > 0) backoff.reset();
        backoff.wait();
      }
    } catch (...) {
      stop();  // otherwise the other thread would wait forever
      throw;
    }
    computation.join();
    send_results();
  }

 private:
  class StoppedByFlag final : public Progress {
   public:
    explicit StoppedByFlag(const std::atomic<bool>& flag) : flag_(flag) {}
    bool stop_requested() const override { return flag_; }

   private:
    const std::atomic<bool>& flag_;
  };

  // The second thread. Its error is sent to rank 0, which then sends `stop`.
  void compute() {
    try {
      StoppedByFlag progress(stopping_);
      while (true) {
        std::vector<std::size_t> chunks;
        {
          std::unique_lock lock(mutex_);
          changed_.wait(lock, [this] { return stopping_ || !chunks_.empty(); });
          if (stopping_) return;
          chunks.swap(chunks_);
        }
        scan_.compute(
            chunks, [this](std::size_t chunk, ScanChunk&& result) { keep(result_message(chunk, result)); }, progress);
      }
    } catch (const Interrupted&) {
    } catch (...) {
      const std::lock_guard lock(mutex_);
      error_ = std::current_exception();
    }
  }

  void keep(Bytes&& result) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || result_bytes_ < most_unsent_bytes; });
    result_bytes_ += result.size();
    results_.push_back(std::move(result));
  }

  bool send_results() {
    if (!stopping_ && ranks_.unsent_bytes() > most_unsent_bytes) return false;
    std::deque<Bytes> results;
    std::exception_ptr error;
    {
      const std::lock_guard lock(mutex_);
      results.swap(results_);
      result_bytes_ = 0;
      error = std::exchange(error_, nullptr);
    }
    changed_.notify_all();
    for (Bytes& result : results) ranks_.send(0, MessageKind::result, std::move(result));
    if (error) report_failure(ranks_, [&] { std::rethrow_exception(error); });
    return !results.empty();
  }

  bool receive() {
    std::optional<Message> message = ranks_.receive();
    if (!message) return false;
    switch (message->kind) {
      case MessageKind::chunks: {
        MessageReader numbers(message->bytes);
        const std::size_t count = scan_.chunk_count();
        const std::lock_guard lock(mutex_);
        for (const std::uint64_t chunk : numbers.array<std::uint64_t>()) {
          if (chunk >= count) throw DataError(fmt::format("chunk {} of a scan of {} was requested", chunk, count));
          chunks_.push_back(static_cast<std::size_t>(chunk));
        }
        changed_.notify_all();
        break;
      }
      case MessageKind::stop:
        stop();
        break;
      default:
        throw DataError(fmt::format("unexpected message of kind {} during a scan", static_cast<int>(message->kind)));
    }
    return true;
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
  }

  const SubsetScan& scan_;
  Ranks& ranks_;
  std::mutex mutex_;  // guards the following
  std::condition_variable changed_;
  std::vector<std::size_t> chunks_;  // to be computed
  std::deque<Bytes> results_;        // to be sent
  std::size_t result_bytes_ = 0;
  std::exception_ptr error_;
  std::atomic<bool> stopping_ = false;
};

Message wait_for_message(Ranks& ranks) {
  Backoff backoff(std::chrono::milliseconds(10));
  while (true) {
    if (std::optional<Message> message = ranks.receive()) return std::move(*message);
    if (ranks.unsent_bytes() > 0) backoff.reset();
    backoff.wait();
  }
}

// A job that failed here is over when rank 0 sends `stop`.
void await_stop(Ranks& ranks) {
  while (wait_for_message(ranks).kind != MessageKind::stop) continue;
}

void compute_scan(MessageReader& job, Ranks& ranks) {
  const std::unique_ptr<ReceivedScan> received = read_scan_job(job);
  ScanWork(received->scan(), ranks).run();
}

// False after the last job.
bool do_job(const Bytes& bytes, Ranks& ranks) {
  MessageReader job(bytes);
  JobKind kind = JobKind::scan;
  bool finished = false;
  report_failure(ranks, [&] {
    kind = read_job(job);
    if (kind == JobKind::scan) compute_scan(job, ranks);
    if (kind == JobKind::runs) start_runs(job, ranks);
    finished = true;
  });
  if (kind == JobKind::end) return false;
  if (!finished) await_stop(ranks);
  ranks.send(0, MessageKind::ended, {});
  return true;
}

}  // namespace

void serve(Ranks& ranks) {
  while (true) {
    Message message = wait_for_message(ranks);
    if (message.kind != MessageKind::job) {
      throw DataError(fmt::format("unexpected message of kind {}, expected a job", static_cast<int>(message.kind)));
    }
    send_job(ranks, message.bytes);
    if (!do_job(message.bytes, ranks)) return;
  }
}

}  // namespace inforelay
