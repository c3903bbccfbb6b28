// Child processes: this program again, with other arguments.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace inforelay {

/// Starts this program (the file that runs now, even if it was replaced since) with `arguments` in a process group of
/// its own, so that Ctrl-C on a terminal reaches the parent alone. Its stdin and stdout are /dev/null, its stderr
/// `messages` (emptied first). It is killed when this process ends, however that happens, and is what the system ends
/// first when memory runs out. Under mpirun it is no rank of the job. Throws IoError where the system has no room for
/// it, or `messages` cannot be written. To be called from the main thread, which the child's life hangs on.
pid_t start_child(const std::vector<std::string>& arguments, const std::filesystem::path& messages);

}  // namespace inforelay
