// internal: up to 16 sequences that run through a recurrent network side by side.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <span>
#include <vector>

#include "nn/recurrent/recurrent_cells.hpp"

namespace inforelay {

/// The network must outlive it. One for each thread.
class RecurrentLanes {
 public:
  static constexpr std::size_t lanes = kernels::sequence_lanes;

  explicit RecurrentLanes(const RecurrentNetwork& network)
      : readout_(network.readout),
        input_(lane_values(static_cast<std::size_t>(network.input_width()))),
        state_(lane_values(network.state_width())),
        output_(lane_values(static_cast<std::size_t>(network.output_width()))) {
    std::size_t gates = 0, units = 0;
    for (const RecurrentLayer& layer : network.layers) {
      layers_.emplace_back(network.kind, layer, false);
      gates = std::max(gates, layers_.back().gate_rows());
      units = std::max(units, layers_.back().units());
    }
    gates_.resize(lane_values(gates));
    inner_.resize(lane_values(units));
  }

  /// The state of every lane: `initial` [U], or all 0 if that is empty.
  void start(std::span<const float> initial) {
    for (std::size_t i = 0; i < state_.size(); ++i) state_[i] = initial.empty() ? 0.0f : initial[i / lanes];
  }
  /// The inputs [D] of a lane in the next step. Lanes that are not used keep zeros, or what they had.
  void set_input(std::size_t lane, std::span<const float> values) {
    for (std::size_t i = 0; i < values.size(); ++i) input_[i * lanes + lane] = values[i];
  }
  void step() {
    float* state = state_.data();
    const float* x = input_.data();
    for (const CellLayer& layer : layers_) {
      const std::size_t n = lane_values(layer.units());
      float* c = layer.has_cell() ? state + n : nullptr;
      layer.forward({x, state, c, gates_.data(), inner_.data(), state, c});
      x = state;
      state += layer.has_cell() ? 2 * n : n;
    }
    kernels::lanes_affine(readout_.weight.data(), readout_.bias.data(), static_cast<std::size_t>(readout_.out()),
                          static_cast<std::size_t>(readout_.in()), x, output_.data());
    activate(readout_.activation, output_.data(), output_.size());
  }

  /// [U,lane] the state after the last step, that may be changed before the next; [C,lane] the outputs.
  std::span<float> state() { return state_; }
  std::span<const float> output() const { return output_; }
  void get_state(std::size_t lane, std::span<float> values) const { get(state_, lane, values); }
  void get_output(std::size_t lane, std::span<float> values) const { get(output_, lane, values); }

 private:
  static void get(const std::vector<float>& from, std::size_t lane, std::span<float> values) {
    assert(values.size() * lanes == from.size());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = from[i * lanes + lane];
  }

  const DenseLayer& readout_;
  std::vector<CellLayer> layers_;
  std::vector<float> input_, state_, output_;  // [D,lane], [U,lane], [C,lane]
  std::vector<float> gates_, inner_;           // of the layer that is computed
};

}  // namespace inforelay
