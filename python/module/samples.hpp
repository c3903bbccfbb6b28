// What relay information is computed from: discrete states of units with the symbols of each sample.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/recording.hpp"
#include "infotheory/significance/rearrangement.hpp"
#include "infotheory/states/contrast.hpp"
#include "infotheory/states/level_table.hpp"
#include "infotheory/states/state_table.hpp"
#include "infotheory/states/unit_states.hpp"

namespace inforelay::python {

/// [N,K].
struct States {
  std::variant<UnitStates, RowMatrix<std::uint8_t>> of;  ///< two levels, or up to 256

  const UnitStates* binary() const { return std::get_if<UnitStates>(&of); }
  const RowMatrix<std::uint8_t>& levels() const { return std::get<RowMatrix<std::uint8_t>>(of); }
};

std::size_t sample_count(const States& states);
int unit_count(const States& states);

/// States with an input and an output symbol for each sample, for the contrasts of these symbols.
class Samples {
  struct Occupied {
    std::vector<std::uint32_t> counts, index;
  };

 public:
  /// `names` [C] of the symbols; input and output [N] below C. Levels are taken for binary states if all are 0 or 1 and
  /// the contrast is one_vs_rest, for which there is faster code, as the program does. Errors of StateTable.
  Samples(std::shared_ptr<const States> states, std::vector<Symbol> input, std::vector<Symbol> output,
          std::span<const std::string> names, ContrastKind contrast);

  const std::variant<StateTable, LevelTable>& table() const { return table_; }
  int unit_count() const { return python::unit_count(*states_); }
  int contrast_count() const;
  std::size_t sample_count() const { return input_.size(); }
  std::span<const Symbol> input() const { return input_; }
  std::span<const Symbol> output() const { return output_; }
  // Of the states as they were given, in whose order the program adds up their entropy.
  std::span<const std::uint32_t> state_counts() const { return occupied_.counts; }  ///< [M] of the distinct states
  std::span<const std::uint32_t> state_index() const { return occupied_.index; }    ///< [N] of each sample's state

  /// States, symbols and contrasts in the form that permutation tests, bootstrap and subsampling take. It refers to
  /// this object, which must outlive it.
  RelaySamples relay_samples() const;

 private:
  std::shared_ptr<const States> states_;
  std::vector<Symbol> input_, output_;
  std::vector<Contrast> contrasts_;  // empty: whole
  Occupied occupied_;
  std::variant<StateTable, LevelTable> table_;
};

}  // namespace inforelay::python
