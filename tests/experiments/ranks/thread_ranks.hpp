// Ranks that are threads of the test program, without MPI.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "experiments/ranks/scan_messages.hpp"
#include "experiments/worker.hpp"

namespace inforelay::test {

/// Messages between the ranks of one job that were sent and not received.
struct Post {
  explicit Post(int size) : boxes(static_cast<std::size_t>(size)) {}
  std::mutex mutex;
  std::vector<std::deque<Message>> boxes;
  std::size_t results = 0, failures = 0;  // messages of these kinds that were sent
};

class ThreadRank final : public Ranks {
 public:
  ThreadRank(Post& post, int rank) : post_(post), rank_(rank) {}
  int rank() const override { return rank_; }
  int size() const override { return static_cast<int>(post_.boxes.size()); }
  int machine() const override { return 0; }
  int threads() const override { return 1; }
  std::string place() const override { return "rank " + std::to_string(rank_) + " on test"; }
  void send(int to, MessageKind kind, Bytes bytes) override {
    const std::lock_guard lock(post_.mutex);
    if (kind == MessageKind::result) ++post_.results;
    if (kind == MessageKind::failed) ++post_.failures;
    post_.boxes[static_cast<std::size_t>(to)].push_back({rank_, kind, std::move(bytes)});
  }
  std::size_t unsent_bytes() override { return 0; }
  std::optional<Message> receive() override {
    const std::lock_guard lock(post_.mutex);
    auto& box = post_.boxes[static_cast<std::size_t>(rank_)];
    if (box.empty()) return {};
    Message message = std::move(box.front());
    box.pop_front();
    return message;
  }
  [[noreturn]] void abort(int) override { throw std::logic_error("abort of a rank"); }

 private:
  Post& post_;
  int rank_;
};

/// A job of `size` ranks, of which this thread is rank 0; the others are workers, or run `instead`.
class ThreadJob {
 public:
  explicit ThreadJob(int size, const std::function<void(Ranks&)>& instead = serve) : post_(size), first_(post_, 0) {
    for (int rank = 1; rank < size; ++rank) {
      others_.emplace_back([this, rank, instead] {
        ThreadRank own(post_, rank);
        instead(own);
      });
    }
  }
  ~ThreadJob() {
    send_job(first_, begin_job(JobKind::end).take());
    for (std::thread& each : others_) each.join();
  }
  Ranks& first() { return first_; }
  std::size_t results() {
    const std::lock_guard lock(post_.mutex);
    return post_.results;
  }
  /// Waits until another rank has computed a chunk or failed; otherwise rank 0 might compute all.
  void await_others() {
    const auto has_answer = [this] {
      const std::lock_guard lock(post_.mutex);
      return post_.boxes.size() == 1 || post_.results + post_.failures > 0;
    };
    while (!has_answer()) std::this_thread::sleep_for(std::chrono::microseconds(100));
  }

 private:
  Post post_;
  ThreadRank first_;
  std::vector<std::thread> others_;
};

}  // namespace inforelay::test
