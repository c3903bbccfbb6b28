#include "experiments/ranks/distributed_scan.hpp"

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
#include "experiments/ranks/chunk_scheduler.hpp"
#include "experiments/ranks/scan_messages.hpp"
#include "experiments/ranks/worker_registry.hpp"

namespace inforelay {
namespace {

/// One scan. The main thread exchanges messages with the ranks; a second one computes rank 0's own chunks; a third one
/// passes on the results of the other ranks, which may take as long as writing a file.
class DistributedScan {
 public:
  DistributedScan(const SubsetScan& scan, Ranks& ranks, std::span<const std::size_t> chunks,
                  const SubsetScan::OnChunk& on_chunk, Progress& progress)
      : scan_(scan),
        ranks_(ranks),
        on_chunk_(on_chunk),
        progress_(progress),
        count_(chunks.size()),
        scheduler_({chunks.begin(), chunks.end()}, static_cast<std::size_t>(ranks.size() * thread_count())),
        registry_(ranks),
        workers_(static_cast<std::size_t>(ranks.size())) {}

  void run(const Bytes& job) {
    std::jthread own([this] { guarded([this] { compute_own(); }); });
    std::jthread results([this] { guarded([this] { pass_on_results(); }); });
    bool was_sent = false;
    guarded([&] {
      send_job(ranks_, job);
      was_sent = true;
      lead();
    });
    stopping_ = true;
    own.join();
    if (was_sent) guarded([this] { dismiss(); });
    {
      const std::lock_guard lock(mutex_);
      complete_ = true;
    }
    changed_.notify_all();
    results.join();
    if (error_) std::rethrow_exception(error_);
    if (is_interrupted_) throw Interrupted{};
  }

 private:
  struct Worker {
    std::size_t threads = 0;            // 0: not ready yet
    std::vector<std::size_t> chunks{};  // unfinished, ascending
  };

  // Progress of rank 0's own chunks: stops with all other work, and as promptly as without other ranks.
  class OwnProgress final : public Progress {
   public:
    explicit OwnProgress(const DistributedScan& scan) : scan_(scan) {}
    bool stop_requested() const override { return scan_.stopping_ || scan_.progress_.stop_requested(); }

   private:
    const DistributedScan& scan_;
  };

  // The first error ends the work of all threads. So does an interruption, but computed results are still passed on.
  template <class Work>
  void guarded(Work&& work) {
    try {
      work();
      return;
    } catch (const Interrupted&) {
      is_interrupted_ = true;
    } catch (const LostRanks&) {
      is_lost_ = true;
      keep_error();
    } catch (...) {
      keep_error();
    }
    stopping_ = true;
    changed_.notify_all();
  }

  // To be called in a catch block.
  void keep_error() {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::current_exception();
  }

  void compute_own() {
    OwnProgress own(*this);
    const auto threads = static_cast<std::size_t>(thread_count());
    while (!stopping_) {
      const std::vector<std::size_t> chunks = next_chunks(threads);
      if (chunks.empty()) return;
      try {
        scan_.compute(
            chunks, [this](std::size_t chunk, ScanChunk&& result) { finish(chunk, std::move(result)); }, own);
      } catch (const Interrupted&) {
        if (!stopping_) throw;  // otherwise the reason is known
        return;
      }
    }
  }

  std::vector<std::size_t> next_chunks(std::size_t threads) {
    const std::lock_guard lock(mutex_);
    return scheduler_.next(threads);
  }

  // From any thread.
  void finish(std::size_t chunk, ScanChunk&& result) {
    on_chunk_(chunk, std::move(result));
    const std::lock_guard lock(reports_);
    progress_.report(++done_, count_);
  }

  void pass_on_results() {
    while (true) {
      Bytes next;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return complete_ || error_ || !results_.empty(); });
        if (error_ || results_.empty()) return;
        next = std::move(results_.front());
        results_.pop_front();
        waiting_bytes_ -= next.size();
      }
      auto [chunk, result] = read_result(next);
      finish(chunk, std::move(result));
    }
  }

  bool is_full() {
    const std::lock_guard lock(mutex_);
    return waiting_bytes_ > most_results_bytes && !error_;
  }

  // Until all chunks are done.
  void lead() {
    Backoff backoff(std::chrono::microseconds(200));
    while (done_ < count_ && !stopping_) {
      progress_.check();
      if (!is_full() && receive()) {
        backoff.reset();
      } else {
        ranks_.unsent_bytes();
        backoff.wait();
      }
    }
  }

  // Until all ranks have ended the job: chunks that they had finished still count.
  void dismiss() {
    registry_.dismiss([this] {
      bool was_there = false;
      guarded([&] {
        while (!is_full() && receive()) was_there = true;
      });
      if (is_lost_) throw LostRanks("MPI has failed");
      return was_there;
    });
  }

  bool receive() {
    std::optional<Message> message = registry_.receive();
    if (!message) return false;
    Worker& worker = workers_[static_cast<std::size_t>(message->from)];
    switch (message->kind) {
      case MessageKind::ready:
        worker.threads = MessageReader(message->bytes).number<std::uint32_t>(1, 1u << 16, "a number of threads");
        feed(message->from, worker);
        break;
      case MessageKind::result:
        receive_result(message->from, worker, std::move(message->bytes));
        feed(message->from, worker);
        break;
      case MessageKind::ended:
        break;
      default:
        WorkerRegistry::refuse(*message);
    }
    return true;
  }

  void receive_result(int rank, Worker& worker, Bytes&& bytes) {
    const auto chunk = static_cast<std::size_t>(MessageReader(bytes).number<std::uint64_t>());
    const auto place = std::lower_bound(worker.chunks.begin(), worker.chunks.end(), chunk);
    if (place == worker.chunks.end() || *place != chunk) {
      throw DataError(fmt::format("rank {} sent chunk {}, which it was not given", rank, chunk));
    }
    worker.chunks.erase(place);
    const std::lock_guard lock(mutex_);
    waiting_bytes_ += bytes.size();
    results_.push_back(std::move(bytes));
    changed_.notify_all();
  }

  void feed(int rank, Worker& worker) {
    if (stopping_ || !ChunkScheduler::wants_more(worker.threads, worker.chunks.size())) return;
    const std::vector<std::size_t> chunks = next_chunks(worker.threads);
    if (chunks.empty()) return;
    worker.chunks.insert(worker.chunks.end(), chunks.begin(), chunks.end());
    std::sort(worker.chunks.begin(), worker.chunks.end());
    const std::vector<std::uint64_t> numbers(chunks.begin(), chunks.end());
    ranks_.send(rank, MessageKind::chunks, MessageWriter().array(numbers).take());
  }

  const SubsetScan& scan_;
  Ranks& ranks_;
  const SubsetScan::OnChunk& on_chunk_;
  Progress& progress_;
  const std::size_t count_;

  std::mutex mutex_;  // guards the following
  std::condition_variable changed_;
  ChunkScheduler scheduler_;
  std::deque<Bytes> results_;
  std::size_t waiting_bytes_ = 0;  // of the results
  bool complete_ = false;          // no result will follow
  std::exception_ptr error_;

  std::mutex reports_;
  std::atomic<std::size_t> done_ = 0;
  std::atomic<bool> stopping_ = false, is_interrupted_ = false, is_lost_ = false;
  // For the main thread only.
  WorkerRegistry registry_;
  std::vector<Worker> workers_;  // [rank], [0] is unused
};

}  // namespace

void compute_on_ranks(const SubsetScan& scan, const std::function<Bytes()>& job, Ranks& ranks,
                      std::span<const std::size_t> chunks, const SubsetScan::OnChunk& on_chunk, Progress& progress) {
  if (ranks.size() == 1 || !job || chunks.empty()) {
    scan.compute(chunks, on_chunk, progress);
    return;
  }
  DistributedScan(scan, ranks, chunks, on_chunk, progress).run(job());
}

}  // namespace inforelay
