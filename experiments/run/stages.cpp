#include "experiments/run/stages.hpp"

#include <fmt/format.h>

#include "experiments/config/config_checks.hpp"

namespace inforelay {
namespace {

LayerSizes network_sizes(const std::vector<std::int64_t>& widths, const DataSizes& data) {
  LayerSizes sizes;
  sizes.samples = {{"train", static_cast<double>(data.train)}, {"test", static_cast<double>(data.test)}};
  sizes.inputs = data.inputs;
  sizes.classes = data.classes;
  for (std::size_t l = 1; l < widths.size(); ++l)
    sizes.parameters += static_cast<double>(widths[l]) * static_cast<double>(widths[l - 1] + 1);
  return sizes;
}

class Planner {
 public:
  Planner(const ExperimentConfig& config, const DataSizes& data) : config_(config), data_(data) {}

  std::vector<Stage> plan() {
    for (number_ = 0; number_ < config_.networks.size(); ++number_) add_network();
    return std::move(stages_);
  }

 private:
  void add_network() {
    const NetworkConfig& network = config_.networks[number_].second;
    const std::vector<std::int64_t> widths = layer_widths(config_, network);
    const std::vector<int> layers = analysed_layers(config_.analysis, widths);
    MeasurePlace place{.config = config_, .network = network, .sizes = network_sizes(widths, data_)};
    add_all(Scope::system, place);
    for (const int layer : layers) {
      place.layer = layer;
      place.sizes.units = static_cast<double>(widths[static_cast<std::size_t>(layer)]);
      several_layers_ = layers.size() > 1;
      for (const std::string& subset : config_.analysis.relay.subsets) {
        place.subset = subset;
        add_all(Scope::subset, place);
      }
      place.subset.clear();
      add_all(Scope::layer, place);
    }
  }

  void add_all(Scope scope, const MeasurePlace& place) {
    for (const Measure* measure : measures()) {
      if (measure->scope == scope && measure->missing(place).empty()) add(*measure, place);
    }
  }

  void add(const Measure& measure, const MeasurePlace& place) {
    std::string id = config_.networks[number_].first, label = id;
    if (place.layer > 0) id += fmt::format("-layer{}", place.layer);
    id += "-" + measure.name;
    if (!place.subset.empty()) id += "-" + place.subset;
    if (place.layer > 0 && several_layers_) label += fmt::format(", layer {}", place.layer);
    label += ": " + measure.label(place);
    if (!place.subset.empty()) label += fmt::format(" ({})", place.subset);
    stages_.push_back({number_, &measure, place, std::move(id), std::move(label)});
  }

  const ExperimentConfig& config_;
  const DataSizes data_;
  std::size_t number_ = 0;
  bool several_layers_ = false;
  std::vector<Stage> stages_;
};

}  // namespace

std::vector<Stage> plan_stages(const ExperimentConfig& config, const DataSizes& data) {
  return Planner(config, data).plan();
}

}  // namespace inforelay
