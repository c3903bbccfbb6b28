// All settings of an experiment: the structs behind the YAML files, and their defaults. Descriptions, bounds and order
// of the keys are in config_schema.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/axes.hpp"
#include "core/config/settings.hpp"
#include "core/config/tree.hpp"
#include "experiments/config/recurrent_config.hpp"
#include "experiments/config/significance_config.hpp"
#include "experiments/figures/plot/figure_writer.hpp"
#include "infotheory/relay/set_measures.hpp"
#include "infotheory/states/contrast.hpp"
#include "infotheory/states/discretize.hpp"
#include "nn/data/source.hpp"
#include "nn/knockout/knockout.hpp"
#include "nn/network/activation.hpp"
#include "nn/training/detectors.hpp"
#include "nn/training/trainer.hpp"
#include "nn/weights/weight_file.hpp"

namespace inforelay {

enum class KnockoutSets { exhaustive, single };
inline constexpr WordTable<KnockoutSets, 2> knockout_sets_names{
    {{KnockoutSets::exhaustive, "exhaustive"}, {KnockoutSets::single, "single"}}};

/// automatic: threshold for networks of detectors, for others function_of_output() of the output activation.
enum class KnockoutFunctionChoice { automatic, threshold, argmax };
inline constexpr WordTable<KnockoutFunctionChoice, 3> knockout_function_choice_names{
    {{KnockoutFunctionChoice::automatic, "auto"},
     {KnockoutFunctionChoice::threshold, "threshold"},
     {KnockoutFunctionChoice::argmax, "argmax"}}};

enum class SetTables { automatic, always, never };
inline constexpr WordTable<SetTables, 3> set_tables_names{
    {{SetTables::automatic, "auto"}, {SetTables::always, "always"}, {SetTables::never, "never"}}};

enum class PublishedRows { all, last };
inline constexpr WordTable<PublishedRows, 2> published_rows_names{
    {{PublishedRows::all, "all"}, {PublishedRows::last, "last"}}};

enum class SweepMethod { grid, random, list };
inline constexpr WordTable<SweepMethod, 3> sweep_method_names{
    {{SweepMethod::grid, "grid"}, {SweepMethod::random, "random"}, {SweepMethod::list, "list"}}};

enum class SweepFailure { go_on, stop };
inline constexpr WordTable<SweepFailure, 2> sweep_failure_names{
    {{SweepFailure::go_on, "continue"}, {SweepFailure::stop, "stop"}}};

inline constexpr WordTable<ComputedStatistic, 1> computed_statistic_names{{{ComputedStatistic::train, "train"}}};

/// Places of arrays: "a.npz:x".
struct DataSetConfig {
  std::filesystem::path inputs, labels;
};

struct SplitConfig {
  double test = 0.2;
};

struct DataConfig {
  std::string dataset = DataOptions{}.dataset;
  std::filesystem::path path;
  std::optional<DataSetConfig> train, test;
  std::string label;
  std::vector<std::string> classes;
  std::optional<SplitConfig> split;
  std::optional<InputOptions> inputs;
  SequenceOptions sequences;
  BooleanOptions boolean;
  std::string fallback{no_fallback};
  bool download = true;
  std::int64_t train_limit = 0;
  std::int64_t test_limit = 0;
};

struct DetectorsConfig : DetectorOptions {
  double noise = 0;
  /// One file for each class; nothing is trained then.
  std::vector<std::filesystem::path> weights;
};

/// One of: layers and train; detectors; weights. `recurrent`: a recurrent network, with weights or recurrent.train.
struct NetworkConfig {
  std::optional<RecurrentConfig> recurrent;
  std::vector<std::int64_t> layers;
  std::optional<Activation> activation;  ///< none: that of the weight file, tanh in training
  std::optional<Activation> output_activation;
  std::optional<TrainingOptions> train;
  std::optional<DetectorsConfig> detectors;
  std::filesystem::path weights;
  std::vector<std::string> layer_names;      ///< of weight files; empty: inferred
  std::optional<BatchNormSide> batch_norm;   ///< of weight files that have it
  std::optional<double> batch_norm_epsilon;  ///< none: that of WeightFileOptions
  std::string weights_network;               ///< of a results.h5 with several
  std::filesystem::path weights_out;

  bool from_files() const { return !weights.empty() || (detectors && !detectors->weights.empty()); }
};

enum class RecordingAxis { sample, trial, time, unit };
inline constexpr WordTable<RecordingAxis, 4> recording_axis_names{{{RecordingAxis::sample, "sample"},
                                                                   {RecordingAxis::trial, "trial"},
                                                                   {RecordingAxis::time, "time"},
                                                                   {RecordingAxis::unit, "unit"}}};

enum class RecordingFormat { automatic, mabe };
inline constexpr WordTable<RecordingFormat, 2> recording_format_names{
    {{RecordingFormat::automatic, "auto"}, {RecordingFormat::mabe, "mabe"}}};

/// A recording in a file: states of units, input and output symbols (experiments/sources/recording_file.hpp).
struct RecordingConfig {
  std::filesystem::path file;
  RecordingFormat format = RecordingFormat::automatic;
  std::vector<std::pair<std::string, std::vector<std::string>>> states;  ///< layers with their keys
  std::string input, output;
  std::string subset;               ///< empty: all samples are one subset, `all`
  std::vector<RecordingAxis> axes;  ///< empty: [sample, unit]
  TimeWord time = TimeWord::pooled;
  std::vector<std::int64_t> times;  ///< used instead of `time` unless empty

  /// Is each time analysed on its own?
  bool is_timed() const { return times.empty() && time == TimeWord::each; }
};

/// The subsets of a data set. Recordings may have others.
inline const std::vector<std::string> data_subsets{"train", "test"};

struct RelayConfig {
  std::vector<std::string> subsets{"train", "test"};
  bool greedy = true;
  bool branching = false;
  std::optional<SetMeasure> by;  ///< a second greedy search, by this measure
  std::vector<std::string> exhaustive{"test"};
  std::vector<std::int64_t> classes;  ///< empty: all
};

struct KnockoutConfig {
  std::vector<std::string> subsets{"test"};
  KnockoutSets sets = KnockoutSets::exhaustive;
  KnockoutFunctionChoice function = KnockoutFunctionChoice::automatic;
  KnockoutOptions options;  ///< its function is not used, but function_for()
  /// Of recurrent networks: the state before the steps [from,from+steps) is replaced; 0 steps: before all from `from`.
  std::int64_t from = 0, steps = 0;
  bool each_step = false;  ///< of recurrent networks: also the accuracy at each step

  /// How the outputs of `network` are decided, whose output activation is `output`. Detectors are trained one by one:
  /// whatever the activation, the output of each has a threshold of its own, and they are not trained to be compared.
  KnockoutFunction function_for(const NetworkConfig& network, Activation output) const {
    if (function == KnockoutFunctionChoice::automatic)
      return network.detectors ? KnockoutFunction::threshold : function_of_output(output);
    return function == KnockoutFunctionChoice::argmax ? KnockoutFunction::argmax : KnockoutFunction::threshold;
  }
};

struct RegressionConfig {
  std::string relay = "test";
  std::string knockout = "test";
};

/// Which hidden layers are analysed.
enum class LayerWord { last, all };
inline constexpr WordTable<LayerWord, 2> layer_word_names{{{LayerWord::last, "last"}, {LayerWord::all, "all"}}};
struct LayerChoice {
  LayerWord word = LayerWord::last;
  std::vector<std::int64_t> list;  ///< used instead of `word` unless empty; 1 is the first hidden layer
};

/// The subset's own values as those that the cuts are made of.
inline constexpr std::string_view own_values = "own";

/// Of a system that is analysed at each time: are its cuts made of the values at all times, so that a state means
/// the same at each, or at each time of its own values?
enum class CutTimes { all, each };
inline constexpr WordTable<CutTimes, 2> cut_times_names{{{CutTimes::all, "all"}, {CutTimes::each, "each"}}};

struct DiscretizeConfig : DiscretizeOptions {
  std::string fit{own_values};  ///< or the subset whose values the cuts are made of
  CutTimes times = CutTimes::all;
};

/// Shapley values of layers without tables of all sets (infotheory/importance/sampled_shapley.hpp).
struct ImportanceSamplingConfig {
  double standard_error = 0.002;
  std::int64_t permutations = 200;  ///< at most; an odd number is rounded up
};

struct AnalysisConfig {
  LayerChoice layers;
  DiscretizeConfig discretize;
  ContrastKind contrast = ContrastKind::one_vs_rest;
  SetTables tables = SetTables::automatic;
  bool geometry = true;
  RelayConfig relay;
  std::vector<SetMeasure> measures;     ///< of all sets, of relay.exhaustive
  std::vector<std::string> estimators;  ///< names of infotheory/information/estimators.hpp
  std::vector<std::int64_t> lags;       ///< of the temporal representation of all sets, of relay.exhaustive
  std::int64_t drift = 0;               ///< last units of the greedy path whose drift over time is measured; 0: none
  bool as_published = false;            ///< as in the tables of the n-back networks, see config_schema.cpp
  SignificanceConfig significance;
  std::optional<KnockoutConfig> knockout;
  std::optional<RegressionConfig> regression;
  bool importance = false;
  ImportanceSamplingConfig importance_sampling;
};

/// A column of published values and what it is compared with.
struct CompareColumnConfig {
  std::string column;  ///< empty: named as the entry
  std::string metric;
  std::string cls;  ///< name of the class of all its values; empty: the table has classes
  /// At most one of them; none: no verdict.
  std::optional<double> absolute, relative;
  std::optional<double> rms;  ///< of a table of sets: largest root mean square of the differences
  std::int64_t at_least = 0;  ///< number of rows that must be within tolerance; 0: all
};

/// Published coefficients of function ~ 1 + information + size of the set, over all rows of tables of sets.
struct SetRegressionConfig {
  double intercept = 0, information = 0, size = 0, residuals = 0;
  double tolerance = 1e-8;  ///< absolute; of the residuals: relative
};

/// A comparison: with a table of published values, with tables of all sets, or a statement about metrics.
struct CompareConfig {
  std::filesystem::path published;
  std::vector<std::pair<std::string, std::vector<std::string>>> sets;  ///< networks with the files of their tables
  std::string subset = "test";                                         ///< of `sets`
  std::optional<SetRegressionConfig> regression;                       ///< of `sets`
  std::string network;
  std::string by = "class";
  PublishedRows rows = PublishedRows::all;
  std::vector<std::pair<std::string, CompareColumnConfig>> columns;
  std::string statement;                 ///< "full.regression.r_squared < composite.regression.r_squared"
  std::optional<std::int64_t> at_least;  ///< for a statement: classes for which it must hold; none: no verdict
};

/// Many runs of the rest of the configuration (experiments/sweep/plan.hpp).
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

struct FiguresConfig : FigureOptions {
  bool page = true;  ///< report.html (experiments/page/)
};

struct ExperimentConfig {
  std::string name;
  std::int64_t seed = 1;
  std::optional<std::uint64_t> max_memory;  ///< bytes; none: the memory of the machine
  DataConfig data;
  std::vector<std::pair<std::string, NetworkConfig>> networks;
  std::vector<std::pair<std::string, RecordingConfig>> recordings;
  AnalysisConfig analysis;
  std::vector<std::pair<std::string, CompareConfig>> compare;
  std::optional<FiguresConfig> figures;
  std::optional<SweepConfig> sweep;
};

/// All settings, for the functions of core/config/settings.hpp.
std::vector<Setting> settings_of(ExperimentConfig& config);
std::vector<Setting> settings_of(DetectorsConfig& config);

/// The resolved configuration as YAML with all defaults; reading it gives the same configuration.
std::string print_experiment_config(ExperimentConfig config);

/// All settings as a JSON Schema, the content of configs/inforelay.schema.json.
std::string experiment_config_json_schema();

/// All settings with types, bounds, defaults and meaning as a Markdown table, part of docs/configuration.md.
std::string experiment_config_reference();

}  // namespace inforelay
