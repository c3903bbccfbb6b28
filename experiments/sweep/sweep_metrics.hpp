// What a sweep gathers from its runs: quantities of a network, by the names of experiments/results/metrics.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "experiments/config/config.hpp"
#include "experiments/results/results.hpp"

namespace inforelay {

struct SweepMetric {
  std::string network;   ///< "full"
  std::string quantity;  ///< "regression.r_squared"
  std::string units;
  std::string about;  ///< one phrase

  std::string name() const { return network + "." + quantity; }
};

/// "full.regression.r_squared" as a metric of the networks of `config`. Throws UsageError, saying what is wrong with
/// the name: no such network, no such quantity, or one that is a set of neurons and no number.
SweepMetric parse_metric(std::string_view name, const ExperimentConfig& config);

/// What is gathered where the configuration does not say: of each network, accuracies, entropy, relay information and
/// the regression, as far as they are numbers.
std::vector<SweepMetric> default_metrics(const ExperimentConfig& config);

/// Whether a run of this configuration computes the metric.
bool computes(const ExperimentConfig& config, const SweepMetric& metric);

/// Its values, [C], or [1] where it belongs to the network as a whole; empty where the result lacks it.
std::vector<double> values_of(const ExperimentResult& result, const SweepMetric& metric);

}  // namespace inforelay
