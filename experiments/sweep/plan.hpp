// A sweep from configuration to runs: which settings have which values at each point, and the seed of each run.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/tree.hpp"
#include "experiments/config/config.hpp"
#include "experiments/sweep/sweep_metrics.hpp"

namespace inforelay {

/// Settings of the sweep as a whole, which its runs do not have (`figures` they have where sweep.figures is true).
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
  std::vector<SweepPoint> points;       ///< at least one; the only one has no values where nothing is swept
  std::vector<SweepRun> runs;           ///< point by point; of each all replicates
  std::vector<SweepMetric> metrics;     ///< to be collected: at least one run computes each
  bool may_download = true;

  /// Runs no longer download: their data were asked for once and could not be had.
  void without_download();

  /// The configuration of a run, that of a single run with these values and this seed.
  ExperimentConfig config_of(const SweepRun& run) const;
  /// What makes CONFIG that configuration: "key.path=value" for the values, the seed and the parent_only_keys.
  std::vector<std::string> overrides_of(const SweepRun& run) const;
  /// "analysis.discretize.threshold=0.5"; empty where nothing is swept.
  std::string values_text(std::size_t point) const;
  /// "threshold=0.5" where the last keys of the paths tell them apart.
  std::string short_values_text(std::size_t point) const;
  /// "analysis.discretize.threshold=0.5, seed 3"
  std::string label_of(const SweepRun& run) const;
};

/// The runs of the sweep that `root` asks for. Every point is checked as a single run's configuration is. Throws
/// ConfigError with all that is wrong, naming parameters and values. Cost: some 50 microseconds a point.
SweepPlan plan_sweep(const ConfigNode& root);

/// The same from a file and overrides, as load_experiment_config.
SweepPlan plan_sweep(const std::filesystem::path& file, const std::vector<std::string>& overrides);

}  // namespace inforelay
