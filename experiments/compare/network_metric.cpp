#include "experiments/compare/network_metric.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/named.hpp"
#include "experiments/config/config_checks.hpp"
#include "experiments/measures/metrics.hpp"

namespace inforelay {

NetworkMetric parse_network_metric(std::string_view name, const ExperimentConfig& config) {
  const std::size_t dot = name.find('.');
  const std::string_view network = name.substr(0, dot);
  if (dot == std::string_view::npos ||
      !(find_named(config.networks, network) || find_named(config.recordings, network))) {
    std::vector<std::string_view> names;
    for (const auto& each : config.networks) names.emplace_back(each.first);
    for (const auto& each : config.recordings) names.emplace_back(each.first);
    throw UsageError(fmt::format("'{}' is not NETWORK.METRIC: there is no network '{}'{}", name, network,
                                 suggestion(network, names)));
  }
  const std::string_view metric = name.substr(dot + 1);
  if (const std::string problem = metric_error(metric); !problem.empty()) throw UsageError(problem);
  const MetricKind kind = metric_kind(metric);
  if (kind.is_set) throw UsageError(fmt::format("'{}': sets of units ({}), expected numbers", name, kind.about));
  return {std::string(network), std::string(metric), kind.units, kind.about, kind.title, kind.layer, kind.subset};
}

std::string metric_missing(const ExperimentConfig& config, const NetworkMetric& metric,
                           const std::vector<LoadedRecording>& loaded) {
  for (const LoadedRecording& recording : loaded) {
    if (recording.name == metric.network) return metric_missing(recording, metric.metric);
  }
  if (const RecordingConfig* recording = find_named(config.recordings, metric.network))
    return metric_missing(config, *recording, metric.metric);
  const NetworkConfig* network = find_named(config.networks, metric.network);
  return network ? metric_missing(config, *network, metric.metric) : "there is no network " + metric.network;
}

std::vector<double> values_of(const NetworkMetric& metric, const ExperimentResult& result) {
  std::vector<double> values;
  for (const MetricValue& value : metric_values(result.system(metric.network), metric.metric))
    values.push_back(std::get<double>(value));
  return values;
}

}  // namespace inforelay
