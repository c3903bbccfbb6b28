#include "experiments/sweep/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/config/tree.hpp"
#include "core/error.hpp"
#include "experiments/quantities.hpp"

namespace inforelay {
namespace {

constexpr std::string_view split_word = "SPLIT";

const NetworkConfig* find_network(const ExperimentConfig& config, std::string_view name) {
  const auto found = std::find_if(config.networks.begin(), config.networks.end(),
                                  [&](const auto& network) { return network.first == name; });
  return found == config.networks.end() ? nullptr : &found->second;
}

std::string with_split(std::string_view kind, Split split) {
  std::string name(kind);
  const std::size_t at = name.find(split_word);
  if (at != std::string::npos) name.replace(at, split_word.size(), to_string(split));
  return name;
}

// The kind that a valid name belongs to.
QuantityKind kind_of(std::string_view name) {
  const auto belongs = [&](const QuantityKind& kind) {
    std::string_view pattern = kind.name;
    if (pattern.ends_with("_N")) {  // last_N: what is before the count
      pattern.remove_suffix(1);
      return name.starts_with(with_split(pattern, Split::train)) || name.starts_with(with_split(pattern, Split::test));
    }
    return name == with_split(pattern, Split::train) || name == with_split(pattern, Split::test);
  };
  for (QuantityKind& kind : quantity_kinds()) {
    if (belongs(kind)) return std::move(kind);
  }
  throw UsageError(fmt::format("'{}' is no quantity", name));
}

bool holds(const std::vector<Split>& splits, std::string_view quantity) {
  return std::any_of(splits.begin(), splits.end(), [&](Split split) {
    return quantity.find(fmt::format(".{}.", to_string(split))) != std::string_view::npos;
  });
}

}  // namespace

SweepMetric parse_metric(std::string_view name, const ExperimentConfig& config) {
  const std::size_t dot = name.find('.');
  const std::string_view network = name.substr(0, dot);
  if (dot == std::string_view::npos || !find_network(config, network)) {
    std::vector<std::string_view> names;
    for (const auto& each : config.networks) names.emplace_back(each.first);
    const std::string_view near = nearest_word(network, names);
    throw UsageError(fmt::format("'{}' is not NETWORK.QUANTITY: there is no network '{}'{}", name, network,
                                 near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
  }
  const std::string_view quantity = name.substr(dot + 1);
  if (const std::string problem = quantity_error(quantity); !problem.empty()) throw UsageError(problem);
  const QuantityKind kind = kind_of(quantity);
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
  const NetworkConfig* network = find_network(config, metric.network);
  if (!network) return false;
  const AnalysisConfig& analysis = config.analysis;
  const std::string_view quantity = metric.quantity;
  if (quantity.starts_with("training.")) return !network->from_files();
  if (quantity.starts_with("regression.")) return analysis.regression.has_value();
  if (quantity.starts_with("knockout.")) {
    return analysis.knockout && analysis.knockout->sets == KnockoutSets::exhaustive &&
           holds(analysis.knockout->splits, quantity);
  }
  const bool above_greedy = quantity.find(".above_greedy") != std::string_view::npos;
  if (above_greedy && !analysis.relay.greedy) return false;
  const bool all_sets = above_greedy || quantity.find(".smallest_set_") != std::string_view::npos;
  return holds(all_sets ? analysis.relay.exhaustive : analysis.relay.splits, quantity);
}

std::vector<double> values_of(const ExperimentResult& result, const SweepMetric& metric) {
  const auto found = std::find_if(result.networks.begin(), result.networks.end(),
                                  [&](const auto& network) { return network.first == metric.network; });
  if (found == result.networks.end()) return {};
  std::vector<double> values;
  try {
    for (const QuantityValue& value : quantity(found->second, metric.quantity))
      values.push_back(std::get<double>(value));
  } catch (const UsageError&) {  // this run does not compute it
    return {};
  }
  return values;
}

}  // namespace inforelay
