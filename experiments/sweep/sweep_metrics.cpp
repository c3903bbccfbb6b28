#include "experiments/sweep/sweep_metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/config/tree.hpp"
#include "core/error.hpp"
#include "core/named.hpp"
#include "experiments/results/metrics.hpp"

namespace inforelay {
namespace {

constexpr std::string_view split_word = "SPLIT";

std::string with_split(std::string_view kind, Split split) {
  std::string name(kind);
  const std::size_t at = name.find(split_word);
  if (at != std::string::npos) name.replace(at, split_word.size(), to_string(split));
  return name;
}

}  // namespace

SweepMetric parse_metric(std::string_view name, const ExperimentConfig& config) {
  const std::size_t dot = name.find('.');
  const std::string_view network = name.substr(0, dot);
  if (dot == std::string_view::npos || !find_named(config.networks, network)) {
    std::vector<std::string_view> names;
    for (const auto& each : config.networks) names.emplace_back(each.first);
    const std::string_view near = nearest_word(network, names);
    throw UsageError(fmt::format("'{}' is not NETWORK.QUANTITY: there is no network '{}'{}", name, network,
                                 near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
  }
  const std::string_view quantity = name.substr(dot + 1);
  if (const std::string problem = quantity_error(quantity); !problem.empty()) throw UsageError(problem);
  const QuantityKind kind = quantity_kind(quantity);
  if (kind.is_set) throw UsageError(fmt::format("'{}': sets of neurons ({}), expected numbers", name, kind.about));
  return {std::string(network), std::string(quantity), kind.units, kind.about};
}

std::vector<SweepMetric> default_metrics(const ExperimentConfig& config) {
  constexpr std::array<std::string_view, 10> chosen{"training.epochs",
                                                    "states.SPLIT.balanced_accuracy",
                                                    "states.SPLIT.occupied_states",
                                                    "states.SPLIT.entropy_bits",
                                                    "relay.SPLIT.all",
                                                    "relay.SPLIT.above_greedy",
                                                    "relay.SPLIT.smallest_set_50",
                                                    "regression.set_size",
                                                    "regression.information",
                                                    "regression.r_squared"};
  std::vector<SweepMetric> metrics;
  for (const auto& [network, ignored] : config.networks) {
    for (const std::string_view quantity : chosen) {
      const bool split = quantity.find(split_word) != std::string_view::npos;
      for (const Split each : {Split::test, Split::train}) {
        if (split || each == Split::test) {
          metrics.push_back(parse_metric(fmt::format("{}.{}", network, with_split(quantity, each)), config));
        }
      }
    }
  }
  return metrics;
}

bool computes(const ExperimentConfig& config, const SweepMetric& metric) {
  const NetworkConfig* network = find_named(config.networks, metric.network);
  return network && quantity_missing(config, *network, metric.quantity).empty();
}

std::vector<double> values_of(const ExperimentResult& result, const SweepMetric& metric) {
  const NetworkResult* network = find_named(result.networks, metric.network);
  if (!network) return {};
  std::vector<double> values;
  try {
    for (const QuantityValue& value : quantity(*network, metric.quantity)) values.push_back(std::get<double>(value));
  } catch (const UsageError&) {  // this run does not compute it
    return {};
  }
  return values;
}

}  // namespace inforelay
