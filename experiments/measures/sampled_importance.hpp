// Shapley values of a layer without tables of all sets, sampled along permutations of its units, with resumption.
#pragma once

#include <map>
#include <string>

#include "experiments/measures/measure.hpp"
#include "infotheory/importance/sampled_shapley.hpp"

namespace inforelay {

/// The samplings of one stage, one after the other.
class SampledImportance {
 public:
  /// Reads the state of an earlier start.
  explicit SampledImportance(MeasureRun& run);

  /// Samples until the standard error or number of permutations of analysis.importance_sampling is reached, from the
  /// random stream `what`. The states of all samplings are saved in run.store when it is time and on Interrupted.
  const SampledShapley& sample(const std::string& what, ChainFunction function, int functions, int units);

 private:
  void save();

  MeasureRun& run_;
  std::map<std::string, SampledShapley> states_;
};

}  // namespace inforelay
