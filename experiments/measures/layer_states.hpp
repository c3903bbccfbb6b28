// The discrete states of a layer as arrays of results, and as the input of relay information.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/recording.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/ranks/scan_messages.hpp"
#include "experiments/results/result_arrays.hpp"
#include "infotheory/states/contrast.hpp"
#include "infotheory/states/level_table.hpp"
#include "infotheory/states/state_table.hpp"
#include "infotheory/states/unit_states.hpp"

namespace inforelay {

/// Up to 32 binary units as `state` [sample], others as `state` [sample,unit].
void put_states(const AnyStates& states, ResultArrays& out);

/// What relay information is computed from; input and output refer to the results.
struct LayerStates {
  AnyStates states;  ///< binary if all states are 0 or 1 and the contrasts are binary, for which there is faster code
  std::span<const Symbol> input, output;
  std::vector<Contrast> contrasts;  ///< empty: the whole symbols

  std::variant<StateTable, LevelTable> table() const;
  TableSource source() const { return {states, input, output, contrasts}; }
};

/// Those of the place that is being computed, from its group states/SUBSET.
LayerStates layer_states(const MeasureRun& run);
/// `states`: such a group. One contrast for each of the classes of the group `system`, NETWORK/, or each output bit if
/// it has those (contrasts_of()); or the one of whole symbols.
LayerStates layer_states(const ResultView& states, ContrastKind contrast, const ResultView& system);

/// The names of the contrasts as the scale `class`, unless they are the classes of the system. Readers:
/// contrast_names().
void put_contrast_names(const LayerStates& states, ResultArrays& out);

/// Number of distinct binary states to expect. Those of a network grow more slowly than its samples (measure.hpp); the
/// samples of a recording may all differ.
double expected_states(const MeasurePlace& place);

}  // namespace inforelay
