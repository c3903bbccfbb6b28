// The files of one stage in a run's folder: its result, and while it is unfinished what it has come to.
//
//   stages/NAME.h5            the result
//   stages/NAME.state.h5      of an unfinished stage: its state, replaced at each save (training)
//   stages/NAME.block-N.h5    of an unfinished stage: finished parts, other ones in each file (scans over all sets)
//
// All are sealed (core/files/checksummed_file.hpp). A file that is damaged, or belongs to another run, stage or to
// other results, is warned of and passed over: its work is done again, and it is replaced, be it a folder. Each says
// how long the stage has been at work on it, over all starts.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/files/checksummed_file.hpp"
#include "core/files/hdf5_file.hpp"

namespace inforelay {

/// How long a stage works on before it saves what it has: stages that are shorter save nothing but their result.
struct SaveInterval {
  double seconds = 15;  ///< 0: at every opportunity

  /// The default, or what INFORELAY_SAVE_SECONDS says: for tests, which cannot wait. Throws UsageError where that is
  /// not a number of at least 0.
  static SaveInterval from_environment();
};

class StageStore {
 public:
  using Read = std::function<void(const Hdf5Reader&)>;
  using Write = std::function<void(Hdf5Writer&)>;
  struct Calls {
    std::function<void(const std::string&)> warn;  ///< of a file that is passed over
    std::function<void()> before_write = [] {};    ///< may throw: then nothing is written
  };

  /// `folder` must exist; `name` is the stage's. The time until the first save begins now, and so do its seconds.
  StageStore(std::filesystem::path folder, std::string name, FileStamp seal, SaveInterval interval, Calls calls);

  // The result. What `read` throws as DataError counts as damage.

  /// Reads the stage's result, if there is a sound one; true where that was so. `read` may have done half its work
  /// where it was not.
  bool load(const Read& read);
  /// Writes it, and removes what was kept of the unfinished stage. Throws IoError.
  void save(const Write& write);
  /// Of the result loaded or saved.
  const FileContent& content() const { return content_; }

  // The unfinished stage. One thread at a time.

  /// Whether it is time to save again.
  bool should_save() const;
  bool load_state(const Read& read);
  void save_state(const Write& write);
  /// Reads all sound blocks, in no particular order.
  void load_chunks(const Read& read);
  void save_chunks(const Write& write);

 private:
  using Clock = std::chrono::steady_clock;

  std::filesystem::path path(const std::string& ending) const { return folder_ / (name_ + ending); }
  std::optional<FileContent> read_sound(const std::filesystem::path& path, const Read& read) const;
  /// The same of an unfinished stage, whose seconds count on.
  bool read_unfinished(const std::filesystem::path& path, const Read& read);
  FileContent write_file(const std::filesystem::path& path, const Write& write) const;
  void write_unfinished(const std::filesystem::path& path, const Write& write);
  void remove_unfinished() const;

  std::filesystem::path folder_;
  std::string name_;
  FileStamp seal_;
  SaveInterval interval_;
  Calls calls_;
  FileContent content_;
  double earlier_seconds_ = 0;  // of earlier starts, as far as they were saved
  Clock::time_point begin_ = Clock::now(), last_save_ = begin_;
  std::size_t next_chunk_file_ = 1;
};

}  // namespace inforelay
