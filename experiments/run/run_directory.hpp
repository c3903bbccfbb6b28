// The folder of a run: what lies where, whose it is, and how far it has come.
//
//   config.yaml     the resolved configuration that this folder belongs to
//   stages/         of an unfinished run: finished stages NAME.h5, and what unfinished ones have (stage_files.hpp)
//   results.h5      all numbers; once all is done the stages are removed
//   figures/        NAME.{svg,pdf,png,csv,gp}
//   summary.txt     written last: the run is complete
//   run.log         messages with date and time (UTC)
//   status.json     how far it is (run_status.hpp)
//   lock.N.json     while a process works there (folder_hold.hpp)
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/files/directory_lock.hpp"
#include "core/progress.hpp"
#include "experiments/figures/plot/figure_writer.hpp"

namespace inforelay {

/// First eight hex digits of the SHA-256 of what determines the results: the resolved configuration without the place
/// of the data, and the digest of the data.
std::string run_hash(const std::string& resolved_config, const std::string& data_sha256);

/// Whether `folder` is one that a run or a sweep was begun in.
bool is_run_folder(const std::filesystem::path& folder);

/// Whether `folder` holds the complete results of the run called `identity`.
bool holds_complete_run(const std::filesystem::path& folder, const std::string& identity);

/// Whether each figure called in status.json, or where it calls none each that has a table in `folder`/figures, is
/// there in all `formats`, with table and script; false where none is called and none there.
bool holds_figures(const std::filesystem::path& folder, const std::vector<FigureFormat>& formats);

class RunDirectory {
 public:
  /// How a folder is opened.
  struct Opening {
    std::string identity;         ///< run_hash
    std::string resolved_config;  ///< for config.yaml
    bool fresh = false;           ///< an existing folder is moved aside first, to FOLDER.N
    LockOptions lock{};
  };

  /// Opens `folder`, creating it where needed, and holds it unless it is complete, which is then only read. Throws
  /// UsageError where it cannot be created or written, or holds the results of another run; IoError where the disk is
  /// full or fails; DirectoryLocked where another process works there, or, with `fresh`, in one of its runs/;
  /// Interrupted during a wait for a sign of life.
  RunDirectory(std::filesystem::path folder, Opening opening, Progress& progress = Progress::none());

  /// Holds the folder from here on, where it does not yet, and removes what a killed process has left half-written.
  void acquire_lock(Progress& progress);
  /// To be asked before anything is written. Throws LockLost.
  void verify_lock() const;
  /// Nothing where it is not held.
  const DirectoryLock* held_lock() const { return lock_.get(); }

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path results() const { return folder_ / "results.h5"; }
  std::filesystem::path summary() const { return folder_ / "summary.txt"; }
  std::filesystem::path figures() const { return folder_ / "figures"; }
  std::filesystem::path log() const { return folder_ / "run.log"; }
  std::filesystem::path stage(const std::string& name) const { return folder_ / "stages" / (name + ".h5"); }

  bool complete() const;
  void remove_stages() const;
  /// Where an earlier folder was moved to by `fresh`; empty if there was none.
  const std::filesystem::path& moved_aside() const { return moved_aside_; }

 private:
  void check_owner() const;
  void move_aside(Progress& progress);
  void remove_leftovers() const;
  [[noreturn]] void fail(std::string_view what, std::string_view why) const;
  [[noreturn]] void fail(std::string_view what, const std::error_code& error) const;

  std::filesystem::path folder_, moved_aside_;
  Opening opening_;
  std::unique_ptr<DirectoryLock> lock_;
};

}  // namespace inforelay
