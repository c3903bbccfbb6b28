// Internal: the samples of one class, divided by the neurons of Y_0 so far, and what each further neuron would leave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "infotheory/relay/relay_cell.hpp"
#include "infotheory/states/bit_states.hpp"

namespace inforelay::detail {

/// The rows of a BitStateTable as class `cls` sees them, in cells that agree on Y_0: at first one cell, Y_0 empty.
/// Sums are whole numbers in the fixed point of table.n_log_n(), so no order of additions shows in them.
class WidePartition {
 public:
  /// Refers to `table`. Counts all rows, O(M K).
  WidePartition(const BitStateTable& table, int cls);

  /// N I(X_in; X_out), as long as Y_0 is empty.
  std::uint64_t total_given_none() const { return given_none_; }
  /// N I(X_in; X_out | all neurons).
  std::uint64_t total_given_all() const { return given_all_; }
  /// N I(X_in; X_out | Y_0 and neuron k); k not in Y_0.
  std::uint64_t total_with(int neuron) const { return settled_ + totals_[static_cast<std::size_t>(neuron)]; }
  /// Moves a neuron into Y_0: divides the cells in which it varies and brings the totals up to date.
  void divide(int neuron);

 private:
  struct Row {
    std::uint32_t index;  // in table.rows()
    RelayCell cell;
  };
  // Rows [begin,end) of rows_. A cell with too many different parts for a table of them keeps, for each neuron, the
  // part in which that is 1.
  struct Cell {
    std::size_t begin = 0, end = 0;
    RelayCell whole;
    bool live = false;              // neither pure nor a single row: what neurons would leave of it differs
    bool counted = false;           // live, and too large for a table
    std::vector<RelayCell> ones{};  // [64 W] where it is counted

    std::size_t size() const { return end - begin; }
  };

  Cell make_cell(std::size_t begin, std::size_t end);
  void replace(Cell& parent, Cell& small, Cell& large);
  // Add what neurons would leave of a cell to the totals; sign -1 (modulo 2^64) takes it away.
  void add(const Cell& cell, std::uint64_t sign);
  void add_by_table(const Cell& cell, std::uint64_t sign);
  void add_by_counts(const Cell& cell, std::uint64_t sign);
  template <class Take>
  void for_each_one(const Cell& cell, Take&& take) const;

  const BitStateTable& table_;
  const std::uint64_t* f_;
  std::vector<Row> rows_;              // [M], those of a cell side by side
  std::vector<Cell> cells_;            // the live ones
  std::vector<std::uint64_t> totals_;  // [64 W], sums over the live cells; without meaning for neurons in Y_0 or past K
  std::uint64_t settled_ = 0;          // of the cells that are a single row
  std::uint64_t given_none_ = 0, given_all_ = 0;
};

}  // namespace inforelay::detail
