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
#include "core/config/schema.hpp"
#include "core/config/tree.hpp"
#include "experiments/figures/plot/figure_writer.hpp"
#include "infotheory/states/discretize.hpp"
#include "nn/data/source.hpp"
#include "nn/knockout/knockout.hpp"
#include "nn/network/activation.hpp"
#include "nn/training/trainer.hpp"

namespace inforelay {

// The order of an enum's values, here and in the libraries, is that of its words in config_schema.cpp.
enum class DetectorFailure { error, keep_best };
enum class KnockoutSets { exhaustive, single };
enum class SetTables { automatic, always, never };
enum class PublishedRows { all, last };
enum class SweepMethod { grid, random, list };
enum class SweepFailure { go_on, stop };

struct DataConfig {
  DatasetName dataset = DatasetName::mnist;
  std::filesystem::path path;
  Fallback fallback = Fallback::none;
  bool download = true;
  std::int64_t train_limit = 0;
  std::int64_t test_limit = 0;
};

struct TrainConfig {
  OptimizerKind optimizer = OptimizerKind::adam;
  double learning_rate = 1e-3;
  double momentum = 0.9;
  Loss loss = Loss::mean_squared_error;
  std::int64_t batch_size = 1000;
  /// At most one; none given: training ends at max_epochs.
  struct Stop {
    std::optional<double> balanced_accuracy;
    std::optional<double> accuracy;
  } stop;
  std::int64_t max_epochs = 200;
  Evaluation::Method evaluation = Evaluation::Method::exact;
  std::int64_t evaluation_samples = 1000;
  std::int64_t evaluation_test_samples = 800;
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
  /// One file for each class: then nothing is trained.
  std::vector<std::filesystem::path> weights;
};

/// Either layers + train, or detectors, or weights.
struct NetworkConfig {
  std::vector<std::int64_t> layers;
  std::optional<Activation> activation;  ///< none: what a weight file says, else tanh
  std::optional<Activation> output_activation;
  std::optional<TrainConfig> train;
  std::optional<DetectorsConfig> detectors;
  std::filesystem::path weights;
  std::vector<std::string> layer_names;  ///< of weight files; empty: inferred
  std::string weights_network;           ///< of a results.h5 with several
  std::filesystem::path weights_out;

  bool from_files() const { return !weights.empty() || (detectors && !detectors->weights.empty()); }
};

struct RelayConfig {
  std::vector<Split> splits{Split::train, Split::test};
  bool greedy = true;
  bool branching = false;
  std::vector<Split> exhaustive{Split::test};
  std::vector<std::int64_t> classes;  ///< empty: all
};

struct KnockoutConfig {
  std::vector<Split> splits{Split::test};
  KnockoutSets sets = KnockoutSets::exhaustive;
  KnockoutMethod method = KnockoutMethod::exact;
  std::int64_t samples = 800;
};

struct RegressionConfig {
  Split relay = Split::test;
  Split knockout = Split::test;
};

struct AnalysisConfig {
  std::int64_t layer = 1;
  Binarization binarize = Binarization::kmeans;
  double threshold = 0;
  SetTables tables = SetTables::automatic;
  RelayConfig relay;
  std::optional<KnockoutConfig> knockout;
  std::optional<RegressionConfig> regression;
};

struct FiguresConfig {
  std::vector<FigureFormat> formats{FigureFormat::svg, FigureFormat::pdf, FigureFormat::png};
  FigurePalette palette = FigurePalette::safe;
};

/// A column of published values and what it is compared with.
struct ReproduceColumnConfig {
  std::string column;  ///< empty: named as the entry
  std::string quantity;
  std::int64_t cls = -1;  ///< all its values are of this class; -1: the table says
  /// At most one; none: shown without a verdict.
  std::optional<double> absolute, relative;
  std::int64_t at_least = 0;  ///< rows that must be within; 0: all
};

struct ReproduceConfig {
  std::filesystem::path published;
  std::string network;
  std::string by = "class";
  PublishedRows rows = PublishedRows::all;
  std::vector<std::pair<std::string, ReproduceColumnConfig>> columns;
};

/// Which networks the paper's claims are about.
struct ClaimsConfig {
  std::string distributed;
  std::string modular;
};

/// Many runs of the rest of the configuration; experiments/sweep/plan.hpp makes them.
struct SweepConfig {
  SweepMethod method = SweepMethod::grid;
  std::vector<ConfigSeries> parameters;
  std::int64_t samples = 20;
  std::vector<std::vector<ConfigAssignment>> exclude;
  std::int64_t replicates = 1;
  bool pair_seeds = true;
  SweepFailure on_error = SweepFailure::go_on;
  std::vector<std::string> collect;
  bool figures = false;
};

struct ExperimentConfig {
  std::string name;
  std::int64_t seed = 1;
  std::optional<std::uint64_t> max_memory;  ///< bytes; none: what the machine has
  DataConfig data;
  std::vector<std::pair<std::string, NetworkConfig>> networks;
  AnalysisConfig analysis;
  std::vector<std::pair<std::string, ReproduceConfig>> reproduce;
  std::optional<ClaimsConfig> claims;
  std::optional<FiguresConfig> figures;
  std::optional<SweepConfig> sweep;
};

/// All settings, for the visitors of core/config/schema.hpp.
void describe(ConfigSchema& schema, ExperimentConfig& config);

/// Reads `path` with `overrides` and checks everything. Throws UsageError with all that is wrong, a line each.
ExperimentConfig load_experiment_config(const std::filesystem::path& path, const std::vector<std::string>& overrides);

/// The same from a tree already read; `errors` may hold findings already.
ExperimentConfig read_experiment_config(const ConfigNode& root, ConfigErrors& errors);

/// The resolved configuration as YAML, every default spelled out; reading it gives the same configuration.
std::string print_experiment_config(const ExperimentConfig& config);

/// All settings as a JSON Schema: what configs/inforelay.schema.json holds.
std::string experiment_config_json_schema();

/// All settings with types, bounds, defaults and meaning, as a Markdown table: what docs/configuration.md shows.
std::string experiment_config_reference();

}  // namespace inforelay
