// The metrics of a result by name, "regression.r_squared" or "relay.train.last_2", for sweeps and `compare`. A name is
// [layers.L.]MEASURE[.SUBSET].METRIC, with the rows of measures(); `layers.L` may be left out if one layer is analysed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "experiments/config/config.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/results/result_arrays.hpp"

namespace inforelay {

/// Description of a metric.
struct MetricKind {
  std::string name;  ///< with SUBSET, and N for a number: "relay.SUBSET.last_N"
  std::string units, about, title;
  bool is_set = false;            ///< sets of units, not numbers
  std::string layer{}, subset{};  ///< that the name states; "" if none
};

/// All metrics, in the order of the documentation.
std::vector<MetricKind> metric_kinds();

/// "'relay.test.totl' is not a metric; did you mean 'relay.test.total'?"; "" if `name` is a metric.
std::string metric_error(std::string_view name);

/// Throws UsageError if `name` is not a metric.
MetricKind metric_kind(std::string_view name);

/// Why a run of `config` will not have the metric `name` of `network`, one of its networks: "analysis.relay.greedy is
/// false"; "" if it will.
std::string metric_missing(const ExperimentConfig& config, const NetworkConfig& network, std::string_view name);

/// The same for one of its recordings, as far as that is known before it is read.
std::string metric_missing(const ExperimentConfig& config, const RecordingConfig& recording, std::string_view name);

/// The same for one that was read.
std::string metric_missing(const LoadedRecording& recording, std::string_view name);

/// True if the metric has a value for each class, not one for the system as a whole.
bool metric_by_class(const NetworkConfig& network, std::string_view name);

/// The values of a metric of one system, [C], or [1] if it belongs to the system as a whole; `system` is its group.
/// Throws UsageError if `name` is not a metric, or the results lack it.
std::vector<MetricValue> metric_values(const ResultView& system, std::string_view name);

}  // namespace inforelay
