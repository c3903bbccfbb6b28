// Rank 0's view of the other ranks during one job.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "core/ranks/ranks.hpp"

namespace inforelay {

/// Who has joined a job and who has left it. What belongs to the job itself is its users'. From the main thread.
class WorkerRegistry {
 public:
  explicit WorkerRegistry(Ranks& ranks) : ranks_(ranks), workers_(static_cast<std::size_t>(ranks.size())) {}

  /// The next message of another rank, if one is there; of kinds `ready` and `ended` note has been taken already.
  /// Throws the error that a rank tells of (`failed`), and DataError for a message from nowhere.
  std::optional<Message> receive();
  /// That a message is of a kind which the job does not know. Throws DataError.
  [[noreturn]] static void refuse(const Message& message);

  /// Whether the rank knows of the job: it is ready, or has failed at it.
  bool has_joined(int rank) const { return workers_[static_cast<std::size_t>(rank)].has_joined; }
  /// Ends the job: tells the ranks so, each once and not before it has joined (until then it would not know what to
  /// stop), and returns when all have said their last word. `receive_all` receives what has arrived, throws nothing but
  /// LostRanks, and returns whether there was anything.
  void dismiss(const std::function<bool()>& receive_all);

 private:
  // True when all have said their last word.
  bool stop();

  struct Worker {
    bool has_joined = false, was_told = false, has_ended = false;
  };

  Ranks& ranks_;
  std::vector<Worker> workers_;  // [rank], [0] is none
};

}  // namespace inforelay
