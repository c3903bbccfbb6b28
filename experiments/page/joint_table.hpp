// The joint table of (state, input symbol, output symbol) of a layer: all that relay information of any set of its
// units follows from.
#pragma once

#include <cstdint>
#include <vector>

#include "core/recording.hpp"
#include "experiments/results/result_arrays.hpp"

namespace inforelay {

/// The distinct (state, input, output) of N samples, and how many samples each has. R rows, in the order of state
/// bytes, input, output: the same whatever the order of the samples.
struct StateInputOutput {
  int units = 0;                      ///< K
  int levels = 2;                     ///< 1 + the highest level of a unit, at least 2
  std::size_t state_bytes;            ///< B: of two levels K/8 rounded up, else K
  std::vector<std::uint8_t> state;    ///< [R,B] of two levels: bit k % 8 of byte k / 8 is unit k; else byte k is unit k
  std::vector<Symbol> input, output;  ///< [R]
  std::vector<std::uint32_t> count;   ///< [R], their sum is N

  std::size_t rows() const { return count.size(); }
  std::size_t bytes() const { return rows() * (state_bytes + 8); }
};

/// `states`: the group states/SUBSET of a layer of `units` units. Throws DataError if its arrays are missing or do not
/// have the same samples. Cost O(N log N B), memory N (B + 8).
StateInputOutput state_input_output(const ResultView& states, int units);

}  // namespace inforelay
