// Scans over all sets of neurons that outlive an interruption: finished parts are kept in blocks.
#pragma once

#include <cstddef>
#include <functional>

#include "core/files/stage_store.hpp"
#include "core/progress.hpp"
#include "core/ranks/ranks.hpp"
#include "core/sets/subset_scan.hpp"

namespace inforelay {

/// Finished parts wait for the next save in memory. So many bytes of them are a reason to save, and to compute no more
/// while those before them are being saved.
inline constexpr std::size_t most_waiting_bytes = std::size_t{32} << 20;

/// Adds to `scan` the parts that earlier starts left in `files`, then computes and adds the others. Those are saved
/// every so often while it goes on, and before Interrupted is thrown. Other ranks() compute too, where `job` has the
/// bytes that they make the scan from (experiments/ranks/scan_messages.hpp). Needs up to 100 MiB besides the scan, with
/// ranks 170 MiB.
void run_resumable_scan(SubsetScan& scan, StageStore& files, Progress& progress,
                        const std::function<Bytes()>& job = {});

}  // namespace inforelay
