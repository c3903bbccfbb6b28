// Child processes: another program, or a function of this one that a damaged file may crash or hang.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/progress.hpp"

namespace inforelay {

struct ProgramStart {
  std::string program;                     ///< a path, or a name to be looked up in PATH
  std::vector<std::string> arguments;      ///< the first is the program's name
  std::filesystem::path folder{};          ///< working directory; empty: that of this process
  std::filesystem::path messages{};        ///< file for stderr, emptied first
  std::vector<std::string> environment{};  ///< variables to be set, "NAME=VALUE"
  std::vector<std::string> withheld{};     ///< beginnings of the names of variables that are not passed on
  bool killed_first = false;               ///< whether the system prefers to end it when memory runs out
};

/// Starts a program in a process group of its own, so that Ctrl-C on a terminal reaches only this process. Its stdin
/// and stdout are /dev/null; it inherits no other file, and no signal is blocked or ignored. It is killed when the
/// calling thread ends, hence when this process ends for any reason: call this from the main thread or one of
/// parallel_blocks(), which live as long. Throws IoError if the program cannot be started or `messages` cannot be
/// written.
pid_t start_program(const ProgramStart& start);

/// Waits for a child process. Returns its wait status, or 0 if this process does not collect its children.
int wait_for_end(pid_t child);
/// "exit code 3", "signal 9 (Killed)"
std::string end_text(int wait_status);

struct ChildLimits {
  std::uint64_t memory_bytes = std::uint64_t{4} << 30;  ///< above what the process has already; also of the result
  unsigned cpu_seconds = 20;
  unsigned wall_seconds = 30;
};

/// Returns what `work` returns, computed in a fork of this process. `work` runs in the child's only thread, so it must
/// not use OpenMP. Its exceptions arrive as DataError with their text on one line. The bytes come from a process that a
/// file may have corrupted, so they need the same checks as a file. Throws DataError, "FILE: ...", also if the child
/// crashes or exceeds a limit; IoError if no child can be started; and Interrupted, within a fraction of a second after
/// a stop was requested, which ends the child. Costs a few milliseconds.
std::vector<std::uint8_t> run_in_child(const std::function<std::vector<std::uint8_t>()>& work, std::string_view file,
                                       const ChildLimits& limits = {}, const Progress& progress = Progress::none());

}  // namespace inforelay
