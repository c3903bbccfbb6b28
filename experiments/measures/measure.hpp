// A measure is a row: its scope, arrays, metrics, memory and computation. Stages, results, `collect`,
// `compare`, memory and the tables of the documentation follow from the rows of measures().
//
// To add one: a file that defines a `const Measure`, and a line in measures.cpp.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/files/stage_store.hpp"
#include "core/progress.hpp"
#include "core/sets/neuron_set.hpp"
#include "core/sets/subset_scan.hpp"
#include "experiments/config/config.hpp"
#include "experiments/results/result_arrays.hpp"
#include "experiments/sources/system.hpp"

namespace inforelay {

/// Memory of a stage in bytes, and its number of sets.
struct MemoryNeed {
  double kept = 0;           ///< until the end of the run
  double working = 0;        ///< only while the stage runs
  double waiting = 0;        ///< on top of that if other ranks take part: results that they have sent
  double sets = 0;           ///< number of sets, if the stage computes all of them
  std::string smaller = {};  ///< the settings that reduce it
};

/// What a measure is applied to: a system as a whole, a layer of it, or a layer on one subset of the samples.
enum class Scope { system, layer, subset };

/// One application of a measure, known before any work.
struct MeasurePlace {
  const ExperimentConfig& config;  ///< of a recording: what applies to it (LoadedRecording::config)
  const NetworkConfig& network;    ///< of a recording: one without settings
  LayerSizes sizes = {};
  int layer = 0;            ///< 1, 2, ...; 0 if the scope is the system
  std::string subset = {};  ///< if the scope is a subset
  const RecordingConfig* recording = nullptr;
  /// Of a system that is analysed at each time (sizes.times > 0): the one that is being computed, [0,sizes.times).
  std::optional<std::size_t> time = {};

  /// A network of dense layers on single samples: neither a recording nor a recurrent network.
  bool is_feed_forward() const { return !recording && !network.recurrent; }
  /// The name of the layer in results: "1"; of a recording the name that it has there; of a recurrent network "h1".
  std::string layer_name() const;
};

/// The same while it is computed.
struct MeasureRun {
  const MeasurePlace& place;
  System& system;
  ResultView layer;  ///< the arrays of this layer so far; of the system if the scope is the system
  AllSetsTable tables = AllSetsTable::keep;
  StageStore& store;
  Progress& progress;
};

/// A number, NaN if it is undefined (a regression without a fit), or a set of units.
using MetricValue = std::variant<double, NeuronSet>;

/// A number for each class, or one for the system, that sweeps collect and comparisons refer to by name.
struct Metric {
  std::string name;   ///< "r_squared" in full.regression.r_squared; N at its end takes a number: "last_N"
  std::string title;  ///< for figures: "coefficient of information"
  std::string array;  ///< the array that holds it; its unit, axes and meaning are the metric's. Empty: as follows
  struct Derived {
    std::string units, about;
    bool is_set = false;
    /// `group` is the measure's, `count` what stands for N.
    std::vector<MetricValue> (*values)(const ResultView& group, int count) = nullptr;
    /// Has it a value for each class, not one for the system? Null: it always has.
    bool (*by_class)(const NetworkConfig& network) = nullptr;
  } derived = {};
  /// Why a run will not have it although the measure is computed; "" if it will.
  std::string (*missing)(const MeasurePlace& place, int count) = nullptr;
};

struct Measure {
  std::string name;  ///< its group below the layer (or the system): results stand in NAME/SUBSET/ or NAME/
  Scope scope = Scope::subset;
  bool over_time = false;  ///< computed once of all times, also of a system that is analysed at each time
  std::string about;       ///< one sentence for the documentation
  std::vector<ArrayInfo> arrays;
  std::vector<Metric> metrics;

  /// Why it is not computed at this place: "there is no analysis.regression"; "" if it is.
  std::string (*missing)(const MeasurePlace& place);
  /// For the progress line: "relay information of all sets".
  std::string (*label)(const MeasurePlace& place);
  MemoryNeed (*memory)(const MeasurePlace& place, AllSetsTable tables);
  /// Adds its arrays, which `arrays` describes, to `out`; paths are relative to the measure's group. A long computation
  /// saves its state in run.store. Of a system that is analysed at each time it computes the one of run.place.time and
  /// knows nothing of others (each_time.hpp). Throws Error, Interrupted.
  void (*compute)(MeasureRun& run, ResultArrays& out);
};

/// All measures, in the order in which they are computed.
const std::vector<const Measure*>& measures();

/// Measure::missing and Metric::missing of what only feed-forward networks have: "" for one.
std::string missing_network(const MeasurePlace& place);

/// Where the arrays of a measure stand: "networks/full/layers/1/relay/test".
std::string measure_group(const Measure& measure, const std::string& system_group, const MeasurePlace& place);

// For the rows.

bool holds(const std::vector<std::string>& subsets, std::string_view subset);
/// Measure::missing of measures that are computed for each of analysis.relay.subsets.
std::string missing_subset(const MeasurePlace& place);
/// Are all sets of units knocked out, not single ones? With analysis.knockout.
bool knocks_out_all_sets(const MeasurePlace& place);
/// N of the largest subset; 0 before a recording is read.
double most_samples(const MeasurePlace& place);
/// Memory that depends on the number of samples.
MemoryNeed samples_need(double kept, double working);
/// Memory of a scan of all sets: its `working` bytes, the table if it is kept, statistics by size, chunks to be saved.
MemoryNeed all_sets_need(const LayerSizes& sizes, AllSetsTable tables, double working);
/// Expected number of occupied states, which grows more slowly than the number of samples.
double expected_states(double samples, double units);

}  // namespace inforelay
