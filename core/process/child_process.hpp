// A computation that a hostile file may crash or hang, in a process of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "core/progress.hpp"

namespace inforelay {

struct ChildLimits {
  std::uint64_t memory_bytes = std::uint64_t{4} << 30;  ///< above what the process has already; also of the result
  unsigned cpu_seconds = 20;
  unsigned wall_seconds = 30;
};

/// What `work` returns, computed in a fork of this process. `work` runs in the child's only thread: it may use no
/// OpenMP. Its exceptions arrive as DataError with their text, on one line. The bytes come from a process that a file
/// may have corrupted: check them as a file's. Throws DataError, "FILE: ...", also where the child crashes or meets a
/// limit, IoError where there can be no child, and Interrupted, within a fraction of a second of the wish to stop,
/// which ends the child. Costs some milliseconds.
std::vector<std::uint8_t> run_in_child(const std::function<std::vector<std::uint8_t>()>& work, std::string_view file,
                                       const ChildLimits& limits = {}, const Progress& progress = Progress::none());

}  // namespace inforelay
