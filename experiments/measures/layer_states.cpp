#include "experiments/measures/layer_states.hpp"

namespace inforelay {

void put_states(const UnitStates& states, ResultArrays& out) {
  if (states.is_narrow()) {
    out.put("state", states.words());
  } else {
    out.put("state", states.to_bytes());
  }
}

UnitStates states_from(const ResultView& states) {
  const auto units = static_cast<int>(states.matrix<float>("value").cols());
  if (states.array("state").shape.size() == 1) return UnitStates::from_words(states.vector<StateWord>("state"), units);
  return UnitStates::from_bytes(states.matrix<std::uint8_t>("state"));
}

StateTable one_vs_rest_table(const ResultView& states) {
  const auto classes = static_cast<std::size_t>(states.matrix<float>("network_output").cols());
  return StateTable(states_from(states), states.vector<Symbol>("input"), states.vector<Symbol>("output"),
                    one_vs_rest(classes));
}

}  // namespace inforelay
