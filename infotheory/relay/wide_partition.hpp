// Internal: the states of many units for one contrast, divided by the units of Y_0 so far, with the total for each
// further unit kept up to date.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "infotheory/relay/relay_cell.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay::detail {

/// The states of a StateTable of any number of units, in cells that agree on Y_0: at first one cell, Y_0 empty.
/// Sums are integers in the fixed point of table.n_log_n(), so the order of additions does not matter.
class WidePartition {
 public:
  /// Refers to `table`. Counts all states, O(M K).
  WidePartition(const StateTable& table, int contrast);

  /// N I(X_in; X_out | Y_0 and k) for each of `units`, none of them in Y_0 -> [units].
  std::vector<std::uint64_t> totals_with(std::span<const int> units) const;
  /// Moves a unit into Y_0: divides the cells in which it varies and brings the totals up to date.
  void divide(int unit);

 private:
  struct Row {
    std::uint32_t index;  // in table.states()
    RelayCell cell;
  };
  // Rows [begin,end) of rows_. A cell with too many different parts for a table of them keeps, for each unit, the part
  // in which it is 1.
  struct Cell {
    std::size_t begin = 0, end = 0;
    RelayCell whole;
    bool live = false;              // neither pure nor a single row, so its total depends on the unit
    bool counted = false;           // live, and too large for a table
    std::vector<RelayCell> ones{};  // [64 W] if counted

    std::size_t size() const { return end - begin; }
  };

  Cell make_cell(std::size_t begin, std::size_t end);
  void replace(Cell& parent, Cell& small, Cell& large);
  // Adds a cell's contribution for each unit to the totals; sign -1 (modulo 2^64) subtracts it.
  void add(const Cell& cell, std::uint64_t sign);
  void add_by_table(const Cell& cell, std::uint64_t sign);
  void add_by_counts(const Cell& cell, std::uint64_t sign);
  template <class Visit>
  void for_each_one(const Cell& cell, Visit&& visit) const;

  const StateTable& table_;
  const std::uint64_t* f_;
  std::vector<Row> rows_;              // [M], those of a cell side by side
  std::vector<Cell> cells_;            // the live ones
  std::vector<std::uint64_t> totals_;  // [64 W], sums over the live cells; meaningless for units in Y_0 or past K
  std::uint64_t settled_ = 0;          // sum over the cells of a single row
};

}  // namespace inforelay::detail
