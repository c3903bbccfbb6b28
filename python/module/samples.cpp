#include "python/module/samples.hpp"

#include <utility>

namespace inforelay::python {
namespace {

/// The states as the table takes them.
std::shared_ptr<const States> suitable(std::shared_ptr<const States> states, ContrastKind contrast) {
  const auto* binary = states->binary();
  if (contrast == ContrastKind::whole)
    return binary == nullptr ? std::move(states) : std::make_shared<const States>(States{binary->to_bytes()});
  if (binary != nullptr) return states;
  const auto& levels = states->levels();
  return levels.maxCoeff() > 1 ? std::move(states)
                               : std::make_shared<const States>(States{UnitStates::from_bytes(levels)});
}

/// The table of the states, and how the samples are spread over them.
template <class Occupied>
std::variant<StateTable, LevelTable> table_of(const States& states, std::span<const Symbol> input,
                                              std::span<const Symbol> output, std::span<const Contrast> contrasts,
                                              Occupied& occupied) {
  if (const auto* binary = states.binary()) {
    DistinctStates distinct = distinct_states(*binary);
    occupied = {distinct.counts, distinct.index};
    return StateTable(std::move(distinct), input, output, contrasts);
  }
  DistinctLevels distinct = distinct_levels(states.levels());
  LevelTable table(distinct, input, output, contrasts);
  occupied = {std::move(distinct.counts), std::move(distinct.index)};
  return table;
}

}  // namespace

std::size_t sample_count(const States& states) {
  if (const auto* binary = states.binary()) return binary->sample_count();
  return static_cast<std::size_t>(states.levels().rows());
}

int unit_count(const States& states) {
  if (const auto* binary = states.binary()) return binary->unit_count();
  return static_cast<int>(states.levels().cols());
}

Samples::Samples(std::shared_ptr<const States> states, std::vector<Symbol> input, std::vector<Symbol> output,
                 std::span<const std::string> names, ContrastKind contrast)
    : states_(suitable(states, contrast)),
      input_(std::move(input)),
      output_(std::move(output)),
      contrasts_(contrast == ContrastKind::whole ? std::vector<Contrast>() : one_vs_rest(names)),
      table_(table_of(*states_, input_, output_, contrasts_, occupied_)) {
  if (states == states_) return;
  if (const auto* binary = states->binary()) {
    DistinctStates given = distinct_states(*binary);
    occupied_ = {std::move(given.counts), std::move(given.index)};
  } else {
    DistinctLevels given = distinct_levels(states->levels());
    occupied_ = {std::move(given.counts), std::move(given.index)};
  }
}

int Samples::contrast_count() const {
  return std::visit([](const auto& table) { return table.contrast_count(); }, table_);
}

RelaySamples Samples::relay_samples() const {
  return {std::visit([](const auto& states) { return StatesView(states); }, states_->of), input_, output_, contrasts_};
}

}  // namespace inforelay::python
