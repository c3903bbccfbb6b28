#include "experiments/measures/layer_states.hpp"

namespace inforelay {

void put_states(const UnitStates& states, ResultArrays& out) {
  if (states.fits_words()) {
    out.put("state", states.words());
  } else {
    out.put("state", states.to_bytes());
  }
}

LayerStates one_vs_rest_states(const ResultView& states, const std::vector<std::string>& classes) {
  const bool words = states.array("state").shape.size() == 1;
  const auto units = static_cast<int>(states.matrix<float>("value").cols());
  return {words ? UnitStates::from_words(states.vector<StateWord>("state"), units)
                : UnitStates::from_bytes(states.matrix<std::uint8_t>("state")),
          states.vector<Symbol>("input"), states.vector<Symbol>("output"), one_vs_rest(classes)};
}

}  // namespace inforelay
