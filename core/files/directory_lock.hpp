// Locks of folders, so that only one process works in a folder, also across machines that share a disk.
//
// A lock is a small file lock.N.json that names the process that works in the folder, and whose time of modification is
// its heartbeat. The file system needs no locking of its own, only open() with O_EXCL:
//   - A process that finds no lock, or only stale ones, creates lock.N+1.json above the highest N, which only one
//     process can do.
//   - It then reads the folder again. If that shows a lock other than the stale ones, two processes took the folder at
//     once by different numbers; the one that sees this, at least the later one, removes its lock and starts again.
//     Otherwise it removes the stale locks.
//   - A lock is stale if its process has ended, which can be checked on the same machine. For one on another machine,
//     the heartbeat must not have changed for LockOptions::patience_seconds of the local steady clock. Clocks of
//     different machines are never compared.
//   - A process whose lock was removed or replaced, perhaps because it was suspended for longer than the patience of
//     another machine, notices this at its next heartbeat.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/error.hpp"
#include "core/process/process_identity.hpp"
#include "core/progress.hpp"

namespace inforelay {

/// Another process works in the folder.
struct DirectoryLocked : UsageError {
  using UsageError::UsageError;
};

/// This process no longer holds the folder, so it must not write there any more.
struct LockLost : IoError {
  using IoError::IoError;
};

struct LockHolder {
  ProcessIdentity process;
  std::string since;                      ///< as utc_now()
  std::optional<ProcessIdentity> parent;  ///< parent_to_die_with()
};
/// "process 17 on node3 since 2026-01-31T12:00:00Z"; printable on one line, whatever the file held.
std::string to_string(const LockHolder& holder);

/// The holder of the highest lock in `folder`; none if there is no lock or it cannot be read.
std::optional<LockHolder> lock_holder(const std::filesystem::path& folder);

struct LockOptions {
  double heartbeat_seconds = 5;  ///< between two heartbeats
  double patience_seconds = 30;  ///< to wait for a heartbeat of a holder on another machine; several heartbeats
  double dying_seconds = 10;     ///< to wait for a holder that is about to be killed because its parent has ended
  std::function<void()> on_heartbeat = [] {};  ///< called after each heartbeat, from a thread of its own
  std::function<void(const std::string&)> report = [](const auto&) {};  ///< a stale lock is taken over; a wait begins
};

class DirectoryLock {
 public:
  /// Locks `folder`, which must exist. Throws DirectoryLocked, naming the holder; IoError if the folder cannot be
  /// written; Interrupted if `progress` requests it during a wait.
  explicit DirectoryLock(std::filesystem::path folder, LockOptions options = {}, Progress& progress = Progress::none());
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  /// Unlocks the folder.
  ~DirectoryLock();

  /// Throws LockLost if the last heartbeat found the lock removed or replaced. Cheap, from any thread.
  void check() const;
  /// True if check() would throw.
  bool lost() const { return lost_; }
  /// As check(), after a look at the file.
  void verify();
  /// To be called after the folder was renamed.
  void moved_to(const std::filesystem::path& folder);

 private:
  void acquire(Progress& progress);
  void beat();

  std::filesystem::path folder_;
  LockOptions options_;
  std::string content_;  // of the file
  std::uint64_t number_ = 0;
  mutable std::mutex mutex_;  // of folder_
  std::condition_variable_any wait_;
  std::atomic<bool> lost_ = false;
  std::jthread heartbeat_;
};

}  // namespace inforelay
