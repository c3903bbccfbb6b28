// The discrete states of a layer as arrays of results, and the table that relay information is computed from.
#pragma once

#include "experiments/results/result_arrays.hpp"
#include "infotheory/states/state_table.hpp"
#include "infotheory/states/unit_states.hpp"

namespace inforelay {

/// Up to 32 units as `state` [sample], wider layers as `state` [sample,unit].
void put_states(const UnitStates& states, ResultArrays& out);
/// `states`: the group states/SUBSET of a layer.
UnitStates states_from(const ResultView& states);

/// Contrast c: X_in = [input = c], X_out = [output = c] for each of the classes [C].
StateTable one_vs_rest_table(const ResultView& states);

}  // namespace inforelay
