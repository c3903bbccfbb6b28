#include "infotheory/states/level_cuts.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>

namespace inforelay {
namespace {

using detail::midpoint;

std::vector<float> sorted(std::span<const float> values) {
  std::vector<float> copy(values.begin(), values.end());
  std::sort(copy.begin(), copy.end());
  return copy;
}

/// The distinct values, ascending, with what k-means needs of the samples below each.
struct DistinctValues {
  std::vector<float> value;   // [d]
  std::vector<double> count;  // [d+1] samples among the first i values
  std::vector<double> sum;    // [d+1] of those samples, each less the mean of all

  explicit DistinctValues(std::span<const float> values) {
    const std::vector<float> ascending = sorted(values);
    // Differences from the first value lose nothing if the values are close together.
    const double origin = ascending.front();
    double total = 0;
    for (const float each : ascending) total += each - origin;
    const double mean = origin + total / static_cast<double>(ascending.size());
    count.push_back(0);
    sum.push_back(0);
    for (std::size_t i = 0; i < ascending.size(); ++i) {
      if (i == 0 || ascending[i] != ascending[i - 1]) {
        value.push_back(ascending[i]);
        count.push_back(count.back());
        sum.push_back(sum.back());
      }
      count.back() += 1;
      sum.back() += ascending[i] - mean;
    }
  }
  /// Sum of squares between the runs grows by this for the run of values [begin,end): what minimises the sum of squares
  /// within them maximises the sum of these.
  double gain(std::size_t begin, std::size_t end) const {
    const double difference = sum[end] - sum[begin];
    return difference * difference / (count[end] - count[begin]);
  }
};

/// One row of the dynamic programming: the best division of the first j values into m runs, from those into m-1 runs.
/// The lowest best start of the last run does not fall with j, which divide and conquer uses.
class KMeansRow {
 public:
  KMeansRow(const DistinctValues& values, std::size_t runs, const std::vector<double>& before,
            std::vector<double>& best, std::vector<std::uint32_t>& start)
      : values_(values), runs_(runs), before_(before), best_(best), start_(start) {}

  /// For j in [low,high], whose starts are known to be in [first,last].
  void fill(std::size_t low, std::size_t high, std::size_t first, std::size_t last) {
    if (low > high) return;
    const std::size_t j = low + (high - low) / 2;
    best_[j] = -1;
    for (std::size_t i = std::max(first, runs_ - 1); i <= std::min(last, j - 1); ++i) {
      const double total = before_[i] + values_.gain(i, j);
      if (total > best_[j]) {
        best_[j] = total;
        start_[j] = static_cast<std::uint32_t>(i);
      }
    }
    if (j > low) fill(low, j - 1, first, start_[j]);
    fill(j + 1, high, start_[j], last);
  }

 private:
  const DistinctValues& values_;
  std::size_t runs_;
  const std::vector<double>& before_;
  std::vector<double>& best_;
  std::vector<std::uint32_t>& start_;
};

}  // namespace

std::vector<double> kmeans_cuts(std::span<const float> values, int levels) {
  assert(!values.empty() && 2 <= levels && levels <= 256);
  const DistinctValues distinct(values);
  const std::size_t d = distinct.value.size(), runs = std::min(static_cast<std::size_t>(levels), d);
  std::vector<double> before(d + 1), best(d + 1);
  for (std::size_t j = 1; j <= d; ++j) before[j] = distinct.gain(0, j);
  std::vector<std::vector<std::uint32_t>> start(runs + 1);
  for (std::size_t m = 2; m <= runs; ++m) {
    start[m].resize(d + 1);
    KMeansRow(distinct, m, before, best, start[m]).fill(m, d, m - 1, d - 1);
    before.swap(best);
  }
  std::vector<double> cuts(static_cast<std::size_t>(levels) - 1, distinct.value.back());
  std::size_t end = d;
  for (std::size_t m = runs; m >= 2; --m) {
    end = start[m][end];
    cuts[m - 2] = midpoint(distinct.value[end - 1], distinct.value[end]);
  }
  return cuts;
}

std::vector<double> equal_population_cuts(std::span<const float> values, int levels) {
  assert(!values.empty() && 2 <= levels && levels <= 256);
  const std::vector<float> ascending = sorted(values);
  std::vector<std::uint64_t> places;  // samples below each place between different values
  for (std::size_t i = 1; i < ascending.size(); ++i)
    if (ascending[i - 1] != ascending[i]) places.push_back(i);
  std::vector<double> cuts(static_cast<std::size_t>(levels) - 1, ascending.back());
  if (places.empty()) return cuts;
  const auto parts = static_cast<std::uint64_t>(levels);
  for (std::uint64_t j = 1; j < parts; ++j) {
    const std::uint64_t wanted = j * ascending.size();  // in units of a sample / levels, so whole
    const auto above = std::lower_bound(places.begin(), places.end(), wanted,
                                        [&](std::uint64_t place, std::uint64_t at) { return place * parts < at; });
    const bool lower =
        above == places.end() || (above != places.begin() && wanted - *(above - 1) * parts <= *above * parts - wanted);
    const std::uint64_t place = lower ? *(above - 1) : *above;
    cuts[j - 1] = midpoint(ascending[place - 1], ascending[place]);
  }
  return cuts;
}

std::vector<double> equal_width_cuts(std::span<const float> values, int levels) {
  assert(!values.empty() && 2 <= levels && levels <= 256);
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  const double low = *least, width = *greatest - low;
  std::vector<double> cuts;
  for (int j = 1; j < levels; ++j) cuts.push_back(low + width * j / levels);
  return cuts;
}

}  // namespace inforelay
