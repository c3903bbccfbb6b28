// The stages of a run, as data: which measure is computed where, in order. Built once, from the configuration and
// sizes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "experiments/config/config.hpp"
#include "experiments/measures/measure.hpp"
#include "nn/data/source.hpp"

namespace inforelay {

/// One measure at one place of one system.
struct Stage {
  std::size_t system = 0;  ///< number in config.networks, then of the recordings
  const Measure* measure = nullptr;
  MeasurePlace place;
  std::string id;     ///< of its files: "full-layer1-relay-test"
  std::string label;  ///< for people: "full: relay information of all sets (test)"
};

/// All stages, in order: for each network, then each recording, first the measures of the whole system, then layer by
/// layer and subset by subset. The subsets of `config`, which are those of networks, are among train and test. `config`
/// and `recordings` must outlive them.
std::vector<Stage> plan_stages(const ExperimentConfig& config, const DataSizes& data,
                               const std::vector<LoadedRecording>& recordings = {});

}  // namespace inforelay
