// The discrete states of a layer as arrays of results, and as the input of relay information.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/recording.hpp"
#include "experiments/results/result_arrays.hpp"
#include "infotheory/states/contrast.hpp"
#include "infotheory/states/state_table.hpp"
#include "infotheory/states/unit_states.hpp"

namespace inforelay {

/// Up to 32 units as `state` [sample], wider layers as `state` [sample,unit].
void put_states(const UnitStates& states, ResultArrays& out);

/// The arguments of a StateTable; input and output refer to the results.
struct LayerStates {
  UnitStates states;
  std::span<const Symbol> input, output;
  std::vector<Contrast> contrasts;

  StateTable table() const { return {states, input, output, contrasts}; }
};

/// `states`: the group states/SUBSET of a layer. One contrast for each of the `classes`.
LayerStates one_vs_rest_states(const ResultView& states, const std::vector<std::string>& classes);

}  // namespace inforelay
