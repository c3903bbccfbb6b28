// The memory that a stage will need, from the sizes of the problem.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/axes.hpp"
#include "core/sets/subset_scan.hpp"
#include "experiments/config/config.hpp"

namespace inforelay {

struct WorkEstimate {
  double bytes = 0;          ///< kept until the end of the run
  double working = 0;        ///< only while the stage runs
  double waiting = 0;        ///< in addition, if other ranks take part: their results
  double sets = 0;           ///< number of sets of neurons, for a stage that computes all of them
  std::string smaller = {};  ///< the settings that would make it need less
};

struct StageEstimate {
  std::string label;
  WorkEstimate cost;
};

struct WorkSize {
  double train_samples = 0, test_samples = 0;
  double inputs = 0;      ///< D
  double neurons = 0;     ///< K of the analysed layer
  double classes = 0;     ///< C
  double parameters = 0;  ///< weights of the network

  double samples(Split split) const { return split == Split::train ? train_samples : test_samples; }
};

WorkSize work_size(const ExperimentConfig& config, const NetworkConfig& network);

/// Reading or generating the images, which are kept until the results are written.
WorkEstimate estimate_data(const ExperimentConfig& config, bool generated);
WorkEstimate estimate_training(const WorkSize& size, const NetworkConfig& network);
WorkEstimate estimate_states(const WorkSize& size, Split split);
WorkEstimate estimate_relay(const WorkSize& size, Split split, bool exhaustive, AllSetsTable table);
WorkEstimate estimate_knockout(const WorkSize& size, Split split, const KnockoutConfig& knockout, AllSetsTable table);
WorkEstimate estimate_regression(const WorkSize& size);
WorkEstimate estimate_appendix(const WorkSize& size, Split shape);

}  // namespace inforelay
