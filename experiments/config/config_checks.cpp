#include "experiments/config/config_checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "core/named.hpp"
#include "core/sets/neuron_set.hpp"
#include "infotheory/states/bit_states.hpp"

namespace inforelay {
namespace {

bool holds(const std::vector<std::string>& subsets, const std::string& subset) {
  return std::find(subsets.begin(), subsets.end(), subset) != subsets.end();
}

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
    if (whole) check_sweep();
  }

 private:
  void fail(std::string_view path, std::string_view problem) { errors_.add(root_, path, problem); }

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
      for (const std::string& problem : analysed_layer_problems(network, config_.analysis)) {
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

  void check_sweep() {
    if (!config_.sweep) return;
    if (!config_.sweep->parameters.empty() && !config_.compare.empty()) {
      fail("compare", "over seeds alone: not with sweep.parameters");
    }
    for (const auto& [name, network] : config_.networks) {
      if (!network.weights_out.empty()) fail(fmt::format("networks.{}.weights_out", name), "not in a sweep");
    }
  }

  // All of `subsets` must be among `known`, which `where` names.
  void check_subsets(const std::string& path, const std::vector<std::string>& subsets,
                     const std::vector<std::string>& known, std::string_view where) {
    for (const std::string& subset : subsets) {
      if (!holds(known, subset)) fail(path, fmt::format("'{}' is not among {}", subset, where));
    }
  }

  void check_analysis() {
    const AnalysisConfig& analysis = config_.analysis;
    const RelayConfig& relay = analysis.relay;
    check_different("analysis.layers", analysis.layers.list);
    if (relay.subsets.empty()) fail("analysis.relay.subsets", "at least one is needed");
    check_subsets("analysis.relay.subsets", relay.subsets, {"train", "test"}, "the subsets of the data: train, test");
    check_subsets("analysis.relay.exhaustive", relay.exhaustive, relay.subsets, "analysis.relay.subsets");
    if (analysis.knockout) {
      check_subsets("analysis.knockout.subsets", analysis.knockout->subsets, relay.subsets, "analysis.relay.subsets");
    }
    check_relay_classes(relay);
    if (!analysis.regression) return;
    if (analysis.tables == SetTables::never)
      fail("analysis.regression", "needs the tables of all sets: not with analysis.tables: never");
    check_subsets("analysis.regression.relay", {analysis.regression->relay}, relay.exhaustive,
                  "analysis.relay.exhaustive: all sets are needed");
    if (!analysis.knockout || analysis.knockout->sets != KnockoutSets::exhaustive ||
        !holds(analysis.knockout->subsets, analysis.regression->knockout)) {
      fail("analysis.regression.knockout",
           fmt::format("needs analysis.knockout with sets exhaustive and '{}' among its subsets",
                       analysis.regression->knockout));
    }
  }

  void check_different(std::string_view path, std::vector<std::int64_t> numbers) {
    std::sort(numbers.begin(), numbers.end());
    const auto twice = std::adjacent_find(numbers.begin(), numbers.end());
    if (twice != numbers.end()) fail(path, fmt::format("{} is listed twice", *twice));
  }

  void check_relay_classes(const RelayConfig& relay) {
    if (relay.classes.empty()) return;
    const char* path = "analysis.relay.classes";
    check_different(path, relay.classes);
    if (relay.classes.size() == static_cast<std::size_t>(numerals)) return;
    const auto needs_all = [&](bool there, std::string_view what) {
      if (there) fail(path, fmt::format("{} needs all classes", what));
    };
    needs_all(!relay.exhaustive.empty(), "analysis.relay.exhaustive");
    needs_all(relay.branching, "analysis.relay.branching");
    needs_all(!config_.compare.empty(), "compare");
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

std::vector<int> analysed_layers(const AnalysisConfig& analysis, const NetworkConfig& network) {
  if (analysis.layers.kind == LayerChoice::Kind::list)
    return {analysis.layers.list.begin(), analysis.layers.list.end()};
  const int last = static_cast<int>(layer_widths(network).size()) - 2;
  std::vector<int> layers;
  for (int layer = analysis.layers.kind == LayerChoice::Kind::last ? last : 1; layer <= last; ++layer) {
    layers.push_back(layer);
  }
  return layers;
}

int only_layer(const AnalysisConfig& analysis, std::int64_t hidden_layers) {
  NetworkConfig network;
  network.layers.resize(static_cast<std::size_t>(hidden_layers + 2));
  const std::vector<int> layers = analysed_layers(analysis, network);
  if (layers.size() != 1) throw UsageError("analysis.layers: several layers cannot be analysed yet; name one");
  return layers.front();
}

std::vector<std::string> analysed_layer_problems(const NetworkConfig& network, const AnalysisConfig& analysis) {
  const std::vector<std::int64_t> widths = layer_widths(network);
  const int hidden_layers = static_cast<int>(widths.size()) - 2;
  std::vector<std::string> problems;
  for (const int layer : analysed_layers(analysis, network)) {
    if (layer > hidden_layers) {
      problems.push_back(fmt::format("analysis.layers has layer {} but there {} {} hidden layer{}", layer,
                                     hidden_layers == 1 ? "is" : "are", hidden_layers, hidden_layers == 1 ? "" : "s"));
      continue;
    }
    const std::int64_t width = widths[static_cast<std::size_t>(layer)];
    const auto check = [&](bool wanted, std::int64_t widest, std::string_view what) {
      if (wanted && width > widest) {
        problems.push_back(
            fmt::format("hidden layer {} has {} units; {} is possible up to {}", layer, width, what, widest));
      }
    };
    const bool knockout = analysis.knockout.has_value();
    const bool all_knocked_out = knockout && analysis.knockout->sets == KnockoutSets::exhaustive;
    const bool sampled = knockout && analysis.knockout->options.method == KnockoutMethod::sampled;
    const std::size_t before = problems.size();
    check(true, BitStates::max_neurons, "relay information");
    if (problems.size() > before) continue;
    check(!analysis.relay.exhaustive.empty(), NeuronSet::max_exhaustive_neurons, "exhaustive relay information");
    check(all_knocked_out, NeuronSet::max_exhaustive_neurons, "exhaustive knockout");
    check(analysis.relay.branching, NeuronSet::max_neurons, "branching greedy search");
    check(sampled && !all_knocked_out, NeuronSet::max_neurons, "a sampled knockout");
    check(knockout && !all_knocked_out && layer != hidden_layers, NeuronSet::max_neurons,
          "a knockout in a hidden layer other than the last");
  }
  return problems;
}

void check_experiment_config(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors) {
  Checker(config, root, errors).run();
}

}  // namespace inforelay
