// Which rank computes which parts of a scan.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace inforelay {

/// Deals out the parts of a scan in pieces that shrink with what is left (guided self-scheduling, Polychronopoulos &
/// Kuck 1987): large ones while there is much, so that there are few messages; at the end single parts, so that all
/// ranks end at about the same time, whatever their parts cost. Neighbouring parts stay together: those of a knockout's
/// class share a tree. Which rank computes a part does not change its result.
class ChunkScheduler {
 public:
  /// `threads`: those of all ranks, about.
  ChunkScheduler(std::vector<std::size_t> parts, std::size_t threads) : parts_(std::move(parts)), threads_(threads) {}

  /// The next parts for a rank of `threads` threads; none when all are dealt out. Half of its share of what is left.
  std::vector<std::size_t> deal(std::size_t threads);
  /// Whether a rank of `threads` threads that has `unfinished` parts should have more: one part waits for each thread
  /// while the messages travel.
  static bool wants_more(std::size_t threads, std::size_t unfinished) { return unfinished <= threads; }

  std::size_t left() const { return parts_.size() - next_; }

 private:
  std::vector<std::size_t> parts_;
  std::size_t threads_, next_ = 0;
};

}  // namespace inforelay
