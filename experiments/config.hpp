// Everything an experiment can be told: the structs behind the YAML files, their defaults, and what they are checked
// for. The wording, bounds and order of the keys stand in config_schema.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/axes.hpp"
#include "core/config/tree.hpp"

namespace inforelay {

// The order of an enum's values is that of its words in config_schema.cpp.
enum class DatasetChoice { mnist, digits };
enum class FallbackChoice { none, digits };
enum class ActivationChoice { tanh, sigmoid, relu, identity };
enum class LossChoice { mse, cross_entropy };
enum class OptimizerChoice { adam, sgd };
enum class AccuracyMethod { exact, sampled };
enum class DetectorFailure { error, keep_best };
enum class BinarizeChoice { kmeans, median, mean, sign, threshold };
enum class KnockoutSets { exhaustive, single };
enum class FigureFormat { svg, pdf, png };
enum class PaletteChoice { safe, rainbow };

struct DataConfig {
  DatasetChoice dataset = DatasetChoice::mnist;
  std::filesystem::path path;
  FallbackChoice fallback = FallbackChoice::none;
  bool download = true;
  std::int64_t train_limit = 0;
  std::int64_t test_limit = 0;
};

struct TrainConfig {
  OptimizerChoice optimizer = OptimizerChoice::adam;
  double learning_rate = 1e-3;
  double momentum = 0.9;
  LossChoice loss = LossChoice::mse;
  std::int64_t batch_size = 1000;
  /// Training ends at the first of those given that is reached; none given: at max_epochs.
  struct Stop {
    std::optional<double> balanced_accuracy;
    std::optional<double> accuracy;
  } stop;
  std::int64_t max_epochs = 200;
  AccuracyMethod evaluation = AccuracyMethod::exact;
  std::int64_t evaluation_samples = 1000;
};

struct DetectorsConfig {
  std::int64_t hidden = 2;
  std::int64_t positives = 5000;
  std::int64_t negatives = 5000;
  std::int64_t test_negatives = 5000;
  double learning_rate = 1e-3;
  struct Stop {
    double accuracy = 0.98;
  } stop;
  std::int64_t max_epochs = 20000;
  std::int64_t restarts = 5;
  DetectorFailure on_failure = DetectorFailure::error;
  double noise = 0;
};

/// Either layers + train, or detectors.
struct NetworkConfig {
  std::vector<std::int64_t> layers;
  ActivationChoice activation = ActivationChoice::tanh;
  ActivationChoice output_activation = ActivationChoice::tanh;
  std::optional<TrainConfig> train;
  std::optional<DetectorsConfig> detectors;
};

struct RelayConfig {
  std::vector<Split> splits{Split::train, Split::test};
  bool greedy = true;
  std::vector<Split> exhaustive{Split::test};
};

struct KnockoutConfig {
  std::vector<Split> splits{Split::test};
  KnockoutSets sets = KnockoutSets::exhaustive;
  AccuracyMethod method = AccuracyMethod::exact;
  std::int64_t samples = 800;
};

struct RegressionConfig {
  Split relay = Split::test;
  Split knockout = Split::test;
};

struct AnalysisConfig {
  std::int64_t layer = 1;
  BinarizeChoice binarize = BinarizeChoice::kmeans;
  double threshold = 0;
  RelayConfig relay;
  std::optional<KnockoutConfig> knockout;
  std::optional<RegressionConfig> regression;
};

struct FiguresConfig {
  std::vector<FigureFormat> formats{FigureFormat::svg, FigureFormat::pdf, FigureFormat::png};
  PaletteChoice palette = PaletteChoice::safe;
};

struct ExperimentConfig {
  std::string name;
  std::int64_t seed = 1;
  DataConfig data;
  std::vector<std::pair<std::string, NetworkConfig>> networks;
  AnalysisConfig analysis;
  std::optional<FiguresConfig> figures;
};

/// Reads `path` with `overrides` and checks everything. Throws UsageError with all that is wrong, a line each.
ExperimentConfig load_experiment_config(const std::filesystem::path& path, const std::vector<std::string>& overrides);

/// The same from a tree already read; `errors` may hold findings already.
ExperimentConfig read_experiment_config(const ConfigNode& root, ConfigErrors& errors);

/// The resolved configuration as YAML, every default spelled out; reading it gives the same configuration.
std::string print_experiment_config(const ExperimentConfig& config);

}  // namespace inforelay
