// What a stage will cost, before it is run: from the sizes of the problem and the measured speed of each kind of work.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/axes.hpp"
#include "core/sets/subset_scan.hpp"
#include "experiments/config/config.hpp"
#include "experiments/run/machine_speed.hpp"

namespace inforelay {

struct WorkEstimate {
  CpuWork work;              ///< expected
  CpuWork most;              ///< the same, where a training uses up all its epochs
  double bytes = 0;          ///< of memory, kept until the end of the run
  double working = 0;        ///< of memory, only while the stage runs
  double waiting = 0;        ///< of memory, on top of that where other ranks take part: results that they have sent
  double sets = 0;           ///< sets of neurons, where the stage is about all of them
  std::string note = {};     ///< what the expectation is based on; may be empty
  std::string smaller = {};  ///< the settings that would make it take less memory
};

struct StageEstimate {
  std::string label;
  WorkEstimate cost;
};

/// The sizes that everything else follows from.
struct WorkSize {
  double train_samples = 0, test_samples = 0;
  double inputs = 0;        ///< D
  double neurons = 0;       ///< K of the analysed layer
  double classes = 0;       ///< C
  double parameters = 0;    ///< weights of the network
  double width = 0;         ///< neurons of all layers together
  bool last_hidden = true;  ///< the analysed layer is the last hidden one

  double samples(Split split) const { return split == Split::train ? train_samples : test_samples; }
};

WorkSize work_size(const ExperimentConfig& config, const NetworkConfig& network);

/// Reading, or drawing, the images; they are there until the results are written.
WorkEstimate estimate_data(const ExperimentConfig& config, bool generated);
WorkEstimate estimate_training(const WorkSize& size, const NetworkConfig& network);
WorkEstimate estimate_states(const WorkSize& size, Split split);
WorkEstimate estimate_relay(const WorkSize& size, Split split, const RelayConfig& relay, bool exhaustive,
                            AllSetsTable table);
WorkEstimate estimate_knockout(const WorkSize& size, Split split, const KnockoutConfig& knockout, AllSetsTable table);
WorkEstimate estimate_regression(const WorkSize& size);
WorkEstimate estimate_appendix(const WorkSize& size, Split shape, Split entropy);
/// Writing results that hold so many bytes.
WorkEstimate estimate_results(double bytes);
WorkEstimate estimate_figures(const ExperimentConfig& config, AllSetsTable table);

}  // namespace inforelay
