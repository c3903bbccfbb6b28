// What an experiment finds, in memory. results_file.hpp writes and reads it as the groups of results.h5.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/axes.hpp"
#include "core/provenance.hpp"
#include "core/sets/neuron_set.hpp"
#include "core/sets/subset_statistics.hpp"
#include "core/statistics/statistics.hpp"
#include "infotheory/information/entropy_curve.hpp"
#include "infotheory/relay/exhaustive.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/states/bit_states.hpp"
#include "nn/network/mlp.hpp"
#include "nn/training/composite.hpp"
#include "nn/training/trainer.hpp"
#include "nn/weights/weight_file.hpp"

namespace inforelay {

/// Accuracies of one detector after each of its epochs (fraction right, not balanced).
struct DetectorCurve {
  std::vector<double> accuracy_train;  ///< [E]
  std::vector<double> accuracy_test;   ///< [E]
};

/// A network and how it came about.
struct ModelResult {
  Mlp network;
  bool reached = true;                   ///< its stop rule was met (each detector's, in a composite)
  TrainingCurve curve;                   ///< of a network trained as a whole; else empty
  std::vector<DetectorCurve> detectors;  ///< [C] of a composite; else empty
  std::optional<Staircase> staircase;    ///< of a composite
  std::vector<WeightSource> sources;     ///< empty where it was trained here
};

/// What the analysed layer did on one split, and the discrete states made of it.
struct StatesResult {
  RowMatrix<float> hidden;        ///< [N,K] activations
  RowMatrix<float> output;        ///< [N,C]
  std::vector<Symbol> label;      ///< [N]
  std::vector<double> threshold;  ///< [K] activation above it: 1
  std::vector<StateWord> state;   ///< [N]; of a wide layer empty
  BitStates wide_state;           ///< [N,K] of a wide layer, else empty
  std::int64_t occupied_states = 0;
  double singleton_fraction = 0;  ///< of the samples, those alone in their state
  double entropy_bits = 0;        ///< plug-in, of the states

  bool is_wide() const { return hidden.cols() > NeuronSet::max_neurons; }
};

/// Relay information on one split, in bits. Rows of classes that were not asked for: NaN, and no_neuron.
struct RelayResult {
  std::vector<double> all;                ///< [C] I_R of all neurons
  GreedyRelay greedy;                     ///< with the next and what is above it empty where not asked for
  RowMatrix<double> aggregated;           ///< [C,K]
  RowMatrix<double> single;               ///< [C,K]
  std::vector<BranchingRelay> branching;  ///< [C], or empty where not asked for
  std::optional<ExhaustiveRelay> exhaustive;

  bool has_table() const { return exhaustive && exhaustive->information.size() > 0; }
  bool has_greedy() const { return greedy.removal_order.size() > 0; }
  bool is_wide() const { return single.cols() > NeuronSet::max_neurons; }
};

/// Balanced accuracies with neurons knocked out, on one split.
struct KnockoutResult {
  RowMatrix<float> accuracy;   ///< [C,S], index = the set knocked out, [0,0]: dropped; or [C,K], each neuron alone
  bool exhaustive = true;      ///< which of the two
  std::string method;          ///< "exact" or "sampled"
  SubsetStatistics summaries;  ///< of all sets

  bool has_table() const { return exhaustive && accuracy.size() > 0; }
  int classes() const { return accuracy.size() > 0 ? static_cast<int>(accuracy.rows()) : summaries.classes(); }
  /// Of all sets: the accuracy of class c with none knocked out.
  float intact(int c) const { return has_table() ? accuracy(c, 0) : summaries.lowest_of(c, 0); }
};

/// Function K against set size D and relay information I, each scaled to [0,1]: K ~ 1 + D + I, for each class.
struct RegressionResult {
  std::vector<Regression> fits;      ///< [C] terms intercept, set_size, information
  std::vector<double> correlations;  ///< [C,3,3] Pearson, of set_size, information, accuracy
};

/// The appendix of the paper, on the test images where those are analysed, else on the training images.
struct AppendixResult {
  std::vector<std::int64_t> clusters;   ///< 2, 3, ...
  std::vector<double> cohesion;         ///< within-cluster sum of squares a sample, as many
  RowMatrix<double> component_scores;   ///< [N,2] first principal components of the standardised hidden states
  std::vector<double> component_ratio;  ///< [2] their fractions of the variance
  std::vector<EntropyCurvePoint> entropy_curve;
};

struct NetworkResult {
  ModelResult model;
  std::map<Split, StatesResult> states;
  std::map<Split, RelayResult> relay;
  std::map<Split, KnockoutResult> knockout;
  std::optional<RegressionResult> regression;
  std::optional<AppendixResult> appendix;  ///< none of a wide layer
};

/// Where the numbers come from: program, machine and command (the base), configuration and data.
struct RunProvenance : Provenance {
  std::string config;  ///< resolved YAML
  std::int64_t seed = 0;
  std::string data_name, data_origin, data_sha256;
  std::string fallback_reason;  ///< "generated digits stand in for MNIST: ..."; empty if nothing does
};

/// A stage of the pipeline and how long it took.
struct StageTime {
  std::string stage;
  double seconds = 0;
};

/// A number, NaN where it is undefined (a regression without a fit), or a set of neurons.
using QuantityValue = std::variant<double, NeuronSet>;

/// One published value against ours.
struct ReproductionRow {
  std::string comparison, column, network, quantity;
  std::int64_t cls = -1;                     ///< -1: of the network as a whole
  QuantityValue published, ours;             ///< both numbers or both sets
  std::optional<double> absolute, relative;  ///< the tolerance; none of both: shown without a verdict, or exact (sets)
  std::optional<bool> ok;                    ///< none: no verdict

  /// ours - published; NaN for sets.
  double difference() const;
  /// "+- 0.008", "+- 5 %", "exact", "".
  std::string tolerance_text() const;
};

/// One column of one comparison, summed up.
struct ReproductionColumn {
  std::string comparison, column, quantity;
  std::size_t rows = 0, ok = 0, needed = 0;  ///< needed: rows that must be ok; 0: no verdict
  bool met() const { return ok >= needed; }
};

struct ReproductionResult {
  std::vector<ReproductionRow> rows;
  std::vector<ReproductionColumn> columns;

  bool met() const;
};

/// A claim about networks, and the classes for which it holds: in one run, or in several that differ by their seed.
struct ClaimResult {
  std::string claim;                          ///< "full: the coefficient of information is negative"
  std::int64_t classes = 0;                   ///< C
  std::vector<std::int64_t> classes_holding;  ///< [runs] for how many of them it holds

  std::size_t runs_all() const;   ///< runs in which it holds for every class
  std::size_t runs_most() const;  ///< runs in which it holds for more than half of them
};

struct ExperimentResult {
  std::string experiment;
  RunProvenance provenance;
  std::vector<StageTime> stages;
  std::vector<std::pair<std::string, NetworkResult>> networks;  ///< in the configuration's order
  ReproductionResult reproduction;                              ///< without rows where none was asked for
  std::vector<ClaimResult> claims;                              ///< of one run; likewise
};

}  // namespace inforelay
