#include "experiments/ranks/chunk_scheduler.hpp"

#include <algorithm>

namespace inforelay {

std::vector<std::size_t> ChunkScheduler::next(std::size_t threads) {
  const std::size_t twice = 2 * std::max(threads_, threads);
  const std::size_t size = std::min(left(), (left() * threads + twice - 1) / twice);
  const auto begin = chunks_.begin() + static_cast<std::ptrdiff_t>(next_);
  next_ += size;
  return {begin, begin + static_cast<std::ptrdiff_t>(size)};
}

}  // namespace inforelay
