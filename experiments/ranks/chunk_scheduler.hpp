// Decides which rank computes which chunks of a scan.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace inforelay {

/// Guided self-scheduling (Polychronopoulos & Kuck 1987): ranks get many chunks at first, so that there are few
/// messages, and single ones at the end, so that all ranks finish at about the same time, whatever their chunks cost.
/// Neighbouring chunks stay together, since those of one class share a tree of a knockout. The result of a chunk does
/// not depend on the rank that computes it.
class ChunkScheduler {
 public:
  /// `threads`: about as many as all ranks have together.
  ChunkScheduler(std::vector<std::size_t> chunks, std::size_t threads)
      : chunks_(std::move(chunks)), threads_(threads) {}

  /// The next chunks for a rank with `threads` threads: half of its share of what is left; none at the end.
  std::vector<std::size_t> next(std::size_t threads);
  /// True if a rank with `threads` threads should get more while it has `unfinished` chunks: one for each thread, to
  /// be computed while the messages travel.
  static bool wants_more(std::size_t threads, std::size_t unfinished) { return unfinished <= threads; }

  std::size_t left() const { return chunks_.size() - next_; }

 private:
  std::vector<std::size_t> chunks_;
  std::size_t threads_, next_ = 0;
};

}  // namespace inforelay
