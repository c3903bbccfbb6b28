#include "experiments/run/stages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/config/derived_settings.hpp"
#include "experiments/measures/each_time.hpp"

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

// Samples are the recorded steps of all trials; of one that is analysed at each time, the trials.
LayerSizes recurrent_sizes(const RecurrentConfig& config, const DataSizes& data, const std::string& subset) {
  LayerSizes sizes;
  for (const auto& [name, trials] : {std::pair("train", data.train), std::pair("test", data.test)}) {
    const std::size_t steps = recorded_steps(config, data.steps_of(name)).size();
    sizes.samples[name] = static_cast<double>(trials) * (config.is_timed() ? 1 : static_cast<double>(steps));
  }
  if (config.is_timed()) sizes.times = static_cast<double>(recorded_steps(config, data.steps_of(subset)).size());
  sizes.inputs = data.step_inputs();
  // Stimuli are known only with the data.
  const double stimuli = std::min<double>(Stimuli::most_stimuli, std::pow(3.0, sizes.inputs));
  sizes.classes = data.classes + (config.input == InputSymbol::stimulus ? stimuli : 0);
  const auto units = static_cast<double>(config.units), layers = static_cast<double>(config.layers);
  sizes.parameters = gate_count(*config.kind) * units * (sizes.inputs + units + 2 + (layers - 1) * (2 * units + 2));
  return sizes;
}

LayerSizes recording_sizes(const LoadedRecording& recording) {
  LayerSizes sizes;
  for (const std::string& subset : recording.subsets)
    sizes.samples[subset] = static_cast<double>(recording.samples_of(subset));
  sizes.classes = static_cast<double>(recording.symbols.size());
  sizes.times = static_cast<double>(recording.times());
  if (sizes.times > 0) {
    for (auto& [subset, samples] : sizes.samples) samples /= sizes.times;
  }
  return sizes;
}

class Planner {
 public:
  Planner(const ExperimentConfig& config, const DataSizes& data, const std::vector<LoadedRecording>& recordings)
      : config_(config), data_(data), recordings_(recordings) {}

  std::vector<Stage> plan() {
    for (const auto& [name, network] : config_.networks) add_network(name, network);
    for (const LoadedRecording& recording : recordings_) add_recording(recording);
    return std::move(stages_);
  }

 private:
  void add_network(const std::string& name, const NetworkConfig& network) {
    const std::vector<std::int64_t> widths = layer_widths(config_, network);
    const auto& chosen = config_.analysis.relay.subsets;
    MeasurePlace place{.config = config_,
                       .network = network,
                       .sizes = network.recurrent ? recurrent_sizes(*network.recurrent, data_, chosen.front())
                                                  : network_sizes(widths, data_)};
    std::vector<Layer> layers;
    for (const int layer : analysed_layers(config_.analysis, widths))
      layers.push_back({layer, static_cast<double>(widths[static_cast<std::size_t>(layer)])});
    add_system(name, place, layers, chosen);
  }

  void add_recording(const LoadedRecording& recording) {
    static const NetworkConfig none;
    MeasurePlace place{.config = recording.config, .network = none, .sizes = recording_sizes(recording)};
    place.recording = &recording.own();
    std::vector<Layer> layers;
    for (const RecordingLayer& layer : recording.layers)
      layers.push_back({static_cast<int>(layers.size()) + 1, static_cast<double>(layer.shape.units()),
                        static_cast<double>(layer.info.bytes)});
    add_system(recording.name, place, layers, recording.config.analysis.relay.subsets);
  }

  struct Layer {
    int number;
    double units;
    double reading = 0;
  };

  void add_system(const std::string& name, MeasurePlace place, const std::vector<Layer>& layers,
                  const std::vector<std::string>& subsets) {
    name_ = name;
    several_layers_ = false;
    add_all(Scope::system, place);
    several_layers_ = layers.size() > 1;
    for (const Layer& layer : layers) {
      place.layer = layer.number;
      place.sizes.units = layer.units;
      place.sizes.reading = layer.reading;
      for (const std::string& subset : subsets) {
        place.subset = subset;
        add_all(Scope::subset, place);
      }
      place.subset.clear();
      add_all(Scope::layer, place);
    }
    ++number_;
  }

  void add_all(Scope scope, const MeasurePlace& place) {
    for (const Measure* measure : measures()) {
      if (measure->scope == scope && measure->missing(place).empty()) add(*measure, place);
    }
  }

  void add(const Measure& measure, const MeasurePlace& place) {
    std::string id = name_, label = id;
    const std::string layer = (place.is_feed_forward() ? "layer" : "") + place.layer_name();
    if (place.layer > 0) id += "-" + layer;
    id += "-" + measure.name;
    if (!place.subset.empty()) id += "-" + place.subset;
    if (place.layer > 0 && several_layers_)
      label += fmt::format(", {}{}", place.is_feed_forward() ? "layer " : "", place.layer_name());
    label += ": " + measure.label(place);
    if (is_timed(measure, place)) label += fmt::format(" at each of {} times", place.sizes.times);
    if (!place.subset.empty()) label += fmt::format(" ({})", place.subset);
    stages_.push_back({number_, &measure, place, std::move(id), std::move(label)});
  }

  const ExperimentConfig& config_;
  const DataSizes data_;
  const std::vector<LoadedRecording>& recordings_;
  std::size_t number_ = 0;
  std::string name_;
  bool several_layers_ = false;
  std::vector<Stage> stages_;
};

}  // namespace

std::vector<Stage> plan_stages(const ExperimentConfig& config, const DataSizes& data,
                               const std::vector<LoadedRecording>& recordings) {
  return Planner(config, data, recordings).plan();
}

}  // namespace inforelay
