#include "experiments/page/set_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

#include "core/error.hpp"

namespace inforelay {
namespace {

// part / all in 255ths, rounded; 0 of none alone and 255 of all alone, so that these are known for certain.
std::uint8_t in_255ths(std::uint64_t part, std::uint64_t all) {
  if (part == 0 || part == all) return part == 0 ? 0 : 255;
  return static_cast<std::uint8_t>(std::clamp<std::uint64_t>((2 * 255 * part + all) / (2 * all), 1, 254));
}

// cell_of(set) in [0,cells).
template <class CellOf>
SetGrid grid(std::size_t sets, std::size_t cells, int units, CellOf cell_of) {
  const auto k = static_cast<std::size_t>(units);
  std::vector<std::uint32_t> count(cells), with_unit(cells * k);
  for (std::size_t set = 0; set < sets; ++set) {
    const std::size_t cell = cell_of(set);
    ++count[cell];
    for (std::size_t rest = set; rest != 0; rest &= rest - 1)
      ++with_unit[cell * k + static_cast<std::size_t>(std::countr_zero(rest))];
  }
  SetGrid grid;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    if (count[cell] == 0) continue;
    grid.cell.push_back(static_cast<std::uint32_t>(cell));
    grid.count.push_back(count[cell]);
    for (std::size_t unit = 0; unit < k; ++unit) {
      grid.share.push_back(in_255ths(with_unit[cell * k + unit], count[cell]));
    }
  }
  return grid;
}

std::size_t size_of(std::size_t set) { return static_cast<std::size_t>(std::popcount(set)); }

}  // namespace

BinnedValue::BinnedValue(std::span<const float> all, int count) : values(all), bins(count) {
  if (!std::has_single_bit(all.size()))
    throw DataError(fmt::format("results: a table of all sets has {} values, expected a power of 2", all.size()));
  for (const float value : all) {
    if (!std::isfinite(value)) throw DataError(fmt::format("results: a table of all sets holds {}", value));
  }
  const auto [least, greatest] = std::minmax_element(all.begin(), all.end());
  low = *least;
  high = *greatest;
}

SetGrid size_grid(const BinnedValue& value, int units) {
  const auto bins = static_cast<std::size_t>(value.bins);
  return grid(value.values.size(), (static_cast<std::size_t>(units) + 1) * bins, units,
              [&](std::size_t set) { return size_of(set) * bins + static_cast<std::size_t>(value.bin(set)); });
}

SetGrid value_grid(const BinnedValue& x, const BinnedValue& y, int units) {
  const auto bins = static_cast<std::size_t>(y.bins);
  return grid(x.values.size(), static_cast<std::size_t>(x.bins) * bins, units, [&](std::size_t set) {
    return static_cast<std::size_t>(x.bin(set)) * bins + static_cast<std::size_t>(y.bin(set));
  });
}

std::vector<std::uint32_t> size_histogram(const BinnedValue& value, int units) {
  const auto bins = static_cast<std::size_t>(value.bins);
  std::vector<std::uint32_t> count((static_cast<std::size_t>(units) + 1) * bins);
  for (std::size_t set = 0; set < value.values.size(); ++set)
    ++count[size_of(set) * bins + static_cast<std::size_t>(value.bin(set))];
  return count;
}

}  // namespace inforelay
