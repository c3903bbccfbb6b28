// Recordings of known systems, and equality of intervals, for the tests of significance.
#pragma once

#include <vector>

#include "core/random.hpp"
#include "infotheory/significance/bootstrap.hpp"
#include "infotheory/significance/rearrangement.hpp"
#include "tests/contrasts.hpp"
#include "tests/set_scans.hpp"

namespace inforelay::test {

/// Samples of binary units, an input bit and an output bit; contrast 1 is of the bits themselves.
struct Recorded {
  UnitStates states;
  std::vector<Symbol> input, output;
  std::vector<Contrast> contrasts = numbered_contrasts(2);

  RelaySamples samples() const { return {states, input, output, contrasts}; }
};

/// The output equals the input with probability `agreement`. Of the units the first `relays` equal the input with
/// probability `copy`; the others are coins that know nothing.
inline Recorded planted(std::size_t n, int units, int relays, double agreement, double copy, RandomStream random) {
  Recorded recorded{UnitStates(n, units), {}, {}};
  for (std::size_t i = 0; i < n; ++i) {
    const auto bit = static_cast<Symbol>(random.below(2));
    recorded.input.push_back(bit);
    recorded.output.push_back(random.uniform() < agreement ? bit : static_cast<Symbol>(1 - bit));
    for (int k = 0; k < units; ++k) {
      const bool on = k < relays ? (random.uniform() < copy) == (bit == 1) : random.below(2) == 1;
      if (on) recorded.states.set(i, k);
    }
  }
  return recorded;
}

inline bool same(const BootstrapIntervals& x, const BootstrapIntervals& y) {
  return same_bits(x.observed, y.observed) && same_bits(x.bias, y.bias) && same_bits(x.low, y.low) &&
         same_bits(x.high, y.high);
}

}  // namespace inforelay::test
