// Internal: the states of a LevelTable for one contrast, divided by the units of Y_0 so far, with the total for each
// further unit kept up to date. As wide_partition.hpp, for units of several levels and any number of symbols.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "infotheory/relay/pair_sums.hpp"
#include "infotheory/states/level_table.hpp"

namespace inforelay::detail {

/// Sums are integers in the fixed point of table.n_log_n(), so the order of additions does not matter.
class LevelPartition {
 public:
  /// Refers to `table`. Y_0 is empty. Evaluates all units, O(E K) for the E pairs of all states.
  LevelPartition(const LevelTable& table, int contrast);

  /// N I(X_in; X_out | Y_0 and k) for each of `units`, none of them in Y_0 -> [units].
  std::vector<std::uint64_t> totals_with(std::span<const int> units) const;
  /// Moves a unit into Y_0: divides the cells in which it varies and brings the totals up to date.
  void divide(int unit);

 private:
  // States [begin,end) of rows_, which agree on Y_0. Live: neither a single state nor pure, so its contribution depends
  // on the next unit.
  struct Cell {
    std::uint32_t begin, end;
    std::vector<std::uint64_t> parts{};  // [left_] its contribution for each unit that is left, if it is a large cell

    std::uint32_t size() const { return end - begin; }
  };

  std::uint8_t level(std::uint32_t row, int unit) const { return table_.states()(row, unit); }
  void sort_by_level(std::uint32_t begin, std::uint32_t end, int unit);
  bool is_pure(const Cell& cell) const;
  // Enters a new cell: settles it, drops it, or adds its contributions.
  void enter(std::uint32_t begin, std::uint32_t end);
  // Adds the contributions of a cell to the totals; sign -1 (modulo 2^64) subtracts them.
  void add(Cell& cell, std::uint64_t sign);
  void evaluate(const Cell& cell, std::vector<std::uint64_t>& parts);
  std::uint64_t information(std::span<const std::uint32_t> rows);

  const LevelTable& table_;
  NumberedPairs pairs_;
  PairSums sums_;
  std::vector<int> left_;              // the units not in Y_0, ascending
  std::vector<std::uint32_t> rows_;    // [M], those of a cell side by side
  std::vector<Cell> cells_;            // the live ones
  std::vector<std::uint64_t> totals_;  // [left_], sums over the live cells
  std::vector<std::uint64_t> parts_;   // [left_] scratch
  std::vector<std::uint32_t> sorted_;  // scratch: the rows of a cell by the level of a unit
  std::uint64_t settled_ = 0;          // sum over the cells of a single state
};

}  // namespace inforelay::detail
