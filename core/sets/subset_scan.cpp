#include "core/sets/subset_scan.hpp"

#include <numeric>

#include "core/error.hpp"

namespace inforelay {

void run_whole(SubsetScan& scan, Progress& progress) {
  std::vector<std::size_t> chunks(scan.chunk_count());
  std::iota(chunks.begin(), chunks.end(), std::size_t{0});
  scan.compute(
      chunks, [&](std::size_t chunk, ScanChunk&& result) { scan.add(chunk, result); }, progress);
}

void check_chunk(const ScanChunk& chunk, Eigen::Index classes, Eigen::Index sets) {
  const std::uint32_t fixed = chunk.fixed.bits(), free = chunk.free.bits();
  if (chunk.first_class >= 0 && chunk.values.rows() <= classes - chunk.first_class &&
      static_cast<Eigen::Index>(fixed | free) < sets && (fixed & free) == 0 &&
      chunk.values.cols() == Eigen::Index{1} << chunk.free.size()) {
    return;
  }
  throw DataError(
      "a chunk of a scan has values [{},{}] of the classes from {} and the sets {{{}}} with any of {{{}}}, "
      "which do not fit a table [{},{}]",
      chunk.values.rows(), chunk.values.cols(), chunk.first_class, chunk.fixed.to_string(), chunk.free.to_string(),
      classes, sets);
}

void put_chunk(const ScanChunk& chunk, RowMatrix<float>& table) {
  check_chunk(chunk, table.rows(), table.cols());
  const Eigen::Index sets = chunk.values.cols();
  for (Eigen::Index row = 0; row < chunk.values.rows(); ++row) {
    const float* values = chunk.values.data() + row * sets;
    float* out = table.data() + (chunk.first_class + row) * table.cols();
    std::uint32_t subset = 0;
    for (Eigen::Index i = 0; i < sets; ++i) {
      out[chunk.fixed.bits() | subset] = values[i];
      subset = next_subset(subset, chunk.free);
    }
  }
}

}  // namespace inforelay
