// The files of one stage in a run's folder: its result, and before it has one, its intermediate results.
//
//   stages/NAME.h5            the result
//   stages/NAME.state.h5      state of an unfinished stage, replaced at each save (training)
//   stages/NAME.chunks-N.h5   finished chunks of an unfinished scan over all sets, others in each file
//   stages/NAME.part-P.*      state and chunks of an unfinished part P of a stage that has several
//
// A file that is damaged, or belongs to another run or stage or to other results, is ignored with a warning; its
// content is recomputed and the file replaced, even if it is a folder. Each file records the computing time of its
// stage over all starts (core/files/checksummed_file.hpp).
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/files/checksummed_file.hpp"
#include "core/files/hdf5_file.hpp"
#include "core/provenance.hpp"

namespace inforelay {

/// How long a stage computes before it saves intermediate results. Shorter stages save only their result.
struct SaveInterval {
  double seconds = 15;  ///< 0: at every opportunity

  /// The default, or the value of INFORELAY_SAVE_SECONDS, which is meant for tests. Throws UsageError if that is not a
  /// number of at least 0.
  static SaveInterval from_environment();
};

class StageStore {
 public:
  using Read = std::function<void(const Hdf5Reader&)>;
  using Write = std::function<void(Hdf5Writer&)>;
  struct Calls {
    std::function<void(const std::string&)> warn;  ///< about an ignored file
    std::function<void()> before_write = [] {};    ///< may throw: then nothing is written
  };

  /// `folder` must exist; `name` is the stage's. Its time, and that until the first save, begins now.
  StageStore(std::filesystem::path folder, std::string name, FileStamp stamp, SaveInterval interval, Calls calls);

  /// The intermediate results of part `number` of this stage, computed one after the other; they are removed with those
  /// of the stage.
  StageStore part(std::size_t number) const;

  // The result. A DataError thrown by `read` counts as damage.

  /// Reads the stage's result; false if there is no usable one; `read` may then have done part of its work.
  bool load(const Read& read);
  /// Writes the result and removes the intermediate ones. Throws IoError.
  void save(const Write& write);
  /// Of the result loaded or saved.
  const FileContent& content() const { return content_; }

  // Intermediate results. One thread at a time.

  /// True if it is time to save again.
  bool should_save() const;
  bool load_state(const Read& read);
  void save_state(const Write& write);
  /// Reads all usable files of chunks.
  void load_chunks(const Read& read);
  void save_chunks(const Write& write);

 private:
  std::filesystem::path path(const std::string& ending) const { return folder_ / (name_ + ending); }
  std::map<std::size_t, std::filesystem::path> chunk_files() const;
  std::optional<FileContent> read_file(const std::filesystem::path& path, const Read& read);
  bool read_intermediate(const std::filesystem::path& path, const Read& read);
  FileContent write_file(const std::filesystem::path& path, const Write& write);
  void remove_intermediate() const;

  std::filesystem::path folder_;
  std::string name_;
  FileStamp stamp_;
  SaveInterval interval_;
  Calls calls_;
  FileContent content_;
  double earlier_seconds_ = 0;  // of earlier starts, as far as they were saved
  Stopwatch since_begin_, since_save_;
  std::size_t next_chunk_file_ = 1;
};

}  // namespace inforelay
