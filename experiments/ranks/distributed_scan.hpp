// A scan whose parts are computed by all ranks: rank 0's side.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "core/ranks/ranks.hpp"
#include "core/sets/subset_scan.hpp"

namespace inforelay {

/// Bytes of other ranks' results that rank 0 holds before it takes no further ones; those that are on their way to it
/// come on top.
inline constexpr std::size_t most_results_bytes = std::size_t{64} << 20;

/// As scan.compute(parts, take, progress), together with the other ranks of `ranks`, which make the scan from the bytes
/// of `job` (experiments/ranks/scan_messages.hpp); with one rank, or without `job`, rank 0 is alone. Rank 0 deals out
/// the parts, computes too, and hands every result to `take`, of other ranks' from one thread. At an interruption what
/// other ranks have in hand is lost, as it is here. Throws also what ended the work of another rank, with the rank's
/// place. Memory: most_results_bytes of results that `take` has not had yet.
void compute_on_ranks(const SubsetScan& scan, const std::function<Bytes()>& job, Ranks& ranks,
                      std::span<const std::size_t> parts, const SubsetScan::OnChunk& take, Progress& progress);

}  // namespace inforelay
