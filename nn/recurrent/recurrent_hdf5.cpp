#include "nn/recurrent/recurrent_hdf5.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "nn/training/training_state_hdf5.hpp"

namespace inforelay {
namespace {

std::string layer_path(const std::string& group, std::size_t number) {
  return fmt::format("{}/layer{}", group, number);
}

Eigen::VectorXf read_bias(const Hdf5Reader& file, const std::string& path, Eigen::Index size) {
  const auto values = file.vector<float>(path, static_cast<std::size_t>(size));
  return Eigen::Map<const Eigen::VectorXf>(values.data(), size);
}

// A UsageError of `find` becomes a DataError that names the place in the file.
template <class Find>
auto in_file(const Hdf5Reader& file, const std::string& place, Find find) {
  try {
    return find();
  } catch (const UsageError& error) {
    throw DataError("{}: /{}: {}", file.name(), place, error.what());
  }
}

RecurrentKind parse_kind(std::string_view name) {
  if (const RecurrentKind* kind = value_of(recurrent_kind_names, name)) return *kind;
  throw UsageError("kind '{}' is not one of {}", name, fmt::join(words_of(recurrent_kind_names), ", "));
}

}  // namespace

void write_recurrent_network(Hdf5Writer& file, const std::string& group, const RecurrentNetwork& network) {
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const RecurrentLayer& layer = network.layers[l];
    const std::string path = layer_path(group, l + 1);
    file.dataset(path + "/input_weight", layer.input_weight,
                 {.units = "1", .long_name = "weights of the inputs", .dims = {"gate_unit", "in"}});
    file.dataset(path + "/hidden_weight", layer.hidden_weight,
                 {.units = "1", .long_name = "weights of the state", .dims = {"gate_unit", "unit"}});
    file.dataset(path + "/input_bias", layer.input_bias,
                 {.units = "1", .long_name = "biases beside the inputs", .dims = {"gate_unit"}});
    file.dataset(path + "/hidden_bias", layer.hidden_bias,
                 {.units = "1", .long_name = "biases beside the state", .dims = {"gate_unit"}});
  }
  const std::string path = group + "/readout";
  file.dataset(path + "/weight", network.readout.weight,
               {.units = "1", .long_name = "weights", .dims = {"out", "unit"}});
  file.dataset(path + "/bias", network.readout.bias, {.units = "1", .long_name = "biases", .dims = {"out"}});
  file.attribute(path, "activation", std::string(to_string(network.readout.activation)));
  file.attribute(group, "kind", std::string(word_of(recurrent_kind_names, network.kind)));
}

RecurrentNetwork read_recurrent_network(const Hdf5Reader& file, const std::string& group) {
  RecurrentNetwork network;
  network.kind = in_file(file, group + "@kind", [&] { return parse_kind(file.attribute<std::string>(group, "kind")); });
  for (std::size_t number = 1; number == 1 || file.exists(layer_path(group, number)); ++number) {
    const std::string path = layer_path(group, number);
    RecurrentLayer layer;
    layer.input_weight = file.matrix<float>(path + "/input_weight");
    layer.hidden_weight = file.matrix<float>(path + "/hidden_weight");
    layer.input_bias = read_bias(file, path + "/input_bias", layer.input_weight.rows());
    layer.hidden_bias = read_bias(file, path + "/hidden_bias", layer.hidden_weight.rows());
    network.layers.push_back(std::move(layer));
  }
  const std::string path = group + "/readout";
  network.readout.weight = file.matrix<float>(path + "/weight");
  network.readout.bias = read_bias(file, path + "/bias", network.readout.weight.rows());
  network.readout.activation = in_file(
      file, path + "@activation", [&] { return parse_activation(file.attribute<std::string>(path, "activation")); });
  in_file(file, group, [&] { check_shapes(network); });
  return network;
}

void write_recurrent_state(Hdf5Writer& file, const RecurrentTrainerState& state) {
  write_recurrent_network(file, "network", state.network);
  write_optimizer_state(file, "optimizer", state.optimizer);
  file.attribute("", "epoch", std::int64_t{state.epoch});
  file.attribute("", "reached", std::int64_t{state.reached});
  const auto write_curve = [&](const std::string& name, const std::vector<double>& values,
                               const std::string& long_name) {
    file.dataset("curve/" + name, values, {.units = "1", .long_name = long_name, .dims = {"epoch"}});
  };
  write_curve("loss", state.curve.loss, "loss");
  write_curve("accuracy_train", state.curve.accuracy_train, "accuracy on training trials after each epoch");
  write_curve("accuracy_test", state.curve.accuracy_test, "accuracy on test trials after each epoch");
}

RecurrentTrainerState read_recurrent_state(const Hdf5Reader& file) {
  return {.network = read_recurrent_network(file, "network"),
          .optimizer = read_optimizer_state(file, "optimizer"),
          .epoch = static_cast<int>(file.attribute<std::int64_t>("", "epoch")),
          .reached = file.attribute<std::int64_t>("", "reached") != 0,
          .curve = {.loss = file.vector<double>("curve/loss"),
                    .accuracy_train = file.vector<double>("curve/accuracy_train"),
                    .accuracy_test = file.vector<double>("curve/accuracy_test")}};
}

void check_resumable(const RecurrentTrainerState& saved, const RecurrentNetwork& beginning, int max_epochs) {
  if (describe(saved.network) != describe(beginning))
    throw DataError("the network is {}, expected {}", describe(saved.network), describe(beginning));
  check_moments("the network", saved.optimizer, saved.network.parameter_count());
  check_range<DataError>("the epoch", saved.epoch, 0, max_epochs);
  const RecurrentCurve& curve = saved.curve;
  for (const auto* values : {&curve.loss, &curve.accuracy_train, &curve.accuracy_test}) {
    if (values->size() != static_cast<std::size_t>(saved.epoch))
      throw DataError("a curve has {} epochs, expected {}", values->size(), saved.epoch);
  }
}

}  // namespace inforelay
