#include "core/sets/subset_scan.hpp"

#include <fmt/format.h>

#include <numeric>

#include "core/error.hpp"

namespace inforelay {

void run_whole(SubsetScan& scan, Progress& progress) {
  std::vector<std::size_t> parts(scan.chunk_count());
  std::iota(parts.begin(), parts.end(), std::size_t{0});
  scan.compute(
      parts, [&](std::size_t part, ScanChunk&& result) { scan.add(part, result); }, progress);
}

void check_chunk(const ScanChunk& part, Eigen::Index classes, Eigen::Index sets) {
  const std::uint32_t fixed = part.fixed.bits(), free = part.free.bits();
  if (part.first_class >= 0 && part.values.rows() <= classes - part.first_class &&
      static_cast<Eigen::Index>(fixed | free) < sets && (fixed & free) == 0 &&
      part.values.cols() == Eigen::Index{1} << part.free.size()) {
    return;
  }
  throw DataError(
      fmt::format("a part of a scan has values [{},{}] of the classes from {} and the sets {{{}}} with any of {{{}}}, "
                  "which do not fit a table [{},{}]",
                  part.values.rows(), part.values.cols(), part.first_class, part.fixed.to_string(),
                  part.free.to_string(), classes, sets));
}

void put_chunk(const ScanChunk& part, RowMatrix<float>& table) {
  check_chunk(part, table.rows(), table.cols());
  const Eigen::Index sets = part.values.cols();
  for (Eigen::Index row = 0; row < part.values.rows(); ++row) {
    const float* values = part.values.data() + row * sets;
    float* out = table.data() + (part.first_class + row) * table.cols();
    std::uint32_t subset = 0;
    for (Eigen::Index i = 0; i < sets; ++i) {
      out[part.fixed.bits() | subset] = values[i];
      subset = next_subset(subset, part.free);
    }
  }
}

}  // namespace inforelay
