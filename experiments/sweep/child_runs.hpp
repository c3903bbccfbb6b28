// The runs of a sweep that are child processes of this one.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace inforelay {

struct RunJob {
  std::string name;                    ///< for messages
  std::vector<std::string> arguments;  ///< of this program; -j is added
  std::filesystem::path folder;        ///< created if it does not exist
  double bytes = 0;                    ///< memory that it will need, estimated
};

/// The file for the stderr of the run in `folder`, removed when the run has finished.
std::filesystem::path messages_of(const std::filesystem::path& folder);

class ChildRuns {
 public:
  struct End {
    std::size_t job;
    std::string failure;  ///< the last error that it reported, or the signal that ended it; empty: none
  };

  ChildRuns() = default;
  /// Kills the runs that still work.
  ~ChildRuns();
  ChildRuns(const ChildRuns&) = delete;
  ChildRuns& operator=(const ChildRuns&) = delete;

  /// Starts `job`, which has the number `number`. Throws IoError if it cannot be started. Main thread only.
  void start(std::size_t number, const RunJob& job, int threads);
  /// The runs that have ended since the last call.
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
