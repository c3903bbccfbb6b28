// A metric of one network by its full name, "full.regression.r_squared", as used by statements and collected by sweeps.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "experiments/config/config.hpp"
#include "experiments/results/results_file.hpp"
#include "experiments/sources/recording_file.hpp"

namespace inforelay {

struct NetworkMetric {
  std::string network;  ///< "full"
  std::string metric;   ///< "regression.r_squared"
  std::string units, about;
  std::string title{};            ///< for figures, with its unit if it has one: "relay information of all units (bit)"
  std::string layer{}, subset{};  ///< that its name states; "" if none

  std::string name() const { return network + "." + metric; }
};

/// `name` as a metric of one of the networks of `config`. Throws UsageError if there is no such network or metric, or
/// if the metric is a set of units.
NetworkMetric parse_network_metric(std::string_view name, const ExperimentConfig& config);

/// Why a run of `config` will not have it; "" if it will. Of a recording that is not in `loaded`, as far as that is
/// known before it is read.
std::string metric_missing(const ExperimentConfig& config, const NetworkMetric& metric,
                           const std::vector<LoadedRecording>& loaded = {});

/// Its values, [C], or [1] if it belongs to the network as a whole. Throws UsageError if the result lacks it.
std::vector<double> values_of(const NetworkMetric& metric, const ExperimentResult& result);

}  // namespace inforelay
