// The folder of a run: its files, its identity, and whether the run is complete.
//
//   config.yaml     the run that the folder belongs to, and its resolved configuration
//   stages/         results and intermediate results of the stages of an unfinished run (core/files/stage_store.hpp)
//   results.h5      all numbers; the stages are then removed
//   figures/        NAME.{svg,pdf,png,csv,gp}
//   report.html     the page on which the results are explored
//   summary.txt     written last: the run is complete; its tables are in summary.csv and summary.json
//   run.log         messages with date and time (UTC)
//   status.json     its state (experiments/reports/run_status.hpp)
//   lock.N.json     while a process works there (core/files/directory_lock.hpp)
//
// If the folder has its default name, runs/NAME-IDENTITY, the link runs/NAME-latest leads to the newest run of a name.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/files/directory_lock.hpp"
#include "core/progress.hpp"
#include "experiments/figures/plot/figure_writer.hpp"

namespace inforelay {

/// The identity of a run: the first eight hex digits of the SHA-256 of all that determines its results, namely the
/// resolved configuration without name, figures and paths of data, and the digest of the data.
std::string run_hash(const std::string& resolved_config, const std::string& data_sha256);

/// True if a run or a sweep was started in `folder`.
bool is_run_folder(const std::filesystem::path& folder);

/// True if `folder` holds the complete results of the run `identity`.
bool holds_complete_run(const std::filesystem::path& folder, const std::string& identity);

/// True if every figure listed in status.json (or, if none is listed, every figure with a CSV file in figures/) exists
/// in all `formats` with its CSV file and script, and config.yaml has the same settings of figures as
/// `resolved_config`. False if there is no figure at all.
bool holds_figures(const std::filesystem::path& folder, const std::vector<FigureFormat>& formats,
                   const std::string& resolved_config);

/// The names of the figures in figures/: those with a CSV file and a script.
std::vector<std::string> figures_in(const std::filesystem::path& figures);

/// Removes files of the figures `before` that are not among those that were drawn `now` in `formats`.
void remove_other_figures(const std::filesystem::path& figures, const std::vector<std::string>& before,
                          const std::vector<std::string>& now, const std::vector<FigureFormat>& formats);

/// The temporary files, and folders of figures, that a killed process has left in the folder of a run.
std::vector<std::filesystem::path> leftovers_in(const std::filesystem::path& folder);

class RunDirectory {
 public:
  struct Opening {
    std::string identity;         ///< run_hash()
    std::string resolved_config;  ///< for config.yaml
    bool fresh = false;           ///< an existing folder is first renamed to FOLDER.N
    LockOptions lock{};
  };

  /// Opens `folder`, creating it if needed, and locks it unless its run is complete. Throws UsageError if it cannot be
  /// created or written, or holds another run; IoError if the disk is full or fails; DirectoryLocked if another process
  /// works there, or, with `fresh`, in one of its runs/; Interrupted during a wait for a heartbeat.
  RunDirectory(std::filesystem::path folder, Opening opening, Progress& progress = Progress::none());

  /// Locks the folder, unless it is locked, and removes temporary files of a killed process.
  void acquire_lock(Progress& progress);
  /// To be called before anything is written. Throws LockLost.
  void verify_lock() const;
  /// Null if the folder is not locked.
  const DirectoryLock* held_lock() const { return lock_.get(); }

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path results() const { return folder_ / "results.h5"; }
  std::filesystem::path summary() const { return folder_ / "summary.txt"; }
  std::filesystem::path figures() const { return folder_ / "figures"; }
  std::filesystem::path page() const { return folder_ / "report.html"; }
  std::filesystem::path log() const { return folder_ / "run.log"; }
  std::filesystem::path stage(const std::string& name) const { return folder_ / "stages" / (name + ".h5"); }

  bool complete() const;
  void remove_stages() const;
  /// Makes config.yaml say what this start was asked for: once its figures are drawn, since settings of figures are no
  /// part of the identity.
  void update_config() const;
  /// The new name of an earlier folder, with `fresh`; empty if there was none.
  const std::filesystem::path& moved_aside() const { return moved_aside_; }

 private:
  /// Throws UsageError if the way to the folder has a link to what is not there.
  void check_links() const;
  void check_owner() const;
  void move_aside(Progress& progress);
  void link_latest() const;
  [[noreturn]] void fail(std::string_view what, std::string_view why) const;
  [[noreturn]] void fail(std::string_view what, const std::error_code& error) const;

  std::filesystem::path folder_, moved_aside_;
  Opening opening_;
  std::unique_ptr<DirectoryLock> lock_;
};

}  // namespace inforelay
