#include "experiments/compare/paper_findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "core/named.hpp"
#include "experiments/results/metrics.hpp"
#include "infotheory/relay/greedy.hpp"

namespace inforelay {
namespace {

using Networks = std::vector<std::pair<std::string, NetworkResult>>;

const NetworkResult& network_called(const Networks& networks, const std::string& name) {
  const NetworkResult* network = find_named(networks, name);
  if (!network) throw UsageError(fmt::format("claims: there is no network '{}'", name));
  return *network;
}

std::vector<double> numbers(const NetworkResult& network, std::string_view name) {
  std::vector<double> values;
  for (const QuantityValue& value : quantity(network, name)) values.push_back(std::get<double>(value));
  return values;
}

// Compares class by class; a NaN, where there is no fit, makes any comparison false.
ClaimResult each_class(std::string claim, const std::vector<double>& a, const std::vector<double>& b,
                       bool (*holds)(double, double)) {
  std::int64_t count = 0;
  for (std::size_t c = 0; c < a.size(); ++c) count += holds(a[c], b.at(c)) ? 1 : 0;
  return {.claim = std::move(claim), .classes = static_cast<std::int64_t>(a.size()), .classes_holding = {count}};
}

ClaimResult finds_modules(std::string claim, const NetworkResult& network, int module) {
  const RelayResult& relay = network.relay.begin()->second;
  if (!relay.has_greedy()) throw UsageError("claims: analysis.relay.greedy is false");
  ClaimResult result{.claim = std::move(claim), .classes = relay.greedy.removal_order.rows(), .classes_holding = {0}};
  for (int c = 0; c < static_cast<int>(result.classes); ++c) {
    NeuronSet own;
    for (int k = c * module; k < (c + 1) * module; ++k) own = own.with(k);
    if (last_neurons(relay.greedy, c, module) == own) ++result.classes_holding.front();
  }
  return result;
}

}  // namespace

std::size_t ClaimResult::runs_all() const {
  return static_cast<std::size_t>(std::count(classes_holding.begin(), classes_holding.end(), classes));
}

std::size_t ClaimResult::runs_most() const {
  return static_cast<std::size_t>(std::count_if(classes_holding.begin(), classes_holding.end(),
                                                [this](std::int64_t holding) { return 2 * holding > classes; }));
}

std::vector<ClaimResult> check_claims(const ExperimentConfig& config, const Networks& networks) {
  const ClaimsConfig& names = *config.claims;
  const NetworkResult& distributed = network_called(networks, names.distributed);
  const NetworkResult& modular = network_called(networks, names.modular);
  std::vector<ClaimResult> results;
  for (const auto& [name, network] : {std::pair(names.distributed, &distributed), std::pair(names.modular, &modular)}) {
    const std::vector<double> information = numbers(*network, "regression.information");
    const std::vector<double> set_size = numbers(*network, "regression.set_size");
    results.push_back(each_class(fmt::format("{}: the coefficient of information is negative", name), information,
                                 set_size, [](double i, double) { return i < 0; }));
    results.push_back(each_class(fmt::format("{}: information explains more than set size, |b_I| > |b_D|", name),
                                 information, set_size,
                                 [](double i, double d) { return std::fabs(i) > std::fabs(d); }));
  }
  results.push_back(each_class(fmt::format("R^2 of {} is above that of {}", names.modular, names.distributed),
                               numbers(modular, "regression.r_squared"), numbers(distributed, "regression.r_squared"),
                               [](double m, double d) { return m > d; }));
  const int module = static_cast<int>(find_named(config.networks, names.modular)->detectors.value().hidden);
  const std::string_view split = to_string(modular.relay.begin()->first);
  results.push_back(
      finds_modules(fmt::format("greedy search in {} ({} images) ends with the class's own {}", names.modular, split,
                                module == 1 ? "neuron" : fmt::format("{} neurons", module)),
                    modular, module));
  const auto more = [&](const char* what, const std::string& name) {
    results.push_back(each_class(fmt::format("{} {} than {}", names.distributed, what, names.modular),
                                 numbers(distributed, name), numbers(modular, name),
                                 [](double d, double m) { return d > m; }));
  };
  more("needs more neurons for half of the information",
       fmt::format("relay.{}.smallest_set_50", to_string(config.analysis.regression.value().relay)));
  more("spreads aggregated information over more neurons",
       fmt::format("relay.{}.participation", to_string(distributed.relay.begin()->first)));
  return results;
}

}  // namespace inforelay
