// Collected metrics that say the same of different measures of importance: side by side they are a comparison.
#pragma once

#include <string>
#include <vector>

#include "experiments/sweep/plan.hpp"

namespace inforelay {

struct MeasureFamily {
  std::string name;                   ///< what the names of its metrics begin with: "full.importance.test.spearman"
  std::string quantity;               ///< what they are, without the measure
  std::vector<std::size_t> metrics;   ///< of SweepPlan::metrics
  std::vector<std::string> measures;  ///< as many names: "relay_single"
};

/// Those with at least two of the metrics of `plan`, in their order.
std::vector<MeasureFamily> measure_families(const SweepPlan& plan);

}  // namespace inforelay
