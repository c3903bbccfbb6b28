// Recurrent networks written out one sequence, step and unit at a time in double precision, straight from the equations
// of nn/recurrent/recurrent_network.hpp. Slow, and shares no code with the library.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "nn/data/sequence_data.hpp"
#include "nn/recurrent/recurrent_network.hpp"

namespace inforelay::test {

class ReferenceRecurrent {
 public:
  explicit ReferenceRecurrent(const RecurrentNetwork& network) : network_(network) {
    for (const auto block : parameter_blocks(network)) parameters.insert(parameters.end(), block.begin(), block.end());
    state.resize(network.state_width());
  }

  std::vector<double> parameters;  ///< in the order of parameter_blocks()
  std::vector<double> state;       ///< [U]

  /// One step: changes the state, returns the outputs.
  std::vector<double> step(std::vector<double> x) {
    std::size_t offset = 0, at = 0;
    const auto gates = static_cast<std::size_t>(gate_count(network_.kind));
    for (const RecurrentLayer& layer : network_.layers) {
      const auto units = static_cast<std::size_t>(layer.units());
      const std::size_t in = x.size(), rows = gates * units;
      const double* w_ih = parameters.data() + offset;
      const double *w_hh = w_ih + rows * in, *b_ih = w_hh + rows * units, *b_hh = b_ih + rows;
      offset += rows * (in + units + 2);
      const std::vector<double> h(state.begin() + static_cast<long>(at), state.begin() + static_cast<long>(at + units));
      const auto by_input = [&](std::size_t row) {
        double sum = b_ih[row];
        for (std::size_t i = 0; i < in; ++i) sum += w_ih[row * in + i] * x[i];
        return sum;
      };
      const auto by_state = [&](std::size_t row) {
        double sum = b_hh[row];
        for (std::size_t i = 0; i < units; ++i) sum += w_hh[row * units + i] * h[i];
        return sum;
      };
      const auto sum = [&](std::size_t gate, std::size_t u) {
        return by_input(gate * units + u) + by_state(gate * units + u);
      };
      std::vector<double> next(units);
      for (std::size_t u = 0; u < units; ++u) {
        switch (network_.kind) {
          case RecurrentKind::rnn_tanh:
            next[u] = std::tanh(sum(0, u));
            break;
          case RecurrentKind::rnn_relu:
            next[u] = std::fmax(sum(0, u), 0.0);
            break;
          case RecurrentKind::gru: {
            const double r = sigmoid(sum(0, u)), z = sigmoid(sum(1, u));
            const double n = std::tanh(by_input(2 * units + u) + r * by_state(2 * units + u));
            next[u] = (1 - z) * n + z * h[u];
            break;
          }
          case RecurrentKind::lstm: {
            double& c = state[at + units + u];
            c = sigmoid(sum(1, u)) * c + sigmoid(sum(0, u)) * std::tanh(sum(2, u));
            next[u] = sigmoid(sum(3, u)) * std::tanh(c);
            break;
          }
        }
      }
      for (std::size_t u = 0; u < units; ++u) state[at + u] = next[u];
      at += has_cell_state(network_.kind) ? 2 * units : units;
      x = next;
    }
    std::vector<double> output;
    const auto outputs = static_cast<std::size_t>(network_.output_width());
    for (std::size_t o = 0; o < outputs; ++o) {
      double sum = parameters[offset + outputs * x.size() + o];
      for (std::size_t i = 0; i < x.size(); ++i) sum += parameters[offset + o * x.size() + i] * x[i];
      const Activation activation = network_.readout.activation;
      output.push_back(activation == Activation::tanh      ? std::tanh(sum)
                       : activation == Activation::sigmoid ? sigmoid(sum)
                       : activation == Activation::relu    ? std::fmax(sum, 0.0)
                                                           : sum);
    }
    return output;
  }

  static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

 private:
  const RecurrentNetwork& network_;
};

inline std::vector<double> doubles(std::span<const float> values) { return {values.begin(), values.end()}; }

/// Normal inputs of deviation 1.
inline SequenceArray random_inputs(std::size_t trials, std::size_t steps, std::size_t width, std::uint64_t seed) {
  RandomStream random(seed, "inputs");
  SequenceArray inputs(trials, steps, width);
  for (float& value : inputs.values) value = static_cast<float>(random.normal());
  return inputs;
}

inline bool same_parameters(const RecurrentNetwork& a, const RecurrentNetwork& b) {
  const auto x = parameter_blocks(a), y = parameter_blocks(b);
  if (x.size() != y.size()) return false;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::ranges::equal(x[i], y[i])) return false;
  }
  return a.kind == b.kind && a.readout.activation == b.readout.activation;
}

inline constexpr RecurrentKind all_kinds[] = {RecurrentKind::rnn_tanh, RecurrentKind::rnn_relu, RecurrentKind::gru,
                                              RecurrentKind::lstm};

}  // namespace inforelay::test
