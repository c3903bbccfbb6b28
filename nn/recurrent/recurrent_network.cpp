#include "nn/recurrent/recurrent_network.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/checks.hpp"
#include "core/error.hpp"

namespace inforelay {
namespace {

// The blocks of a constant or changeable network.
template <class Values, class Network>
std::vector<Values> blocks_of(Network& network) {
  std::vector<Values> blocks;
  const auto add = [&](auto& values) { blocks.emplace_back(values.data(), static_cast<std::size_t>(values.size())); };
  for (auto& layer : network.layers) {
    add(layer.input_weight);
    add(layer.hidden_weight);
    add(layer.input_bias);
    add(layer.hidden_bias);
  }
  add(network.readout.weight);
  add(network.readout.bias);
  return blocks;
}

void check_rows(std::string_view what, std::size_t layer, Eigen::Index rows, Eigen::Index expected) {
  if (rows != expected) throw UsageError("{} of layer {} has {} rows, expected {}", what, layer, rows, expected);
}

}  // namespace

int gate_count(RecurrentKind kind) {
  switch (kind) {
    case RecurrentKind::gru:
      return 3;
    case RecurrentKind::lstm:
      return 4;
    case RecurrentKind::rnn_tanh:
    case RecurrentKind::rnn_relu:
      break;
  }
  return 1;
}

bool has_cell_state(RecurrentKind kind) { return kind == RecurrentKind::lstm; }

std::size_t RecurrentNetwork::state_width() const {
  std::size_t width = 0;
  for (const RecurrentLayer& layer : layers) width += static_cast<std::size_t>(layer.units());
  return has_cell_state(kind) ? 2 * width : width;
}

std::size_t RecurrentNetwork::parameter_count() const {
  std::size_t count = 0;
  for (const auto block : parameter_blocks(*this)) count += block.size();
  return count;
}

std::vector<StateGroup> state_groups(const RecurrentNetwork& network) {
  std::vector<StateGroup> groups;
  std::size_t begin = 0;
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const auto units = static_cast<std::size_t>(network.layers[l].units());
    for (const char variable : {'h', 'c'}) {
      if (variable == 'c' && !has_cell_state(network.kind)) continue;
      groups.push_back({fmt::format("{}{}", variable, l + 1), begin, units});
      begin += units;
    }
  }
  return groups;
}

std::vector<std::span<float>> parameter_blocks(RecurrentNetwork& network) {
  return blocks_of<std::span<float>>(network);
}

std::vector<std::span<const float>> parameter_blocks(const RecurrentNetwork& network) {
  return blocks_of<std::span<const float>>(network);
}

void check_shapes(const RecurrentNetwork& network) {
  if (network.layers.empty()) throw UsageError("a recurrent network has no layer, expected at least 1");
  check_bounded(network.input_width() >= 1, "the number of inputs", network.input_width(), "at least 1");
  const int gates = gate_count(network.kind);
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const RecurrentLayer& layer = network.layers[l];
    const int units = layer.units();
    check_bounded(units >= 1, fmt::format("the number of units of layer {}", l + 1), units, "at least 1");
    check_rows("W_ih", l + 1, layer.input_weight.rows(), gates * units);
    check_rows("W_hh", l + 1, layer.hidden_weight.rows(), gates * units);
    check_rows("b_ih", l + 1, layer.input_bias.rows(), gates * units);
    check_rows("b_hh", l + 1, layer.hidden_bias.rows(), gates * units);
    const int before = l == 0 ? layer.in() : network.layers[l - 1].units();
    if (layer.in() != before) throw UsageError("layer {} takes {} inputs, expected {}", l + 1, layer.in(), before);
  }
  const DenseLayer& readout = network.readout;
  if (readout.in() != network.layers.back().units())
    throw UsageError("the readout takes {} inputs, expected {}", readout.in(), network.layers.back().units());
  check_bounded(readout.out() >= 1, "the number of outputs", readout.out(), "at least 1");
  if (readout.bias.size() != readout.out())
    throw UsageError("the readout has {} biases, expected {}", readout.bias.size(), readout.out());
  if (is_output_only(readout.activation) || slope_needs_sums(readout.activation)) {
    throw UsageError(
        "the readout has the activation {}, expected one that is computed output by output and trained "
        "from its values: tanh, sigmoid, relu, leaky_relu, elu, softplus or identity",
        to_string(readout.activation));
  }
}

RecurrentNetwork make_recurrent(const RecurrentShape& shape, RandomStream& random) {
  check_bounded(shape.inputs >= 1, "recurrent network: inputs", shape.inputs, "at least 1");
  check_bounded(shape.units >= 1, "recurrent network: units", shape.units, "at least 1");
  check_bounded(shape.layers >= 1, "recurrent network: layers", shape.layers, "at least 1");
  check_bounded(shape.outputs >= 1, "recurrent network: outputs", shape.outputs, "at least 1");
  RecurrentNetwork network{.kind = shape.kind, .layers = {}, .readout = {}};
  const Eigen::Index units = shape.units, rows = gate_count(shape.kind) * units;
  for (int l = 0; l < shape.layers; ++l) {
    network.layers.push_back({.input_weight = RowMatrix<float>(rows, l == 0 ? Eigen::Index{shape.inputs} : units),
                              .hidden_weight = RowMatrix<float>(rows, units),
                              .input_bias = Eigen::VectorXf(rows),
                              .hidden_bias = Eigen::VectorXf(rows)});
  }
  network.readout = {RowMatrix<float>(shape.outputs, units), Eigen::VectorXf(shape.outputs), shape.output_activation};
  const double range = 1 / std::sqrt(static_cast<double>(units));
  for (const std::span<float> block : parameter_blocks(network)) {
    for (float& value : block) value = static_cast<float>(random.uniform(-range, range));
  }
  return network;
}

std::string describe(const RecurrentNetwork& network) {
  std::string text = fmt::format("{} {}", word_of(recurrent_kind_names, network.kind), network.input_width());
  for (const RecurrentLayer& layer : network.layers) text += fmt::format("-{}", layer.units());
  return text + fmt::format("-{} {}", network.output_width(), to_string(network.readout.activation));
}

}  // namespace inforelay
