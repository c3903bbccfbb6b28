// Scans over all sets that can be resumed after an interruption, because finished chunks are saved.
#pragma once

#include <cstddef>
#include <functional>

#include "core/files/stage_store.hpp"
#include "core/progress.hpp"
#include "core/ranks/ranks.hpp"
#include "core/sets/subset_scan.hpp"

namespace inforelay {

/// Finished chunks wait in memory for the next save. At this number of bytes they are saved at once, and computation
/// waits while earlier ones are being saved.
inline constexpr std::size_t most_waiting_bytes = std::size_t{32} << 20;

/// Adds the chunks that earlier starts saved in `store` to `scan`, then computes and adds the others. These are saved
/// at intervals, and before Interrupted is thrown. Other ranks() take part if `job` returns the bytes from which they
/// make the scan (experiments/ranks/scan_messages.hpp). Needs up to 100 MiB besides the scan, with other ranks 170 MiB.
void run_resumable_scan(SubsetScan& scan, StageStore& store, Progress& progress,
                        const std::function<Bytes()>& job = {});

}  // namespace inforelay
