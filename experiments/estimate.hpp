// What a stage will cost, before it is run: from the sizes of the problem and the measured speed of each kind of work.
#pragma once

#include <cstdint>
#include <string>

#include "core/axes.hpp"
#include "experiments/config.hpp"

namespace inforelay {

struct WorkEstimate {
  double core_seconds = 0;  ///< on one core of a machine of 2020 with AVX2
  double bytes = 0;         ///< of memory, kept until the end of the run
  double sets = 0;          ///< sets of neurons, where the stage is about all of them
};

struct StageEstimate {
  std::string label;
  WorkEstimate work;
};

/// The sizes that everything else follows from.
struct WorkSize {
  double train_samples = 0, test_samples = 0;
  double inputs = 0;      ///< D
  double neurons = 0;     ///< K of the analysed layer
  double classes = 0;     ///< C
  double parameters = 0;  ///< weights of the network

  double samples(Split split) const { return split == Split::train ? train_samples : test_samples; }
};

WorkSize work_size(const ExperimentConfig& config, const NetworkConfig& network);

WorkEstimate estimate_training(const WorkSize& size, const NetworkConfig& network);
WorkEstimate estimate_states(const WorkSize& size, Split split);
WorkEstimate estimate_relay(const WorkSize& size, Split split, bool exhaustive);
WorkEstimate estimate_knockout(const WorkSize& size, Split split, const KnockoutConfig& knockout);
WorkEstimate estimate_regression(const WorkSize& size);
WorkEstimate estimate_appendix(const WorkSize& size, Split shape, Split entropy);

}  // namespace inforelay
