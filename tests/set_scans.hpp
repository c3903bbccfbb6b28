// Helpers of the tests of scans over all sets.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <numeric>
#include <vector>

#include "core/progress.hpp"
#include "core/random.hpp"
#include "core/sets/subset_scan.hpp"
#include "core/sets/subset_statistics.hpp"

namespace inforelay::test {

/// Requests a stop after `reports` reports.
struct StopAfter : Progress {
  explicit StopAfter(int reports) : left(reports) {}
  void report(std::uint64_t, std::uint64_t) override { --left; }
  bool stop_requested() const override { return left <= 0; }
  std::atomic<int> left;
};

/// The indices of all chunks in random order.
inline std::vector<std::size_t> shuffled_chunks(const SubsetScan& scan, RandomStream random) {
  std::vector<std::size_t> chunks(scan.chunk_count());
  std::iota(chunks.begin(), chunks.end(), std::size_t{0});
  shuffle(chunks, random);
  return chunks;
}

/// Results of `chunks` by their index.
inline std::map<std::size_t, ScanChunk> computed(const SubsetScan& scan, std::span<const std::size_t> chunks) {
  std::map<std::size_t, ScanChunk> results;
  std::mutex mutex;
  scan.compute(
      chunks,
      [&](std::size_t chunk, ScanChunk&& result) {
        const std::lock_guard lock(mutex);
        results.emplace(chunk, std::move(result));
      },
      Progress::none());
  return results;
}

/// Bit-identical, including NaN.
template <class T>
bool same_bits(const RowMatrix<T>& x, const RowMatrix<T>& y) {
  if (x.rows() != y.rows() || x.cols() != y.cols()) return false;
  // memcmp must not get the null pointer of an empty matrix.
  return x.size() == 0 || std::memcmp(x.data(), y.data(), static_cast<std::size_t>(x.size()) * sizeof(T)) == 0;
}

inline bool same(const SubsetStatistics& x, const SubsetStatistics& y) {
  return x.count == y.count && x.error == y.error && same_bits(x.mean, y.mean) && same_bits(x.quantile, y.quantile) &&
         same_bits(x.highest, y.highest) && same_bits(x.lowest, y.lowest) && x.highest_set == y.highest_set &&
         x.lowest_set == y.lowest_set;
}

}  // namespace inforelay::test
