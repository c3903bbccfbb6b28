// A sweep from configuration to runs: which settings have which values at each point, and the seed of each run.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/tree.hpp"
#include "experiments/compare/network_metric.hpp"
#include "experiments/config/config.hpp"
#include "experiments/run/load_config.hpp"

namespace inforelay {

/// Settings of the sweep as a whole, which its runs do not have (`figures` they have if sweep.figures is true).
inline constexpr std::array<std::string_view, 3> parent_only_keys{"sweep", "figures", "compare"};

/// Larger sweeps are refused.
inline constexpr std::size_t most_sweep_runs = 100'000;

/// The values of the swept settings, as many as SweepPlan::parameters, as they were written.
struct SweepPoint {
  std::vector<ConfigNode> values;
};

struct SweepRun {
  std::size_t number = 1;  ///< from 1
  std::size_t point = 0;   ///< from 0
  std::int64_t replicate = 0;
  std::int64_t seed = 1;
  std::string folder;  ///< in the folder of the sweep: "runs/0003-layers-784-8-10-seed-2"
};

struct SweepPlan {
  ExperimentConfig config;              ///< of the sweep as a whole
  ConfigNode base;                      ///< what all runs share, without the parent_only_keys
  std::vector<std::string> parameters;  ///< paths of the swept settings
  std::vector<SweepPoint> points;       ///< at least one; the only one has no values if nothing is swept
  std::vector<SweepRun> runs;           ///< point by point; of each all replicates
  std::vector<NetworkMetric> metrics;   ///< to be collected: at least one run computes each
  bool may_download = true;

  /// Keeps runs from downloading, after a download has failed.
  void without_download();

  /// The configuration of a run, that of a single run with these values and this seed.
  ExperimentConfig config_of(const SweepRun& run) const;
  /// The overrides that turn CONFIG into that configuration: values, seed and parent_only_keys as "key.path=value".
  std::vector<std::string> overrides_of(const SweepRun& run) const;
  /// "analysis.relay.greedy=true"; empty if nothing is swept.
  std::string values_text(std::size_t point) const;
  /// The same with the shortest ends of the paths that are all different: "greedy=true".
  std::string short_values_text(std::size_t point) const;
  /// The same without the settings of other networks.
  std::string values_text_of(const std::string& network, std::size_t point) const;
  /// "analysis.relay.greedy=true, seed 3"
  std::string label_of(const SweepRun& run) const;
};

/// The runs of the sweep that `loaded` asks for. Every point is checked as a single run's configuration is. Throws
/// ConfigError with all errors, naming parameters and values. Cost: about 50 microseconds per point.
SweepPlan plan_sweep(const LoadedConfig& loaded);

/// The metrics that are collected by default, whether a run computes them or not: accuracies, entropy, relay
/// information and regression of each network, of each analysed layer and subset; of recordings of one layer without
/// subsets entropy and relay information.
std::vector<NetworkMetric> default_metrics(const ExperimentConfig& config);

}  // namespace inforelay
