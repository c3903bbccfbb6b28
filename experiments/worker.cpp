#include "experiments/worker.hpp"

#include <fmt/format.h>

#include <algorithm>
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

// Results that have not left yet: with more, nothing further is computed.
constexpr std::size_t most_unsent_bytes = std::size_t{32} << 20;

/// This rank's share of one scan: the main thread talks to rank 0, a second one computes, on all its threads.
class ScanWork {
 public:
  ScanWork(const SubsetScan& scan, Ranks& ranks) : scan_(scan), ranks_(ranks) {}

  /// Until rank 0 says stop.
  void run() {
    std::jthread computation([this] { compute(); });
    Backoff patience(std::chrono::microseconds(500));
    try {
      ranks_.send(0, MessageKind::ready, MessageWriter().number(static_cast<std::uint32_t>(thread_count())).take());
      while (!stopping_) {
        const bool had_results = send_results();
        const bool had_message = receive();
        if (had_results || had_message || ranks_.unsent_bytes() > 0) patience.reset();
        patience.wait();
      }
    } catch (...) {
      stop();  // else the other thread waits for ever
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

  // The second thread. Its error is told once: rank 0 then says stop.
  void compute() {
    try {
      StoppedByFlag progress(stopping_);
      while (true) {
        std::vector<std::size_t> parts;
        {
          std::unique_lock lock(mutex_);
          changed_.wait(lock, [this] { return stopping_ || !parts_.empty(); });
          if (stopping_) return;
          parts.swap(parts_);
        }
        scan_.compute(
            parts, [this](std::size_t part, ScanChunk&& result) { keep(result_message(part, result)); }, progress);
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
      case MessageKind::parts: {
        MessageReader numbers(message->bytes);
        const std::size_t count = scan_.chunk_count();
        const std::lock_guard lock(mutex_);
        for (const std::uint64_t part : numbers.array<std::uint64_t>()) {
          if (part >= count) throw DataError(fmt::format("asked for part {} of {} of a scan", part, count));
          parts_.push_back(static_cast<std::size_t>(part));
        }
        changed_.notify_all();
        break;
      }
      case MessageKind::stop:
        stop();
        break;
      default:
        throw DataError(fmt::format("a message of kind {} during a scan", static_cast<int>(message->kind)));
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
  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::vector<std::size_t> parts_;  // to be computed
  std::deque<Bytes> results_;       // to be sent
  std::size_t result_bytes_ = 0;
  std::exception_ptr error_;
  std::atomic<bool> stopping_ = false;
};

Message wait_for_message(Ranks& ranks) {
  Backoff patience(std::chrono::milliseconds(10));
  while (true) {
    if (std::optional<Message> message = ranks.receive()) return std::move(*message);
    if (ranks.unsent_bytes() > 0) patience.reset();
    patience.wait();
  }
}

// A job that could not begin, or broke off, is over when rank 0 says so.
void await_stop(Ranks& ranks) {
  while (wait_for_message(ranks).kind != MessageKind::stop) continue;
}

void share_in_scan(MessageReader& job, Ranks& ranks) {
  const std::unique_ptr<ReceivedScan> owned = read_scan_job(job);
  ScanWork(owned->scan(), ranks).run();
}

// False after the last job.
bool do_job(const Bytes& bytes, Ranks& ranks) {
  MessageReader job(bytes);
  JobKind kind = JobKind::scan;
  bool was_stopped = false;
  report_failure(ranks, [&] {
    kind = read_job(job);
    if (kind == JobKind::scan) share_in_scan(job, ranks);
    if (kind == JobKind::runs) share_in_runs(job, ranks);
    was_stopped = true;
  });
  if (kind == JobKind::end) return false;
  if (!was_stopped) await_stop(ranks);
  ranks.send(0, MessageKind::ended, {});
  return true;
}

}  // namespace

void serve(Ranks& ranks) {
  while (true) {
    Message message = wait_for_message(ranks);
    if (message.kind != MessageKind::job) {
      throw DataError(
          fmt::format("a message between ranks: of kind {}, expected a job", static_cast<int>(message.kind)));
    }
    send_job(ranks, message.bytes);
    if (!do_job(message.bytes, ranks)) return;
  }
}

}  // namespace inforelay
