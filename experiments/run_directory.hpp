// The folder of a run: what lies where, whose it is, and how far it has come.
//
//   config.yaml     the resolved configuration that this folder belongs to
//   stages/NAME.h5  a finished stage of an unfinished run
//   results.h5      all numbers; once it is there the stages are removed
//   figures/        NAME.{svg,pdf,png,csv,gp}
//   summary.txt     written last: the run is complete
//   run.log         messages with date and time
#pragma once

#include <filesystem>
#include <string>

namespace inforelay {

/// First eight hex digits of the SHA-256 of what determines the results: the resolved configuration without the place
/// of the data, and the digest of the data.
std::string run_hash(const std::string& resolved_config, const std::string& data_sha256);

/// Whether `folder` holds the complete results of the run called `identity`.
bool holds_complete_run(const std::filesystem::path& folder, const std::string& identity);

class RunDirectory {
 public:
  /// Opens `folder` for the run called `identity` (run_hash), creating it where needed; with `fresh` an existing one is
  /// moved aside first, to FOLDER.N. Throws UsageError where it cannot be created or written, or holds the results of
  /// another run; IoError where the disk is full or fails.
  RunDirectory(std::filesystem::path folder, const std::string& identity, const std::string& resolved_config,
               bool fresh);

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
  std::filesystem::path folder_, moved_aside_;
};

}  // namespace inforelay
