// The runs of a sweep that this process has started, each a process of its own.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace inforelay {

/// A run to be done in a process of its own.
struct RunJob {
  std::string name;                    ///< for messages
  std::vector<std::string> arguments;  ///< of this program; -j is added
  std::filesystem::path folder;        ///< its own; created if it does not exist
  double bytes = 0;                    ///< estimated memory
};

/// The file for stderr of the run in `folder`, until it has finished.
std::filesystem::path messages_of(const std::filesystem::path& folder);

class ChildRuns {
 public:
  /// How a run ended.
  struct End {
    std::size_t job;
    std::string failure;  ///< the last error that it reported, or the signal that ended it; "": it has finished
  };

  ChildRuns() = default;
  /// Kills the runs that have not ended.
  ~ChildRuns();
  ChildRuns(const ChildRuns&) = delete;
  ChildRuns& operator=(const ChildRuns&) = delete;

  /// Starts `job`, which is number `number`. Throws IoError if it cannot be started. Main thread only.
  void begin(std::size_t number, const RunJob& job, int threads);
  /// Those that have ended since the last call.
  std::vector<End> collect();
  void signal(int signal) const;
  bool empty() const { return children_.empty(); }

 private:
  struct Child {
    pid_t process;
    std::size_t number;
    std::filesystem::path folder;
  };
  std::vector<Child> children_;
};

}  // namespace inforelay
