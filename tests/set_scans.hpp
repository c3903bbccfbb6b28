// What the tests of scans in parts share.
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

/// Asks to stop after `reports` reports.
struct StopAfter : Progress {
  explicit StopAfter(int reports) : left(reports) {}
  void report(std::uint64_t, std::uint64_t) override { --left; }
  bool stop_requested() const override { return left <= 0; }
  std::atomic<int> left;
};

/// The numbers of the parts, shuffled.
inline std::vector<std::size_t> shuffled_parts(const SubsetScan& scan, RandomStream random) {
  std::vector<std::size_t> parts(scan.chunk_count());
  std::iota(parts.begin(), parts.end(), std::size_t{0});
  shuffle(parts, random);
  return parts;
}

/// Results of some parts by their number.
inline std::map<std::size_t, ScanChunk> computed(const SubsetScan& scan, std::span<const std::size_t> parts) {
  std::map<std::size_t, ScanChunk> results;
  std::mutex mutex;
  scan.compute(
      parts,
      [&](std::size_t part, ScanChunk&& result) {
        const std::lock_guard lock(mutex);
        results.emplace(part, std::move(result));
      },
      Progress::none());
  return results;
}

/// To the last bit, which == does not say of NaN.
template <class T>
bool same_bits(const RowMatrix<T>& x, const RowMatrix<T>& y) {
  if (x.rows() != y.rows() || x.cols() != y.cols()) return false;
  // Nothing has no address that memcmp may be given.
  return x.size() == 0 || std::memcmp(x.data(), y.data(), static_cast<std::size_t>(x.size()) * sizeof(T)) == 0;
}

inline bool same(const SubsetStatistics& x, const SubsetStatistics& y) {
  return x.count == y.count && x.error == y.error && same_bits(x.mean, y.mean) && same_bits(x.quantile, y.quantile) &&
         same_bits(x.highest, y.highest) && same_bits(x.lowest, y.lowest) && x.highest_set == y.highest_set &&
         x.lowest_set == y.lowest_set;
}

}  // namespace inforelay::test
