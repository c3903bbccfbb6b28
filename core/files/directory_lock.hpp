// Keeps two processes out of one folder, also where they run on different machines that share a disk.
//
// A hold is a small file lock.N.json that says which process works in the folder and since when, and whose `beat` its
// holder counts up. No locks are needed of the file system, only link(2) or O_EXCL:
//   - Who finds no hold, or only stale ones, makes hold.N+1.json above the highest N. Only one can make that file.
//   - It then looks again: a hold that it had not seen before means that two came by different ways; it withdraws its
//     own and starts over. Of two such, the later one always sees the other. Then it removes the stale ones.
//   - A hold is stale where its process is gone: asked of the system on the same machine; on another one, its beat must
//     have stood still for LockOptions::patience_seconds of our own steady clock. Clocks are never compared.
//   - A holder whose file was removed or replaced (it slept longer than the patience of another machine, say) finds
//     that out at its next beat.
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
#include <vector>

#include "core/error.hpp"
#include "core/process/process_identity.hpp"
#include "core/progress.hpp"

namespace inforelay {

/// Another process works in the folder.
struct DirectoryLocked : UsageError {
  using UsageError::UsageError;
};

/// The folder is no longer ours: nothing more may be written there.
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

/// Whom the highest hold in `folder` names; nothing where there is none, or it cannot be read. Only reads.
std::optional<LockHolder> lock_holder(const std::filesystem::path& folder);

struct LockOptions {
  double heartbeat_seconds = 5;  ///< between two signs of life
  double patience_seconds = 30;  ///< for a sign of life of a holder that cannot be asked; several beats
  double dying_seconds = 10;     ///< for a holder that the system is about to end, its parent being gone, to go
  std::function<void()> on_heartbeat = [] {};  ///< called with each beat, from a thread of its own
  std::function<void(const std::string&)> say = [](const auto&) {};  ///< a stale hold is taken over; a wait begins
};

class DirectoryLock {
 public:
  /// Takes `folder`, which must exist. Throws DirectoryLocked naming its holder; IoError where it cannot be written;
  /// Interrupted when `progress` says so during a wait.
  explicit DirectoryLock(std::filesystem::path folder, LockOptions options = {}, Progress& progress = Progress::none());
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  /// Gives the folder free.
  ~DirectoryLock();

  /// Throws LockLost where the last beat found the hold gone. Cheap, from any thread.
  void check() const;
  /// Whether check() would throw.
  bool lost() const { return lost_; }
  /// The same after a look at the file.
  void verify();
  /// The folder was renamed.
  void moved_to(const std::filesystem::path& folder);

 private:
  struct Entry;
  enum class Verdict { stale, changed };

  static std::vector<Entry> entries(const std::filesystem::path& folder);
  static std::filesystem::path file_of(const std::filesystem::path& folder, std::uint64_t generation);
  void acquire(Progress& progress);
  Verdict judge(const Entry& entry, Progress& progress) const;
  Verdict wait_for_end(const Entry& entry, Progress& progress) const;
  Verdict wait_for_sign(const Entry& entry, Progress& progress) const;
  [[noreturn]] void refuse(const Entry& entry) const;
  bool create(std::uint64_t generation);
  void withdraw();
  void beat();
  void heartbeat_until_end();
  std::string content() const;

  std::filesystem::path folder_;
  LockOptions options_;
  LockHolder self_;
  std::string token_;  // tells this hold from all others
  std::uint64_t generation_ = 0, beats_ = 0;
  std::mutex mutex_;
  std::condition_variable end_;
  bool ending_ = false;
  std::atomic<bool> lost_ = false;
  std::thread heartbeat_;
};

}  // namespace inforelay
