#include "nn/network/network_hdf5.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace inforelay {
namespace {

std::string layer_path(const std::string& group, std::size_t number) {
  return fmt::format("{}/layer{}", group, number);
}

DenseLayer read_layer(const Hdf5Reader& file, const std::string& path) {
  const std::string weight_path = path + "/weight";
  const auto shape = file.shape(weight_path);
  if (shape.size() == 2 && (shape[0] == 0 || shape[1] == 0)) {
    throw DataError("{}: /{} has shape [{},{}], expected at least 1 row and column", file.name(), weight_path, shape[0],
                    shape[1]);
  }
  DenseLayer layer;
  layer.weight = file.matrix<float>(weight_path);
  const auto bias = file.vector<float>(path + "/bias", static_cast<std::size_t>(layer.weight.rows()));
  layer.bias = Eigen::Map<const Eigen::VectorXf>(bias.data(), static_cast<Eigen::Index>(bias.size()));
  const auto activation = file.attribute<std::string>(path, "activation");
  try {
    layer.activation = parse_activation(activation);
  } catch (const UsageError& error) {
    throw DataError("{}: /{}@activation: {}", file.name(), path, error.what());
  }
  return layer;
}

}  // namespace

void write_network(Hdf5Writer& file, const std::string& group, const Mlp& network) {
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const DenseLayer& layer = network.layers[l];
    const std::string path = layer_path(group, l + 1);
    file.dataset(path + "/weight", layer.weight, {.units = "1", .long_name = "weights", .dims = {"out", "in"}});
    file.dataset(path + "/bias", layer.bias, {.units = "1", .long_name = "biases", .dims = {"out"}});
    file.attribute(path, "activation", to_string(layer.activation));
  }
}

Mlp read_network(const Hdf5Reader& file, const std::string& group) {
  Mlp network;
  for (std::size_t number = 1; number == 1 || file.exists(layer_path(group, number)); ++number) {
    const std::string path = layer_path(group, number);
    DenseLayer layer = read_layer(file, path);
    if (!network.layers.empty() && layer.in() != network.output_width()) {
      throw DataError("{}: /{}/weight takes {} inputs, expected {}", file.name(), path, layer.in(),
                      network.output_width());
    }
    if (!network.layers.empty() && is_output_only(network.layers.back().activation)) {
      throw DataError("{}: /{}@activation: {} is for the last layer only", file.name(), layer_path(group, number - 1),
                      to_string(network.layers.back().activation));
    }
    network.layers.push_back(std::move(layer));
  }
  return network;
}

}  // namespace inforelay
