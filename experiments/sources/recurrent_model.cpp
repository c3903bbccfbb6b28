#include "experiments/sources/recurrent_model.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/files/data_folder.hpp"

namespace inforelay {
namespace {

std::string cell_name(std::size_t number) { return fmt::format("cell{}", number); }

std::vector<float> values_of(const Eigen::VectorXf& vector) { return {vector.begin(), vector.end()}; }

Eigen::VectorXf vector_of(const ResultView& group, const char* name) {
  const std::span<const float> values = group.vector<float>(name);
  return Eigen::Map<const Eigen::VectorXf>(values.data(), static_cast<Eigen::Index>(values.size()));
}

}  // namespace

void put_recurrent(const RecurrentNetwork& network, ResultArrays& out) {
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const RecurrentLayer& layer = network.layers[l];
    const std::string path = "model/" + cell_name(l + 1);
    out.put(path + "/input_weight", layer.input_weight);
    out.put(path + "/hidden_weight", layer.hidden_weight);
    out.put(path + "/input_bias", values_of(layer.input_bias));
    out.put(path + "/hidden_bias", values_of(layer.hidden_bias));
  }
  out.put("model/readout/weight", network.readout.weight);
  out.put("model/readout/bias", values_of(network.readout.bias));
  out.put_attribute("model/readout", "activation", to_string(network.readout.activation));
  out.put_attribute("model", "kind", std::string(word_of(recurrent_kind_names, network.kind)));
}

RecurrentNetwork recurrent_from(const ResultView& model) {
  RecurrentNetwork network;
  const auto kind = model.attribute<std::string>("", "kind");
  const RecurrentKind* known = value_of(recurrent_kind_names, kind);
  if (known == nullptr) throw DataError("results: /{} has the unknown kind '{}'", model.group(), kind);
  network.kind = *known;
  for (std::size_t number = 1; model.has(cell_name(number)); ++number) {
    const ResultView cell = model.at(cell_name(number));
    network.layers.push_back({cell.matrix<float>("input_weight"), cell.matrix<float>("hidden_weight"),
                              vector_of(cell, "input_bias"), vector_of(cell, "hidden_bias")});
  }
  const ResultView readout = model.at("readout");
  network.readout.weight = readout.matrix<float>("weight");
  network.readout.bias = vector_of(readout, "bias");
  network.readout.activation = parse_activation(readout.attribute<std::string>("", "activation"));
  try {
    check_shapes(network);
  } catch (const UsageError& error) {
    throw DataError("results: /{}: {}", model.group(), error.what());
  }
  return network;
}

bool is_recurrent(const ResultView& system) { return system.has("model/readout"); }

RecurrentWeightFile read_recurrent(const std::string& path, const DataSizes& data, NetworkConfig& config) {
  RecurrentConfig& own = *config.recurrent;
  if (!own.kind) throw UsageError("{}.recurrent.kind is missing: rnn_tanh, rnn_relu, gru or lstm", path);
  RecurrentWeightOptions options{.output_activation = config.output_activation};
  if (own.kind == RecurrentKind::rnn_tanh) options.activation = Activation::tanh;
  if (own.kind == RecurrentKind::rnn_relu) options.activation = Activation::relu;
  RecurrentWeightFile file;
  try {
    file = load_recurrent(with_data_folder(config.weights), options);
  } catch (const UsageError& error) {
    throw UsageError("{}: {}", path, error.what());
  }
  const RecurrentNetwork& network = file.network;
  const std::string& name = file.source.file;
  if (network.kind != own.kind) {
    throw UsageError("{}.recurrent.kind: {}, but '{}' holds a network {}", path,
                     word_of(recurrent_kind_names, *own.kind), name, describe(network));
  }
  const std::int64_t units = network.layers.front().units(), layers = std::ssize(network.layers);
  if (own.units != 0 && own.units != units)
    throw UsageError("{}.recurrent.units: {}, but '{}' has {}", path, own.units, name, units);
  for (const RecurrentLayer& layer : network.layers) {
    if (layer.units() != units)
      throw DataError("{}: '{}' has layers of {} and {} units, expected as many in each", path, name, units,
                      layer.units());
  }
  const bool one_of_two = network.output_width() == 1 && data.classes == 2;
  if (network.input_width() != data.step_inputs() || (network.output_width() != data.classes && !one_of_two)) {
    throw DataError("{}: '{}' holds a network {}; the data have {} inputs at each step and {} classes", path, name,
                    describe(network), data.step_inputs(), data.classes);
  }
  own.units = units;
  own.layers = layers;
  own.outputs = one_of_two ? 1 : 0;
  config.output_activation = network.readout.activation;
  return file;
}

}  // namespace inforelay
