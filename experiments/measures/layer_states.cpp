#include "experiments/measures/layer_states.hpp"

#include "experiments/results/layer_results.hpp"

#include <algorithm>
#include <cmath>

namespace inforelay {

void put_states(const AnyStates& states, ResultArrays& out) {
  const auto* binary = std::get_if<UnitStates>(&states);
  if (binary == nullptr) {
    out.put("state", std::get<RowMatrix<std::uint8_t>>(states));
  } else if (binary->fits_words()) {
    out.put("state", binary->words());
  } else {
    out.put("state", binary->to_bytes());
  }
}

std::variant<StateTable, LevelTable> LayerStates::table() const {
  if (const auto* binary = std::get_if<UnitStates>(&states)) return StateTable(*binary, input, output, contrasts);
  const auto& levels = std::get<RowMatrix<std::uint8_t>>(states);
  return contrasts.empty() ? LevelTable(levels, input, output) : LevelTable(levels, input, output, contrasts);
}

LayerStates layer_states(const MeasureRun& run) {
  return layer_states(run.layer.at("states/" + run.place.subset), run.place.config.analysis.contrast,
                      run.layer.root().at(run.system.group()));
}

void put_contrast_names(const LayerStates& states, ResultArrays& out) {
  if (states.contrasts.empty())
    out.put_scale("class", {std::string(word_of(contrast_kind_names, ContrastKind::whole))}, "contrast");
}

double expected_states(const MeasurePlace& place) {
  const double samples = place.sizes.samples.at(place.subset), units = place.sizes.units;
  return !place.is_feed_forward() ? std::min(std::exp2(units), samples) : expected_states(samples, units);
}

LayerStates layer_states(const ResultView& states, ContrastKind contrast, const ResultView& system) {
  LayerStates layer{{}, states.vector<Symbol>("input"), states.vector<Symbol>("output"), {}};
  const bool whole = contrast == ContrastKind::whole;
  const std::vector<std::string>& classes = system.texts("class");
  if (!whole) layer.contrasts = has_output_bits(system) ? each_bit(classes) : one_vs_rest(classes);
  if (states.array("state").shape.size() == 1) {
    const auto units = static_cast<int>(states.matrix<float>("value").cols());
    UnitStates words = UnitStates::from_words(states.vector<StateWord>("state"), units);
    if (whole)
      layer.states = words.to_bytes();
    else
      layer.states = std::move(words);
    return layer;
  }
  const RowMatrix<std::uint8_t>& levels = states.matrix<std::uint8_t>("state");
  if (whole || levels.maxCoeff() > 1)
    layer.states = levels;
  else
    layer.states = UnitStates::from_bytes(levels);
  return layer;
}

}  // namespace inforelay
