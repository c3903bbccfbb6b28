#include "infotheory/relay/level_partition.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <numeric>
#include <utility>

namespace inforelay::detail {
namespace {

/// From this many states on, a cell keeps its contributions, which take 8 K bytes; of smaller ones they are computed
/// again when the cell is divided.
constexpr std::uint32_t large_cell = 64;

/// Below this many states, sorting by insertion is faster than counting 256 levels.
constexpr std::size_t few_rows = 48;

}  // namespace

LevelPartition::LevelPartition(const LevelTable& table, int contrast)
    : table_(table),
      pairs_(table, contrast),
      sums_(pairs_, table.n_log_n().data()),
      left_(static_cast<std::size_t>(table.unit_count())),
      rows_(table.size()),
      totals_(left_.size(), 0) {
  std::iota(left_.begin(), left_.end(), 0);
  std::iota(rows_.begin(), rows_.end(), 0u);
  enter(0, static_cast<std::uint32_t>(rows_.size()));
}

std::vector<std::uint64_t> LevelPartition::totals_with(std::span<const int> units) const {
  std::vector<std::uint64_t> totals;
  for (const int unit : units) {
    const auto place = std::lower_bound(left_.begin(), left_.end(), unit);
    assert(place != left_.end() && *place == unit);
    totals.push_back(settled_ + totals_[static_cast<std::size_t>(place - left_.begin())]);
  }
  return totals;
}

void LevelPartition::divide(int unit) {
  std::vector<Cell> old;
  old.swap(cells_);
  std::vector<Cell> divided;
  for (Cell& cell : old) {
    sort_by_level(cell.begin, cell.end, unit);
    if (level(rows_[cell.begin], unit) == level(rows_[cell.end - 1], unit)) {
      cells_.push_back(std::move(cell));
    } else {
      add(cell, ~std::uint64_t{0});
      divided.push_back({cell.begin, cell.end});
    }
  }
  const auto place = std::lower_bound(left_.begin(), left_.end(), unit) - left_.begin();
  left_.erase(left_.begin() + place);
  totals_.erase(totals_.begin() + place);
  for (Cell& cell : cells_) {
    if (!cell.parts.empty()) cell.parts.erase(cell.parts.begin() + place);
  }
  for (const Cell& cell : divided) {
    for (std::uint32_t begin = cell.begin; begin < cell.end;) {
      std::uint32_t end = begin + 1;
      while (end < cell.end && level(rows_[end], unit) == level(rows_[begin], unit)) ++end;
      enter(begin, end);
      begin = end;
    }
  }
}

void LevelPartition::sort_by_level(std::uint32_t begin, std::uint32_t end, int unit) {
  const auto at = [&](std::uint32_t i) { return rows_.begin() + static_cast<std::ptrdiff_t>(i); };
  const std::uint8_t first = level(rows_[begin], unit);
  if (std::all_of(at(begin), at(end), [&](std::uint32_t row) { return level(row, unit) == first; })) return;
  std::sort(at(begin), at(end), [&](std::uint32_t x, std::uint32_t y) { return level(x, unit) < level(y, unit); });
}

bool LevelPartition::is_pure(const Cell& cell) const {
  const NumberedPairs::Entry& first = pairs_.entries[pairs_.begin[rows_[cell.begin]]];
  bool same_input = true, same_output = true;
  for (std::uint32_t i = cell.begin; i < cell.end && (same_input || same_output); ++i) {
    for (std::uint32_t e = pairs_.begin[rows_[i]]; e < pairs_.begin[rows_[i] + 1]; ++e) {
      same_input &= pairs_.entries[e].input == first.input;
      same_output &= pairs_.entries[e].output == first.output;
    }
  }
  return same_input || same_output;
}

void LevelPartition::enter(std::uint32_t begin, std::uint32_t end) {
  Cell cell{begin, end};
  if (cell.size() == 1) {
    settled_ += information(std::span(rows_).subspan(begin, 1));
  } else if (!is_pure(cell)) {
    add(cell, 1);
    cells_.push_back(std::move(cell));
  }
}

void LevelPartition::add(Cell& cell, std::uint64_t sign) {
  if (cell.parts.empty()) evaluate(cell, parts_);
  const std::vector<std::uint64_t>& parts = cell.parts.empty() ? parts_ : cell.parts;
  for (std::size_t k = 0; k < totals_.size(); ++k) totals_[k] += sign * parts[k];
  if (cell.size() >= large_cell && cell.parts.empty()) cell.parts = parts_;
}

void LevelPartition::evaluate(const Cell& cell, std::vector<std::uint64_t>& parts) {
  const std::span<const std::uint32_t> rows = std::span<const std::uint32_t>(rows_).subspan(cell.begin, cell.size());
  parts.resize(left_.size());
  const std::uint64_t together = information(rows);
  if (rows.size() == 2) {
    const std::uint64_t apart = information(rows.first(1)) + information(rows.last(1));
    for (std::size_t k = 0; k < left_.size(); ++k)
      parts[k] = level(rows[0], left_[k]) == level(rows[1], left_[k]) ? together : apart;
    return;
  }
  sorted_.resize(rows.size());
  for (std::size_t k = 0; k < left_.size(); ++k) {
    const int unit = left_[k];
    if (rows.size() < few_rows) {
      std::copy(rows.begin(), rows.end(), sorted_.begin());
      for (std::size_t i = 1; i < sorted_.size(); ++i) {
        const std::uint32_t row = sorted_[i];
        std::size_t j = i;
        for (; j > 0 && level(sorted_[j - 1], unit) > level(row, unit); --j) sorted_[j] = sorted_[j - 1];
        sorted_[j] = row;
      }
    } else {
      std::array<std::uint32_t, 257> begin{};
      for (const std::uint32_t row : rows) ++begin[level(row, unit) + std::size_t{1}];
      std::partial_sum(begin.begin(), begin.end(), begin.begin());
      for (const std::uint32_t row : rows) sorted_[begin[level(row, unit)]++] = row;
    }
    if (level(sorted_.front(), unit) == level(sorted_.back(), unit)) {
      parts[k] = together;
      continue;
    }
    std::uint64_t sum = 0;
    for (std::size_t first = 0; first < sorted_.size();) {
      std::size_t last = first + 1;
      while (last < sorted_.size() && level(sorted_[last], unit) == level(sorted_[first], unit)) ++last;
      sum += information(std::span<const std::uint32_t>(sorted_).subspan(first, last - first));
      first = last;
    }
    parts[k] = sum;
  }
}

std::uint64_t LevelPartition::information(std::span<const std::uint32_t> rows) {
  for (const std::uint32_t row : rows) sums_.add(row);
  const std::uint64_t sum = sums_.information();
  for (const std::uint32_t row : rows) sums_.forget(row);
  return sum;
}

}  // namespace inforelay::detail
