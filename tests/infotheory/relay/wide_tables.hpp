// Random samples of many units, and their states as texts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "infotheory/states/state_table.hpp"
#include "tests/contrasts.hpp"

namespace inforelay::test {

/// "0110...", unit 0 first.
inline std::string text_of(const UnitStates& states, std::size_t sample) {
  std::string text;
  for (int k = 0; k < states.unit_count(); ++k) text += states.bit(sample, k) ? '1' : '0';
  return text;
}

struct WideSamples {
  UnitStates states;
  std::vector<Symbol> input, output;  // [N] each
  int classes = 0;

  std::string text(std::size_t sample) const { return text_of(states, sample); }
  StateTable table() const { return {states, input, output, numbered_contrasts(classes)}; }
};

/// N samples of which some share a state: each copies one of N/3 patterns, and now and then flips a unit. Units depend
/// on the input by different amounts, every seventh is always 0, and unit k = 5 mod 11 is the same as unit k - 5.
inline WideSamples random_wide_samples(std::size_t n, int units, int classes, RandomStream random) {
  WideSamples samples{UnitStates(n, units), {}, {}, classes};
  const auto choices = static_cast<std::uint64_t>(classes);
  const std::uint64_t patterns = n / 3 + 1;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t pattern = random.below(patterns), label = pattern % choices;
    RandomStream of_pattern = random.child(pattern);
    std::vector<bool> on(static_cast<std::size_t>(units));
    for (int k = 0; k < units; ++k) {
      const auto here = static_cast<std::size_t>(k);
      const double lean = (label + here) % 3 == 0 ? 0.8 : 0.05 + 0.03 * (k % 17);
      on[here] = of_pattern.uniform() < lean;
      if (random.uniform() < 0.002) on[here] = !on[here];
      if (k % 11 == 5) on[here] = on[here - 5];
      if (k % 7 == 6) on[here] = false;
      if (on[here]) samples.states.set(i, k);
    }
    samples.input.push_back(static_cast<Symbol>(random.uniform() < 0.9 ? label : random.below(choices)));
    samples.output.push_back(static_cast<Symbol>(random.uniform() < 0.8 ? label : random.below(choices)));
  }
  return samples;
}

}  // namespace inforelay::test
