#include "experiments/config_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/neuron_set.hpp"

namespace inforelay {
namespace {

// Both data sets: 28 x 28 pixels, ten numerals.
constexpr std::int64_t image_pixels = 784;
constexpr std::int64_t numerals = 10;

class Checker {
 public:
  Checker(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors)
      : config_(config), root_(root), errors_(errors) {}

  void run() {
    if (config_.name.empty()) fail("name", "is missing; it names the results' folder");
    if (config_.networks.empty()) fail("networks", "at least one network is needed");
    for (const auto& [name, network] : config_.networks) check_network("networks." + name, network);
    check_analysis();
    if (config_.figures && config_.figures->formats.empty()) fail("figures.formats", "at least one format is needed");
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
    errors_.add(place_of(path), fmt::format("{}: {}", path, problem));
  }

  void check_network(const std::string& path, const NetworkConfig& network) {
    if (network.train.has_value() == network.detectors.has_value()) {
      return fail(path, "needs either 'train' (with 'layers') or 'detectors'");
    }
    if (network.detectors) {
      if (!network.layers.empty()) fail(path + ".layers", "not used with detectors, whose sizes follow from 'hidden'");
    } else if (network.layers.size() < 3) {
      return fail(path + ".layers", "inputs, at least one hidden layer and outputs are needed: [784, 20, 10]");
    } else {
      if (network.layers.front() != image_pixels) {
        fail(path + ".layers",
             fmt::format("the first is {} but the images have {} pixels", network.layers.front(), image_pixels));
      }
      if (network.train->stop.balanced_accuracy && network.train->stop.accuracy) {
        fail(path + ".train.stop", "give balanced_accuracy or accuracy, not both");
      }
      if (network.layers.back() != numerals) {
        fail(path + ".layers", fmt::format("the last is {} but there are {} classes", network.layers.back(), numerals));
      }
    }
    check_analysed_layer(path, network);
  }

  void check_analysed_layer(const std::string& path, const NetworkConfig& network) {
    const AnalysisConfig& analysis = config_.analysis;
    const std::int64_t hidden_layers = network.detectors ? 1 : static_cast<std::int64_t>(network.layers.size()) - 2;
    if (analysis.layer > hidden_layers) {
      return fail("analysis.layer", fmt::format("{} but {} has {} hidden layer{}", analysis.layer, path, hidden_layers,
                                                hidden_layers == 1 ? "" : "s"));
    }
    const std::int64_t width = analysed_width(network, analysis, numerals);
    const auto too_wide = [&](std::int64_t widest, std::string_view why) {
      if (width <= widest) return;
      fail(network.detectors ? path + ".detectors.hidden" : path + ".layers",
           fmt::format("the analysed layer has {} neurons; {} is possible up to {}", width, why, widest));
    };
    too_wide(NeuronSet::max_neurons, "relay information");
    if (!analysis.relay.exhaustive.empty()) too_wide(NeuronSet::max_exhaustive_neurons, "exhaustive relay information");
    if (analysis.knockout && analysis.knockout->sets == KnockoutSets::exhaustive) {
      too_wide(NeuronSet::max_exhaustive_neurons, "exhaustive knockout");
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
    if (!analysis.regression) return;
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

  const ExperimentConfig& config_;
  const ConfigNode& root_;
  ConfigErrors& errors_;
};

}  // namespace

std::int64_t analysed_width(const NetworkConfig& network, const AnalysisConfig& analysis, std::int64_t classes) {
  return network.detectors ? classes * network.detectors->hidden
                           : network.layers[static_cast<std::size_t>(analysis.layer)];
}

void check_experiment_config(const ExperimentConfig& config, const ConfigNode& root, ConfigErrors& errors) {
  Checker(config, root, errors).run();
}

}  // namespace inforelay
