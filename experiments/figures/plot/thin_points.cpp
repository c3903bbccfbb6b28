#include "experiments/figures/plot/thin_points.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <unordered_set>

namespace inforelay {
namespace {

int magnitude_of(std::uint32_t sets, int top) {
  int magnitude = 0;
  for (; sets >= 10 && magnitude < top; sets /= 10) ++magnitude;
  return magnitude;
}

}  // namespace

std::vector<std::size_t> thin_curve(std::span<const double> values, int columns, bool logarithmic) {
  const auto place = [&](std::size_t i) {
    const auto x = static_cast<double>(i + 1), end = static_cast<double>(values.size());
    const double fraction = logarithmic ? std::log(x) / std::log(std::max(end, 2.0)) : x / end;
    return std::min(static_cast<int>(fraction * columns), columns - 1);
  };
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < values.size();) {
    const int column = place(i);
    std::vector<std::size_t> here;  // finite values of this column
    for (; i < values.size() && place(i) == column; ++i) {
      if (std::isfinite(values[i])) here.push_back(i);
    }
    if (here.empty()) continue;
    const auto less = [&](std::size_t a, std::size_t b) { return values[a] < values[b]; };
    const auto [least, greatest] = std::minmax_element(here.begin(), here.end(), less);
    std::vector<std::size_t> four{here.front(), *least, *greatest, here.back()};
    std::sort(four.begin(), four.end());
    four.erase(std::unique(four.begin(), four.end()), four.end());
    kept.insert(kept.end(), four.begin(), four.end());
  }
  return kept;
}

int Intervals::of(double value) const {
  if (!(value >= low && value <= high)) return -1;
  return std::min(static_cast<int>((value - low) / (high - low) * count), count - 1);
}

RowMatrix<std::uint32_t> count_marks(std::span<const float> values, const Intervals& intervals) {
  assert(std::has_single_bit(values.size()));
  const int neurons = std::countr_zero(values.size());
  RowMatrix<std::uint32_t> marks = RowMatrix<std::uint32_t>::Zero(neurons + 1, intervals.count);
  for (std::size_t set = 0; set < values.size(); ++set) {
    const int interval = intervals.of(values[set]);
    if (interval >= 0) ++marks(std::popcount(set), interval);
  }
  return marks;
}

std::vector<MarkBar> join_marks(const RowMatrix<std::uint32_t>& marks, int top) {
  std::vector<MarkBar> bars;
  for (int column = 0; column < marks.rows(); ++column) {
    for (int i = 0; i < marks.cols(); ++i) {
      const std::uint32_t sets = marks(column, i);
      if (sets == 0) continue;
      const int magnitude = magnitude_of(sets, top);
      const bool joins = !bars.empty() && bars.back().column == column && bars.back().last == i - 1 &&
                         bars.back().magnitude == magnitude;
      if (!joins) bars.push_back({column, i, i, magnitude, 0});
      bars.back().last = i;
      bars.back().sets += sets;
    }
  }
  return bars;
}

std::vector<std::size_t> first_in_each_cell(std::span<const double> x, std::span<const double> y, double cell_width) {
  assert(x.size() == y.size());
  std::vector<std::size_t> kept;
  std::unordered_set<std::uint64_t> taken;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) continue;
    const auto cell = [&](double v) {
      return static_cast<std::uint32_t>(static_cast<std::int32_t>(std::floor(v / cell_width)));
    };
    if (taken.insert(std::uint64_t{cell(x[i])} << 32 | cell(y[i])).second) kept.push_back(i);
  }
  return kept;
}

}  // namespace inforelay
