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

/// One scan. The main thread talks to the ranks; a second one computes rank 0's own parts, on all its threads; a third
/// one hands the others' results over, which may take as long as the writing of a file.
class SharedScan {
 public:
  SharedScan(const SubsetScan& scan, Ranks& ranks, std::span<const std::size_t> parts, const SubsetScan::OnChunk& take,
             Progress& progress)
      : scan_(scan),
        ranks_(ranks),
        take_(take),
        progress_(progress),
        count_(parts.size()),
        scheduler_({parts.begin(), parts.end()}, static_cast<std::size_t>(ranks.size() * thread_count())),
        registry_(ranks),
        workers_(static_cast<std::size_t>(ranks.size())) {}

  void run(const Bytes& job) {
    std::jthread own([this] { guarded([this] { compute_own(); }); });
    std::jthread results([this] { guarded([this] { hand_over(); }); });
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
    std::size_t threads = 0;           // 0: it is not ready yet
    std::vector<std::size_t> parts{};  // that it has been given and not given back, ascending
  };

  // Of rank 0's own parts: they stop with all else, and as soon as they would without other ranks.
  class OwnProgress final : public Progress {
   public:
    explicit OwnProgress(const SharedScan& scan) : scan_(scan) {}
    bool stop_requested() const override { return scan_.stopping_ || scan_.progress_.stop_requested(); }

   private:
    const SharedScan& scan_;
  };

  // The first error ends the work of all threads. An interruption does too, but what was computed is still taken.
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

  // From a handler.
  void keep_error() {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::current_exception();
  }

  void compute_own() {
    OwnProgress own(*this);
    const auto threads = static_cast<std::size_t>(thread_count());
    while (!stopping_) {
      const std::vector<std::size_t> parts = deal(threads);
      if (parts.empty()) return;
      try {
        scan_.compute(
            parts, [this](std::size_t part, ScanChunk&& result) { finish(part, std::move(result)); }, own);
      } catch (const Interrupted&) {
        if (!stopping_) throw;  // else there is a reason already
        return;
      }
    }
  }

  std::vector<std::size_t> deal(std::size_t threads) {
    const std::lock_guard lock(mutex_);
    return scheduler_.deal(threads);
  }

  // From any thread.
  void finish(std::size_t part, ScanChunk&& result) {
    take_(part, std::move(result));
    const std::lock_guard lock(reports_);
    progress_.report(++done_, count_);
  }

  void hand_over() {
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
      auto [part, result] = read_result(next);
      finish(part, std::move(result));
    }
  }

  bool is_full() {
    const std::lock_guard lock(mutex_);
    return waiting_bytes_ > most_results_bytes && !error_;
  }

  // Until every part is done.
  void lead() {
    Backoff patience(std::chrono::microseconds(200));
    while (done_ < count_ && !stopping_) {
      progress_.check();
      if (!is_full() && receive()) {
        patience.reset();
      } else {
        ranks_.unsent_bytes();
        patience.wait();
      }
    }
  }

  // Until every rank has said its last word: what they had finished still counts.
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
        take_over(message->from, worker, std::move(message->bytes));
        feed(message->from, worker);
        break;
      case MessageKind::ended:
        break;
      default:
        WorkerRegistry::refuse(*message);
    }
    return true;
  }

  void take_over(int rank, Worker& worker, Bytes&& bytes) {
    const auto part = static_cast<std::size_t>(MessageReader(bytes).number<std::uint64_t>());
    const auto place = std::lower_bound(worker.parts.begin(), worker.parts.end(), part);
    if (place == worker.parts.end() || *place != part) {
      throw DataError(
          fmt::format("a message between ranks: part {} of rank {}, which was not asked for it", part, rank));
    }
    worker.parts.erase(place);
    const std::lock_guard lock(mutex_);
    waiting_bytes_ += bytes.size();
    results_.push_back(std::move(bytes));
    changed_.notify_all();
  }

  void feed(int rank, Worker& worker) {
    if (stopping_ || !ChunkScheduler::wants_more(worker.threads, worker.parts.size())) return;
    const std::vector<std::size_t> parts = deal(worker.threads);
    if (parts.empty()) return;
    worker.parts.insert(worker.parts.end(), parts.begin(), parts.end());
    std::sort(worker.parts.begin(), worker.parts.end());
    const std::vector<std::uint64_t> numbers(parts.begin(), parts.end());
    ranks_.send(rank, MessageKind::parts, MessageWriter().array(numbers).take());
  }

  const SubsetScan& scan_;
  Ranks& ranks_;
  const SubsetScan::OnChunk& take_;
  Progress& progress_;
  const std::size_t count_;

  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  ChunkScheduler scheduler_;
  std::deque<Bytes> results_;
  std::size_t waiting_bytes_ = 0;  // of those
  bool complete_ = false;          // no result will follow
  std::exception_ptr error_;

  std::mutex reports_;
  std::atomic<std::size_t> done_ = 0;
  std::atomic<bool> stopping_ = false, is_interrupted_ = false, is_lost_ = false;
  // Of the main thread.
  WorkerRegistry registry_;
  std::vector<Worker> workers_;  // [rank], [0] is none
};

}  // namespace

void compute_on_ranks(const SubsetScan& scan, const std::function<Bytes()>& job, Ranks& ranks,
                      std::span<const std::size_t> parts, const SubsetScan::OnChunk& take, Progress& progress) {
  if (ranks.size() == 1 || !job || parts.empty()) {
    scan.compute(parts, take, progress);
    return;
  }
  SharedScan(scan, ranks, parts, take, progress).run(job());
}

}  // namespace inforelay
