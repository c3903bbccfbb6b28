#include "infotheory/relay/wide_partition.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace inforelay::detail {
namespace {

constexpr std::size_t words_at_once = 16;  // of a row: the part numbers of their units are 1 KiB

/// The samples of a cell by X_in and X_out: both 0, X_out only, X_in only, both 1.
std::array<std::uint64_t, 4> kinds(const RelayCell& cell) {
  return {cell.n() - cell.a() - cell.b() + cell.ab(), cell.b() - cell.ab(), cell.a() - cell.ab(), cell.ab()};
}

/// Numbers the parts of a cell, with the counts of the four kinds of sample as digits. If all numbers fit in a byte,
/// the contribution of each part is tabulated.
struct PartNumbers {
  static constexpr std::uint64_t most = 256;
  std::array<std::uint64_t, 4> step{};  // value of one sample of each kind
  std::uint64_t count = 1;              // number of parts; if above `most`, not counted to the end

  explicit PartNumbers(const RelayCell& whole) {
    const auto samples = kinds(whole);
    for (std::size_t i = 0; i < 4 && count <= most; ++i) {
      step[i] = count;
      count *= samples[i] + 1;
    }
  }
  std::uint64_t number(const RelayCell& part) const {
    const auto samples = kinds(part);
    return samples[0] * step[0] + samples[1] * step[1] + samples[2] * step[2] + samples[3] * step[3];
  }
  RelayCell part(std::uint64_t number) const {
    std::array<std::uint32_t, 4> samples{};
    for (std::size_t i = 4; i-- > 0; number %= step[i]) samples[i] = static_cast<std::uint32_t>(number / step[i]);
    const auto [neither, output, input, both] = samples;
    return RelayCell(neither + output + input + both, {input + both, output + both, both});
  }
};

/// The bits of a byte as the bytes of a word.
constexpr std::array<std::uint64_t, 256> spread_bits = [] {
  std::array<std::uint64_t, 256> spread{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    for (std::size_t bit = 0; bit < 8; ++bit) spread[byte] |= std::uint64_t{byte >> bit & 1u} << 8 * bit;
  }
  return spread;
}();

}  // namespace

WidePartition::WidePartition(const StateTable& table, int contrast) : table_(table), f_(table.n_log_n().data()) {
  const auto counts = table.contrast_counts(contrast);
  rows_.reserve(table.size());
  for (std::size_t i = 0; i < table.size(); ++i)
    rows_.push_back({static_cast<std::uint32_t>(i), RelayCell(table.counts()[i], counts[i])});
  totals_.assign(64 * table.states().words_per_sample(), 0);
  Cell cell = make_cell(0, rows_.size());
  if (!cell.live) return;
  if (cell.counted) {
    cell.ones.resize(totals_.size());
    for_each_one(cell, [&](std::size_t k, const RelayCell& row) { cell.ones[k] += row; });
  }
  add(cell, 1);
  cells_.push_back(std::move(cell));
}

std::vector<std::uint64_t> WidePartition::totals_with(std::span<const int> units) const {
  std::vector<std::uint64_t> totals;
  for (const int unit : units) totals.push_back(settled_ + totals_[static_cast<std::size_t>(unit)]);
  return totals;
}

void WidePartition::divide(int unit) {
  const UnitStates& states = table_.states();
  std::vector<Cell> old;
  old.swap(cells_);
  for (Cell& cell : old) {
    const auto at = [&](std::size_t i) { return rows_.begin() + static_cast<std::ptrdiff_t>(i); };
    const auto middle =
        std::partition(at(cell.begin), at(cell.end), [&](const Row& row) { return !states.bit(row.index, unit); });
    const auto cut = static_cast<std::size_t>(middle - rows_.begin());
    if (cut == cell.begin || cut == cell.end) {
      cells_.push_back(std::move(cell));
      continue;
    }
    Cell zero = make_cell(cell.begin, cut), one = make_cell(cut, cell.end);
    if (zero.size() < one.size())
      replace(cell, zero, one);
    else
      replace(cell, one, zero);
  }
}

WidePartition::Cell WidePartition::make_cell(std::size_t begin, std::size_t end) {
  Cell cell;
  cell.begin = begin;
  cell.end = end;
  for (std::size_t i = begin; i < end; ++i) cell.whole += rows_[i].cell;
  const bool single = cell.size() == 1;
  cell.live = !single && !cell.whole.is_pure();
  if (single) settled_ += cell.whole.information(f_);
  cell.counted = cell.live && PartNumbers(cell.whole).count > PartNumbers::most;
  return cell;
}

// The counts of the small cell are made from its rows; those of the large one remain when they are subtracted from the
// parent's, in place. So a row is counted at most log2 M times.
void WidePartition::replace(Cell& parent, Cell& small, Cell& large) {
  add(parent, ~std::uint64_t{0});
  if (small.counted) {
    small.ones.resize(totals_.size());
    for_each_one(small, [&](std::size_t k, const RelayCell& row) { small.ones[k] += row; });
  }
  if (large.counted) {
    large.ones = std::move(parent.ones);
    if (small.counted) {
      for (std::size_t k = 0; k < large.ones.size(); ++k) large.ones[k] = large.ones[k] - small.ones[k];
    } else {
      for_each_one(small, [&](std::size_t k, const RelayCell& row) { large.ones[k] = large.ones[k] - row; });
    }
  }
  for (Cell* cell : {&small, &large}) {
    if (!cell->live) continue;
    add(*cell, 1);
    cells_.push_back(std::move(*cell));
  }
}

void WidePartition::add(const Cell& cell, std::uint64_t sign) {
  if (cell.counted)
    add_by_counts(cell, sign);
  else
    add_by_table(cell, sign);
}

void WidePartition::add_by_counts(const Cell& cell, std::uint64_t sign) {
  for (std::size_t k = 0; k < totals_.size(); ++k) {
    totals_[k] += sign * (cell.ones[k].information(f_) + (cell.whole - cell.ones[k]).information(f_));
  }
}

// Adds up the numbers of the rows in which each unit is 1, eight units to a word. They never carry, since no part has a
// number above that of the whole.
void WidePartition::add_by_table(const Cell& cell, std::uint64_t sign) {
  const PartNumbers numbers(cell.whole);
  std::array<std::uint64_t, PartNumbers::most> left;
  for (std::uint64_t i = 0; i < numbers.count; ++i) {
    const RelayCell part = numbers.part(i);
    left[i] = sign * (part.information(f_) + (cell.whole - part).information(f_));
  }
  const std::size_t words = totals_.size() / 64;
  for (std::size_t first = 0; first < words; first += words_at_once) {
    const std::size_t end = std::min(first + words_at_once, words);
    std::array<std::uint64_t, 8 * words_at_once> lanes{};
    for (std::size_t i = cell.begin; i < cell.end; ++i) {
      const std::uint64_t number = numbers.number(rows_[i].cell);
      const auto row = table_.states().row(rows_[i].index);
      std::uint64_t* lane = lanes.data();
      for (std::size_t w = first; w < end; ++w) {
        for (std::size_t byte = 0; byte < 8; ++byte) *lane++ += spread_bits[row[w] >> 8 * byte & 255u] * number;
      }
    }
    std::uint64_t* total = &totals_[64 * first];
    for (std::size_t lane = 0; lane < 8 * (end - first); ++lane) {
      for (std::size_t bit = 0; bit < 8; ++bit) *total++ += left[lanes[lane] >> 8 * bit & 255u];
    }
  }
}

// Calls visit(k, its samples) for every row of a cell and each unit k, without samples if the unit is 0.
template <class Visit>
void WidePartition::for_each_one(const Cell& cell, Visit&& visit) const {
  for (std::size_t i = cell.begin; i < cell.end; ++i) {
    const auto row = table_.states().row(rows_[i].index);
    for (std::size_t w = 0; w < row.size(); ++w) {
      for (std::size_t bit = 0; bit < 64; ++bit) visit(64 * w + bit, rows_[i].cell.where((row[w] >> bit & 1u) != 0));
    }
  }
}

}  // namespace inforelay::detail
