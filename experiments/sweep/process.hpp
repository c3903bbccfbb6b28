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
/// first when memory runs out. Throws IoError where the system has no room for it, or `messages` cannot be written.
/// To be called from the main thread, which the child's life hangs on.
pid_t start_child(const std::vector<std::string>& arguments, const std::filesystem::path& messages);

/// Keeps two processes out of one folder: a lock on `file` (made where it does not exist), held by this object and by
/// the children started meanwhile, until the last of them is gone.
class FolderLock {
 public:
  /// Waits `patience_seconds` for another holder: the children of a process that was killed take a moment to go.
  /// Throws UsageError naming the folder where it is still held then; a file system without locks gives none.
  FolderLock(const std::filesystem::path& file, double patience_seconds);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  int descriptor_ = -1;
};

}  // namespace inforelay
