#include "experiments/config/config_checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/named.hpp"
#include "core/sets/neuron_set.hpp"
#include "experiments/results/metrics.hpp"
#include "infotheory/states/bit_states.hpp"

namespace inforelay {
namespace {

class Checker {
 public:
  Checker(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors)
      : config_(config), root_(root), errors_(errors) {}

  // Relations between settings make sense only where each of these settings does.
  void run() {
    constexpr std::size_t most_worth_more = 100;  // a file with more errors is no configuration
    if (errors_.lines().size() > most_worth_more) return;
    const auto good = [&](std::string_view path) { return !errors_.concern(path); };
    const bool whole = errors_.empty(), analysis = good("analysis");
    if (good("name") && config_.name.empty()) fail("name", "is missing; it names the results' folder");
    if (good("networks") && config_.networks.empty()) fail("networks", "at least one network is needed");
    for (const auto& [name, network] : config_.networks) {
      if (analysis && good("networks." + name)) check_network("networks." + name, network);
    }
    if (analysis) check_analysis();
    if (good("figures") && config_.figures && config_.figures->formats.empty()) {
      fail("figures.formats", "at least one format is needed");
    }
    if (!whole) return;
    for (const auto& [name, reproduce] : config_.reproduce) check_reproduce("reproduce." + name, reproduce);
    if (config_.claims) check_claims(*config_.claims);
    check_sweep();
  }

 private:
  // The place of the deepest node on `path` that was written.
  const ConfigPlace& place_of(std::string_view path) const {
    const ConfigNode* node = &root_;
    while (!path.empty()) {
      const std::size_t dot = path.find('.');
      const ConfigNode* next = node->find(path.substr(0, dot));
      if (!next) break;
      node = next;
      path = dot == std::string_view::npos ? "" : path.substr(dot + 1);
    }
    return node->place;
  }

  void fail(std::string_view path, std::string_view problem) {
    errors_.add(place_of(path), path, fmt::format("{}: {}", path, problem));
  }

  void check_network(const std::string& path, const NetworkConfig& network) {
    const int ways =
        int{network.train.has_value()} + int{network.detectors.has_value()} + int{!network.weights.empty()};
    if (ways != 1) return fail(path, "needs one of 'train' (with 'layers'), 'detectors' and 'weights'");
    check_weights(path, network);
    if (network.detectors) {
      if (!network.layers.empty()) fail(path + ".layers", "not used with detectors, whose sizes follow from 'hidden'");
    } else if (network.train || !network.layers.empty()) {
      check_layers(path, network);
    }
    if (network.train && network.train->stop.balanced_accuracy && network.train->stop.accuracy) {
      fail(path + ".train.stop", "give balanced_accuracy or accuracy, not both");
    }
    // What only weight files can tell is checked once they are read.
    if (!network.from_files() && (network.detectors || network.layers.size() >= 3)) {
      for (const std::string& problem : analysed_layer_problems(layer_widths(network), config_.analysis)) {
        fail(network.detectors ? path + ".detectors.hidden" : path + ".layers", problem);
      }
    }
  }

  void check_weights(const std::string& path, const NetworkConfig& network) {
    const auto& detectors = network.detectors ? network.detectors->weights : std::vector<std::filesystem::path>();
    if (!detectors.empty() && detectors.size() != static_cast<std::size_t>(numerals)) {
      fail(path + ".detectors.weights", fmt::format("{} files, but there are {} classes", detectors.size(), numerals));
    }
    if (!detectors.empty()) check_untrained(path + ".detectors", *network.detectors);
    if (!network.layer_names.empty() && !network.from_files()) {
      fail(path + ".layer_names", "used with weights only");
    }
    if (!network.weights_network.empty() && network.weights.empty()) {
      fail(path + ".weights_network", "used with weights only");
    }
    for (const auto& [other, its] : config_.networks) {
      if ("networks." + other == path) break;
      if (!network.weights_out.empty() && network.weights_out == its.weights_out) {
        fail(path + ".weights_out", fmt::format("'{}' is that of {} already", network.weights_out.string(), other));
      }
    }
    if (!network.weights_out.empty() && network.weights_out.extension() != ".safetensors") {
      fail(path + ".weights_out", fmt::format("'{}': the name must end in .safetensors", network.weights_out.string()));
    }
  }

  // Settings of the training beside weights from files. The resolved configuration has them all: a default says
  // nothing.
  void check_untrained(const std::string& path, DetectorsConfig given) {
    DetectorsConfig defaults;
    defaults.hidden = given.hidden;
    defaults.noise = given.noise;
    defaults.weights = given.weights;
    check_untrained(path, settings_of(given), settings_of(defaults));
  }

  void check_untrained(const std::string& path, const std::vector<Setting>& given,
                       const std::vector<Setting>& defaults) {
    using namespace setting;
    for (std::size_t i = 0; i < given.size(); ++i) {
      const std::string at = fmt::format("{}.{}", path, given[i].key);
      if (to_yaml(value_of(given[i].kind)) != to_yaml(value_of(defaults[i].kind)))
        fail(at, "not used with weights: nothing is trained");
      check_untrained(at, members_of(given[i].kind, AbsentGroups::skip),
                      members_of(defaults[i].kind, AbsentGroups::skip));
    }
  }

  void check_layers(const std::string& path, const NetworkConfig& network) {
    if (network.layers.size() < 3) {
      return fail(path + ".layers", "inputs, at least one hidden layer and outputs are needed: [784, 20, 10]");
    }
    if (network.layers.front() != image_pixels) {
      fail(path + ".layers",
           fmt::format("the first is {} but the images have {} pixels", network.layers.front(), image_pixels));
    }
    if (network.layers.back() != numerals) {
      fail(path + ".layers", fmt::format("the last is {} but there are {} classes", network.layers.back(), numerals));
    }
  }

  void check_named_network(const std::string& path, const std::string& name) {
    if (find_named(config_.networks, name)) return;
    std::vector<std::string_view> names;
    for (const auto& each : config_.networks) names.push_back(each.first);
    fail(path, name.empty() ? fmt::format("is missing; networks are {}", fmt::join(names, ", "))
                            : fmt::format("'{}' is none of the networks: {}", name, fmt::join(names, ", ")));
  }

  void check_reproduce(const std::string& path, const ReproduceConfig& reproduce) {
    if (reproduce.published.empty()) fail(path + ".published", "is missing: the file of published values");
    check_named_network(path + ".network", reproduce.network);
    if (reproduce.columns.empty()) fail(path + ".columns", "at least one column is needed");
    for (const auto& [name, column] : reproduce.columns) {
      const std::string at = fmt::format("{}.columns.{}", path, name);
      if (column.quantity.empty()) {
        fail(at + ".quantity", "is missing");
      } else if (const std::string problem = quantity_error(column.quantity); !problem.empty()) {
        fail(at + ".quantity", problem);
      } else if (const NetworkConfig* network = find_named(config_.networks, reproduce.network)) {
        const std::string why = quantity_missing(config_, *network, column.quantity);
        if (!why.empty()) fail(at, fmt::format("there will be no {}: {}", column.quantity, why));
      }
      check_tolerance(at, column);
    }
  }

  void check_tolerance(const std::string& at, const ReproduceColumnConfig& column) {
    const bool tolerance = column.absolute || column.relative;
    const bool is_set = quantity_error(column.quantity).empty() && quantity_kind(column.quantity).is_set;
    if (column.absolute && column.relative) return fail(at, "give absolute or relative, not both");
    if (is_set && tolerance) fail(at, "sets of neurons are equal or not; they have no tolerance");
    if (column.at_least > 0 && !tolerance && !is_set) fail(at + ".at_least", "needs a tolerance: absolute or relative");
    if (!config_.sweep) return;
    if (is_set) fail(at, fmt::format("{} is a set of neurons; over seeds only numbers compare", column.quantity));
    if (tolerance) fail(at, "over seeds there is a distribution and no verdict: no tolerance with sweep");
  }

  void check_claims(const ClaimsConfig& claims) {
    check_named_network("claims.distributed", claims.distributed);
    check_named_network("claims.modular", claims.modular);
    const NetworkConfig* modular = find_named(config_.networks, claims.modular);
    if (modular && !modular->detectors) {
      fail("claims.modular", fmt::format("'{}' has no detectors: its modules are not known", claims.modular));
    }
    if (claims.distributed == claims.modular) fail("claims", "distributed and modular are the same network");
    if (!config_.analysis.regression) fail("claims", "needs analysis.regression");
    if (!config_.analysis.relay.greedy) fail("claims", "needs analysis.relay.greedy: true");
  }

  void check_sweep() {
    if (!config_.sweep) return;
    if (!config_.sweep->parameters.empty()) {
      const char* only = "over seeds alone: not with sweep.parameters";
      if (!config_.reproduce.empty()) fail("reproduce", only);
      if (config_.claims) fail("claims", only);
    }
    for (const auto& [name, network] : config_.networks) {
      if (!network.weights_out.empty()) fail(fmt::format("networks.{}.weights_out", name), "not in a sweep");
    }
  }

  void check_analysis() {
    const AnalysisConfig& analysis = config_.analysis;
    const auto holds = [](const std::vector<Split>& splits, Split split) {
      return std::find(splits.begin(), splits.end(), split) != splits.end();
    };
    if (analysis.relay.splits.empty()) fail("analysis.relay.splits", "at least one of train, test is needed");
    for (const Split split : analysis.relay.exhaustive) {
      if (!holds(analysis.relay.splits, split)) {
        fail("analysis.relay.exhaustive", fmt::format("'{}' is not among analysis.relay.splits", to_string(split)));
      }
    }
    if (analysis.knockout) {
      for (const Split split : analysis.knockout->splits) {
        if (!holds(analysis.relay.splits, split)) {
          fail("analysis.knockout.splits", fmt::format("'{}' is not among analysis.relay.splits", to_string(split)));
        }
      }
    }
    check_relay_classes(analysis.relay);
    if (!analysis.regression) return;
    if (analysis.tables == SetTables::never)
      fail("analysis.regression", "needs the tables of all sets: not with analysis.tables: never");
    if (!holds(analysis.relay.exhaustive, analysis.regression->relay)) {
      fail("analysis.regression.relay", fmt::format("'{}' is not among analysis.relay.exhaustive: all sets are needed",
                                                    to_string(analysis.regression->relay)));
    }
    if (!analysis.knockout || analysis.knockout->sets != KnockoutSets::exhaustive ||
        !holds(analysis.knockout->splits, analysis.regression->knockout)) {
      fail("analysis.regression.knockout",
           fmt::format("needs analysis.knockout with sets exhaustive and '{}' among its splits",
                       to_string(analysis.regression->knockout)));
    }
  }

  void check_relay_classes(const RelayConfig& relay) {
    if (relay.classes.empty()) return;
    const char* path = "analysis.relay.classes";
    std::vector<std::int64_t> sorted = relay.classes;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) fail(path, fmt::format("{} is there twice", *twice));
    if (sorted.size() == static_cast<std::size_t>(numerals)) return;
    const auto needs_all = [&](bool there, std::string_view what) {
      if (there) fail(path, fmt::format("{} needs all classes", what));
    };
    needs_all(!relay.exhaustive.empty(), "analysis.relay.exhaustive");
    needs_all(relay.branching, "analysis.relay.branching");
    needs_all(!config_.reproduce.empty(), "reproduce");
    needs_all(config_.claims.has_value(), "claims");
    needs_all(config_.sweep.has_value(), "sweep");
  }

  const ExperimentConfig& config_;
  const ConfigNode& root_;
  ConfigErrors& errors_;
};

}  // namespace

std::vector<std::int64_t> layer_widths(const NetworkConfig& network) {
  if (!network.layers.empty() || !network.detectors) return network.layers;
  return {image_pixels, numerals * network.detectors->hidden, numerals};
}

std::vector<std::string> analysed_layer_problems(const std::vector<std::int64_t>& widths,
                                                 const AnalysisConfig& analysis) {
  const auto hidden_layers = static_cast<std::int64_t>(widths.size()) - 2;
  if (analysis.layer > hidden_layers) {
    return {fmt::format("analysis.layer is {} but there {} {} hidden layer{}", analysis.layer,
                        hidden_layers == 1 ? "is" : "are", hidden_layers, hidden_layers == 1 ? "" : "s")};
  }
  const std::int64_t width = widths[static_cast<std::size_t>(analysis.layer)];
  const auto too_wide = [&](std::int64_t widest, std::string_view why) {
    return fmt::format("the analysed layer has {} neurons; {} is possible up to {}", width, why, widest);
  };
  const bool all_knocked_out = analysis.knockout && analysis.knockout->sets == KnockoutSets::exhaustive;
  if (width > BitStates::max_neurons) return {too_wide(BitStates::max_neurons, "relay information")};
  std::vector<std::string> problems;
  if (width <= NeuronSet::max_exhaustive_neurons) return problems;
  if (!analysis.relay.exhaustive.empty()) {
    problems.push_back(too_wide(NeuronSet::max_exhaustive_neurons, "exhaustive relay information"));
  }
  if (all_knocked_out) problems.push_back(too_wide(NeuronSet::max_exhaustive_neurons, "exhaustive knockout"));
  if (width <= NeuronSet::max_neurons) return problems;
  if (analysis.relay.branching) problems.push_back(too_wide(NeuronSet::max_neurons, "branching greedy search"));
  if (analysis.knockout && !all_knocked_out) {
    if (analysis.knockout->options.method == KnockoutMethod::sampled)
      problems.push_back(too_wide(NeuronSet::max_neurons, "a sampled knockout"));
    if (analysis.layer != hidden_layers)
      problems.push_back(too_wide(NeuronSet::max_neurons, "a knockout in a hidden layer other than the last"));
  }
  return problems;
}

void check_experiment_config(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors) {
  Checker(config, root, errors).run();
}

}  // namespace inforelay
