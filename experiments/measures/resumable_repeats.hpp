// Permutations, resamples and subsamples of a stage that can be interrupted.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "core/files/stage_store.hpp"
#include "core/progress.hpp"
#include "infotheory/significance/repeats.hpp"

namespace inforelay {

/// The computations of a stage that are repeated, under names, one after the other. While the stage is not finished,
/// repeats that are computed are saved when it is time to, and if it is interrupted; another start computes the others.
class ResumableRepeats {
 public:
  /// Reads what an earlier start has saved. `total`: repeats of all computations together, for the progress.
  ResumableRepeats(StageStore& store, Progress& progress, std::size_t total);

  /// All repeats -> [R,V]. Throws Interrupted. Valid until the next call.
  const RowMatrix<double>& run(const std::string& name, const Repeats& repeats);

 private:
  void save();

  StageStore& store_;
  Progress& progress_;
  std::size_t total_, before_ = 0;
  std::map<std::string, RepeatedValues> computed_;
};

}  // namespace inforelay
