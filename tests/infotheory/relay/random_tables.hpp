// Random samples for the tests of relay information.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/axes.hpp"
#include "core/random.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay::test {

struct Samples {
  std::vector<StateWord> states;
  std::vector<std::uint8_t> labels, predictions;  // [N] each
  int neurons = 0, classes = 0;

  StateTable table() const { return StateTable(states, labels, predictions, neurons, classes); }
};

/// N samples in which neurons lean on the label and predictions on the state, so that all kinds of cells occur: pure,
/// mixed, alone. Neurons differ in how often they are on.
inline Samples random_samples(std::size_t n, int neurons, int classes, RandomStream random) {
  Samples samples;
  samples.neurons = neurons;
  samples.classes = classes;
  const auto choices = static_cast<std::uint64_t>(classes);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t label = random.below(choices);
    StateWord state = 0;
    for (int k = 0; k < neurons; ++k) {
      const double lean = (label + static_cast<std::uint64_t>(k)) % 3 == 0 ? 0.8 : 0.1 + 0.04 * (k % 10);
      if (random.uniform() < lean) state |= StateWord{1} << k;
    }
    const std::uint64_t guess = random.uniform() < 0.7 ? label : (state * 2654435761u >> 7) % choices;
    samples.states.push_back(state);
    samples.labels.push_back(static_cast<std::uint8_t>(label));
    samples.predictions.push_back(static_cast<std::uint8_t>(guess));
  }
  return samples;
}

}  // namespace inforelay::test
