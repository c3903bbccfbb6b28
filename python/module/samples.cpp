#include "python/module/samples.hpp"

#include <utility>

#include "core/error.hpp"

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

std::variant<StateTable, LevelTable> table_of(const States& states, std::span<const Symbol> input,
                                              std::span<const Symbol> output, std::span<const Contrast> contrasts,
                                              std::vector<std::uint32_t>& index) {
  if (const auto* binary = states.binary()) {
    DistinctStates distinct = distinct_states(*binary);
    index = distinct.index;
    return StateTable(std::move(distinct), input, output, contrasts);
  }
  DistinctLevels distinct = distinct_levels(states.levels());
  LevelTable table(distinct, input, output, contrasts);
  index = std::move(distinct.index);
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
    : states_(suitable(std::move(states), contrast)),
      input_(std::move(input)),
      output_(std::move(output)),
      contrasts_(contrast == ContrastKind::whole ? std::vector<Contrast>() : one_vs_rest(names)),
      table_(table_of(*states_, input_, output_, contrasts_, index_)) {}

int Samples::contrast_count() const {
  return std::visit([](const auto& table) { return table.contrast_count(); }, table_);
}

std::span<const std::uint32_t> Samples::state_counts() const {
  return std::visit([](const auto& table) { return table.counts(); }, table_);
}

RelaySamples Samples::binary() const {
  const auto* states = states_->binary();
  if (states == nullptr)
    throw UsageError(
        "significance: units of several levels or contrast whole, expected units of two levels and contrast "
        "one_vs_rest");
  return {*states, input_, output_, contrasts_};
}

}  // namespace inforelay::python
