// Random samples for the tests of relay information.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/axes.hpp"
#include "core/random.hpp"
#include "infotheory/states/state_table.hpp"
#include "tests/contrasts.hpp"

namespace inforelay::test {

inline int bit(int word, int k) { return word >> k & 1; }

struct StateSamples {
  std::vector<StateWord> states;
  std::vector<Symbol> input, output;  // [N] each
  int units = 0, classes = 0;

  StateTable table() const {
    return {UnitStates::from_words(states, units), input, output, numbered_contrasts(classes)};
  }
};

/// N samples in which units depend on the input and outputs on the state, so that all kinds of cells occur: pure,
/// mixed, alone. Units differ in how often they are on.
inline StateSamples random_samples(std::size_t n, int units, int classes, RandomStream random) {
  StateSamples samples;
  samples.units = units;
  samples.classes = classes;
  const auto choices = static_cast<std::uint64_t>(classes);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t label = random.below(choices);
    StateWord state = 0;
    for (int k = 0; k < units; ++k) {
      const double lean = (label + static_cast<std::uint64_t>(k)) % 3 == 0 ? 0.8 : 0.1 + 0.04 * (k % 10);
      if (random.uniform() < lean) state |= StateWord{1} << k;
    }
    const std::uint64_t guess = random.uniform() < 0.7 ? label : (state * 2654435761u >> 7) % choices;
    samples.states.push_back(state);
    samples.input.push_back(static_cast<Symbol>(label));
    samples.output.push_back(static_cast<Symbol>(guess));
  }
  return samples;
}

}  // namespace inforelay::test
