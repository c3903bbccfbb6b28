// A scan whose chunks are computed by all ranks: rank 0's side.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "core/ranks/ranks.hpp"
#include "core/sets/subset_scan.hpp"

namespace inforelay {

/// Bytes of other ranks' results that rank 0 holds before it receives no more; messages in transit are not included.
inline constexpr std::size_t most_results_bytes = std::size_t{64} << 20;

/// As scan.compute(chunks, on_chunk, progress), together with the other ranks of `ranks`, which make the scan from the
/// bytes of `job` (experiments/ranks/scan_messages.hpp); without `job` rank 0 computes alone. Rank 0 distributes the
/// chunks, computes some itself, and passes every result to `on_chunk`, those of other ranks in one thread. At an
/// interruption unfinished chunks are lost. Also throws the error of another rank, with its place. Memory:
/// most_results_bytes for results that wait for `on_chunk`.
void compute_on_ranks(const SubsetScan& scan, const std::function<Bytes()>& job, Ranks& ranks,
                      std::span<const std::size_t> chunks, const SubsetScan::OnChunk& on_chunk, Progress& progress);

}  // namespace inforelay
