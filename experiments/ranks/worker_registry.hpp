// Tracks which ranks take part in the current job. For rank 0.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "core/ranks/ranks.hpp"

namespace inforelay {

/// Tracks which ranks have joined and finished the current job. Messages of the job itself are left to the caller. Main
/// thread only.
class WorkerRegistry {
 public:
  explicit WorkerRegistry(Ranks& ranks) : ranks_(ranks), workers_(static_cast<std::size_t>(ranks.size())) {}

  /// The next message of another rank, if there is one. Kinds `ready` and `ended` have been noted already. Throws the
  /// error that a rank reports (`failed`), and DataError for an invalid sender.
  std::optional<Message> receive();
  /// Throws DataError for a message of an unexpected kind.
  [[noreturn]] static void refuse(const Message& message);

  /// True if the rank has received the job: it is ready or has failed.
  bool has_joined(int rank) const { return workers_[static_cast<std::size_t>(rank)].has_joined; }
  /// Ends the job: sends each rank `stop`, once it has joined (before that it would not know what to stop), and returns
  /// when all have sent `ended`. `receive_all` receives what has arrived, throws nothing but LostRanks, and returns
  /// true if there was anything.
  void dismiss(const std::function<bool()>& receive_all);

 private:
  // True if all have sent `ended`.
  bool stop();

  struct Worker {
    bool has_joined = false, was_stopped = false, has_ended = false;
  };

  Ranks& ranks_;
  std::vector<Worker> workers_;  // [rank], [0] is unused
};

}  // namespace inforelay
