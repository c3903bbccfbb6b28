// Relay information as the paper defines it, straight from the samples: the slow reference for the fast algorithms.
#pragma once

#include <cmath>
#include <map>
#include <tuple>

#include "core/sets/neuron_set.hpp"
#include "tests/infotheory/relay/random_tables.hpp"

namespace inforelay::test {

/// -H(Y_0) + H(X_in,Y_0) + H(Y_R,Y_0) + H(X_out,Y_0)
/// -H(X_in,Y_R,Y_0) - H(X_in,X_out,Y_0) - H(X_out,Y_R,Y_0) + H(X_in,X_out,Y_R,Y_0)
inline double eight_entropies(const StateSamples& samples, int cls, NeuronSet relay) {
  const StateWord all = NeuronSet::all(samples.units).bits();
  const StateWord given = all & ~relay.bits();
  const auto entropy = [&](bool in, bool out, StateWord units) {
    std::map<std::tuple<bool, bool, StateWord>, int> counts;
    for (std::size_t i = 0; i < samples.states.size(); ++i)
      ++counts[{in && samples.input[i] == cls, out && samples.output[i] == cls, samples.states[i] & units}];
    double sum = 0;
    for (const auto& [key, count] : counts) {
      const double p = count / static_cast<double>(samples.states.size());
      sum -= p * std::log2(p);
    }
    return sum;
  };
  return -entropy(false, false, given) + entropy(true, false, given) + entropy(false, false, all) +
         entropy(false, true, given) - entropy(true, false, all) - entropy(true, true, given) -
         entropy(false, true, all) + entropy(true, true, all);
}

}  // namespace inforelay::test
