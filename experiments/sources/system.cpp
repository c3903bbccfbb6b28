#include "experiments/sources/system.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/named.hpp"
#include "experiments/config/data_checks.hpp"
#include "experiments/sources/recurrent_model.hpp"

namespace inforelay {

const DataPair& RunData::get(Progress& progress) {
  if (!data_) {
    data_ = load_data(plan_, progress);
    check_data(config_, *data_);
  }
  return *data_;
}

const SequencePair& RunData::sequences(Progress& progress) {
  if (!sequences_) {
    if (plan_.source->load_sequences) {
      sequences_ = load_sequences(plan_, progress);
    } else {
      const DataPair& data = get(progress);
      sequences_ = SequencePair{rows_as_sequences(data.train), rows_as_sequences(data.test)};
    }
  }
  return *sequences_;
}

namespace {

RandomStream stream_of(const ExperimentConfig& config, std::string_view kind, const std::string& name) {
  return RandomStream(static_cast<std::uint64_t>(config.seed), kind).child(name);
}

}  // namespace

System::System(const ExperimentConfig& config, const std::string& name, const ExternalFiles& files, RunData& data)
    : name_(name), files_(&files), data_(&data), random_(stream_of(config, "networks", name)), config_(&config) {
  if (const NetworkConfig* network = find_named(config.networks, name); network && network->recurrent)
    recurrent_ = &*network->recurrent;
}

System::System(const LoadedRecording& recording)
    : name_(recording.name),
      recording_(&recording),
      random_(stream_of(recording.config, "recordings", recording.name)) {}

const LoadedWeights* System::loaded() const {
  const auto found = files_->networks.find(name_);
  return found == files_->networks.end() ? nullptr : &found->second;
}

const RecurrentWeightFile* System::loaded_recurrent() const {
  const auto found = files_->recurrent.find(name_);
  return found == files_->recurrent.end() ? nullptr : &found->second;
}

const RecurrentSymbols& System::symbols(Progress& progress) {
  if (!symbols_)
    symbols_ =
        recurrent_symbols("networks." + name_, *recurrent_, config_->analysis.contrast, data_->sequences(progress));
  return *symbols_;
}

RecurrentNetwork System::recurrent_network(const ResultView& any) const {
  return recurrent_from(any.root().at(group() + "/model"));
}

const Mlp& System::network(const ResultView& any) {
  if (!mlp_) mlp_ = network_from(any.root().at(group() + "/model"));
  return *mlp_;
}

LayerRecord System::record(const ResultView& any, int layer, const std::string& subset, Progress& progress,
                           std::optional<std::size_t> time) {
  LayerRecord record;
  if (recording_) {
    if (!array_ || array_->first != layer) array_ = {layer, recording_->read(layer, progress)};
    static_cast<RecordingSamples&>(record) = recording_->samples(array_->second, layer, subset, time, progress);
    if (!time || *time + 1 == recording_->times()) array_.reset();
    return record;
  }
  if (recurrent_) {
    const SequenceData& sequences = data_->sequences(progress).subset(subset);
    const std::string name = fmt::format("{} {}", layer, subset);
    if (!samples_ || samples_->first != name) {
      samples_ = {name, record_recurrent(recurrent_network(any), *recurrent_, symbols(progress), sequences, subset,
                                         layer, config_->analysis.as_published, progress)};
    }
    const std::size_t times = recorded_steps(*recurrent_, sequences.steps()).size();
    static_cast<RecurrentSamples&>(record) =
        time ? samples_at_time(samples_->second, *time, times) : std::move(samples_->second);
    if (!time || *time + 1 == times) samples_.reset();
    return record;
  }
  const Dataset& data = data_->get(progress).subset(subset);
  NetworkRecord whole = record_layers(network(any), data, {layer}, progress);
  record.samples = std::move(whole.layers.front());
  record.network_output = std::move(whole.output);
  return record;
}

namespace {

std::string layer_name(std::size_t number) { return fmt::format("layer{}", number); }

}  // namespace

void put_network(const Mlp& network, ResultArrays& out) {
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const DenseLayer& layer = network.layers[l];
    const std::string path = "model/" + layer_name(l + 1);
    out.put(path + "/weight", layer.weight);
    out.put(path + "/bias", std::vector<float>(layer.bias.begin(), layer.bias.end()));
    out.put_attribute(path, "activation", to_string(layer.activation));
  }
}

InputScaling scaling_from(const ResultView& system) {
  InputScaling scaling;
  if (system.has_attribute("model", "input_scale")) scaling.scale = system.attribute<double>("model", "input_scale");
  if (!system.has("model/input_mean")) return scaling;
  const std::span<const float> mean = system.vector<float>("model/input_mean"),
                               deviation = system.vector<float>("model/input_std");
  scaling.mean.assign(mean.begin(), mean.end());
  scaling.deviation.assign(deviation.begin(), deviation.end());
  return scaling;
}

Mlp network_from(const ResultView& model) {
  Mlp network;
  for (std::size_t number = 1; number == 1 || model.has(layer_name(number)); ++number) {
    const ResultView group = model.at(layer_name(number));
    const std::span<const float> bias = group.vector<float>("bias");
    DenseLayer layer;
    layer.weight = group.matrix<float>("weight");
    layer.bias = Eigen::Map<const Eigen::VectorXf>(bias.data(), static_cast<Eigen::Index>(bias.size()));
    layer.activation = parse_activation(group.attribute<std::string>("", "activation"));
    const bool fits = network.layers.empty() || layer.in() == network.output_width();
    if (!fits || layer.bias.size() != layer.weight.rows() || layer.weight.size() == 0)
      throw DataError(fmt::format("results: /{} has shapes that do not fit", group.group()));
    network.layers.push_back(std::move(layer));
  }
  return network;
}

}  // namespace inforelay
