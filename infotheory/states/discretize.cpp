#include "infotheory/states/discretize.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/sets/neuron_set.hpp"

namespace inforelay {
namespace {

constexpr std::size_t samples_per_block = 1024;

// Differences from the first value, so that a constant column's mean is its value exactly.
double mean_of(std::span<const float> values) {
  const double origin = values.front();
  double sum = 0;
  for (const float value : values) sum += value - origin;
  return origin + sum / static_cast<double>(values.size());
}

double midpoint(float low, float high) { return (static_cast<double>(low) + static_cast<double>(high)) / 2; }

double median_of(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return midpoint(*std::max_element(values.begin(), middle), *middle);
}

// Two centres of a clustering, and the sum of squares around them.
struct TwoCenters {
  double low = 0, high = 0, inertia = 0;
  double cut() const { return low + (high - low) / 2; }
};

// The first centre is any value, the second is drawn in proportion to its squared distance.
TwoCenters plus_plus_start(std::span<const float> values, RandomStream& random) {
  const double first = values[random.below(values.size())];
  const auto weight = [&](float value) { return (value - first) * (value - first); };
  double total = 0;
  for (const float value : values) total += weight(value);
  double left = random.uniform(0, total);
  double second = first;
  for (const float value : values) {
    if (weight(value) == 0) continue;
    second = value;
    left -= weight(value);
    if (left < 0) break;
  }
  return {.low = std::min(first, second), .high = std::max(first, second)};
}

// Means either side of the cut. Both sides have values: the centres are two different values, or means of either side.
TwoCenters lloyd_step(std::span<const float> values, const TwoCenters& centers) {
  const double cut = centers.cut();
  double sum_low = 0, sum_high = 0;
  std::size_t low = 0;
  for (const float value : values) {
    (value > cut ? sum_high : sum_low) += value;
    low += value > cut ? 0 : 1;
  }
  return {.low = sum_low / static_cast<double>(low), .high = sum_high / static_cast<double>(values.size() - low)};
}

double threshold_of(std::vector<float>& values, const DiscretizeOptions& options, std::size_t unit) {
  switch (options.method) {
    case Discretization::kmeans_iterated:
      return iterated_two_means_threshold(values, options.random.child(unit));
    case Discretization::kmeans:
      return two_means_threshold(values);
    case Discretization::median:
      return median_of(values);
    case Discretization::mean:
      return mean_of(values);
    case Discretization::sign:
      return 0;
    case Discretization::threshold:
      break;
  }
  return options.threshold;
}

void check(const RowMatrix<float>& values) {
  check_bounded<DataError>(values.rows() >= 1, "discretize: the number of samples", values.rows(), "at least 1");
  check_finite<DataError>(values, "discretize: value of unit");
}

}  // namespace

double two_means_threshold(std::span<const float> values) {
  assert(!values.empty());
  std::vector<float> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  if (sorted.front() == sorted.back()) return sorted.front();

  // With s_i the sum of the i lowest values less their overall mean, the sum of squares between the
  // clusters is n s_i^2 / (i (n - i)); the cut that maximises it minimises the sum of squares within them. A cut
  // between equal values is never the best.
  const std::size_t n = sorted.size();
  const double center = mean_of(sorted);
  double sum = 0, best_score = -1;
  std::size_t best_cut = 0;
  for (std::size_t i = 1; i < n; ++i) {
    sum += sorted[i - 1] - center;
    if (sorted[i - 1] == sorted[i]) continue;
    const double score = sum * sum / (static_cast<double>(i) * static_cast<double>(n - i));
    if (score > best_score) {
      best_score = score;
      best_cut = i;
    }
  }
  return midpoint(sorted[best_cut - 1], sorted[best_cut]);
}

double iterated_two_means_threshold(std::span<const float> values, RandomStream random) {
  assert(!values.empty());
  constexpr int starts = 10, most_iterations = 300;
  constexpr double shift_tolerance = 1e-4;
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  if (*least == *greatest) return *least;
  const double mean = mean_of(values);
  double squares = 0;
  for (const float value : values) squares += (value - mean) * (value - mean);
  const double tolerance = shift_tolerance * squares / static_cast<double>(values.size());

  TwoCenters best;
  for (int start = 0; start < starts; ++start) {
    TwoCenters centers = plus_plus_start(values, random);
    for (int i = 0; i < most_iterations; ++i) {
      const TwoCenters next = lloyd_step(values, centers);
      const double low = next.low - centers.low, high = next.high - centers.high;
      centers = next;
      if (low * low + high * high <= tolerance) break;
    }
    const double cut = centers.cut();
    for (const float value : values) {
      const double distance = value - (value > cut ? centers.high : centers.low);
      centers.inertia += distance * distance;
    }
    if (start == 0 || centers.inertia < best.inertia) best = centers;
  }
  return best.cut();
}

std::vector<double> thresholds(const RowMatrix<float>& values, const DiscretizeOptions& options,
                               const Progress& progress) {
  check(values);
  if (!std::isfinite(options.threshold)) {
    throw UsageError("discretize: threshold is {}, expected a finite number", options.threshold);
  }
  std::vector<double> cuts(static_cast<std::size_t>(values.cols()));
  parallel_blocks(cuts.size(), [&](std::size_t block) {
    progress.check();
    const auto unit = static_cast<Eigen::Index>(block);
    std::vector<float> column(static_cast<std::size_t>(values.rows()));
    for (Eigen::Index sample = 0; sample < values.rows(); ++sample) {
      column[static_cast<std::size_t>(sample)] = values(sample, unit);
    }
    cuts[block] = threshold_of(column, options, block);
  });
  return cuts;
}

UnitStates discretize(const RowMatrix<float>& values, std::span<const double> thresholds) {
  check(values);
  if (static_cast<Eigen::Index>(thresholds.size()) != values.cols()) {
    throw UsageError("discretize: {} thresholds for {} units, expected one for each", thresholds.size(), values.cols());
  }
  for (std::size_t unit = 0; unit < thresholds.size(); ++unit) {
    if (!std::isfinite(thresholds[unit])) {
      throw UsageError("discretize: threshold of unit {} is {}, expected a finite number", unit, thresholds[unit]);
    }
  }
  check_range("discretize: the number of units", values.cols(), 1, UnitStates::max_units);
  const auto samples = static_cast<std::size_t>(values.rows());
  UnitStates states(samples, static_cast<int>(values.cols()));
  parallel_blocks(BlockRange::count(samples_per_block, samples), [&](std::size_t block) {
    const BlockRange range(block, samples_per_block, samples);
    for (std::size_t sample = range.begin; sample < range.end; ++sample) {
      const auto row = static_cast<Eigen::Index>(sample);
      for (Eigen::Index unit = 0; unit < values.cols(); ++unit) {
        if (values(row, unit) > thresholds[static_cast<std::size_t>(unit)]) states.set(sample, static_cast<int>(unit));
      }
    }
  });
  return states;
}

DiscretizedStates discretize(const RowMatrix<float>& values, const DiscretizeOptions& options,
                             const Progress& progress) {
  DiscretizedStates result;
  result.thresholds = thresholds(values, options, progress);
  result.states = discretize(values, result.thresholds);
  return result;
}

}  // namespace inforelay
