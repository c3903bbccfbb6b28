#include "infotheory/states/discretize.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string_view>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/sets/neuron_set.hpp"
#include "infotheory/states/discretize_view.hpp"
#include "infotheory/states/level_cuts.hpp"

namespace inforelay {
namespace {

constexpr std::size_t samples_per_block = 1024;
constexpr std::size_t most_cuts = 255;  // their levels fit in a byte

// Differences from the first value, so that a constant column's mean is its value exactly.
double mean_of(std::span<const float> values) {
  const double origin = values.front();
  double sum = 0;
  for (const float value : values) sum += value - origin;
  return origin + sum / static_cast<double>(values.size());
}

using detail::midpoint;

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

/// The cuts of one unit, level_count() - 1 of them. Changes the order of `values`.
std::vector<double> cuts_of(std::vector<float>& values, const DiscretizeOptions& options, std::size_t unit) {
  const auto levels = static_cast<int>(options.levels);
  switch (options.method) {
    case Discretization::kmeans_iterated:
      return {iterated_two_means_threshold(values, options.random.child(unit))};
    case Discretization::kmeans:
      if (levels > 2) return kmeans_cuts(values, levels);
      return {two_means_threshold(values)};
    case Discretization::median:
      return {median_of(values)};
    case Discretization::mean:
      return {mean_of(values)};
    case Discretization::sign:
      return {0};
    case Discretization::threshold:
      return {options.threshold};
    case Discretization::edges:
      return options.edges;
    case Discretization::equal_width:
      return equal_width_cuts(values, levels);
    case Discretization::equal_population:
      return equal_population_cuts(values, levels);
    case Discretization::symbols:
      break;
  }
  return {};
}

void check_edges(const std::vector<double>& edges) {
  if (edges.empty() || edges.size() > most_cuts)
    throw UsageError("discretize: {} edges, expected [1,{}]", edges.size(), most_cuts);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (!std::isfinite(edges[i])) throw UsageError("discretize: edge {} is {}, expected a finite number", i, edges[i]);
    if (i > 0 && !(edges[i - 1] < edges[i]))
      throw UsageError("discretize: edge {} is {} after {}, expected a greater one", i, edges[i], edges[i - 1]);
  }
}

void check(const ValueView& values) {
  check_bounded<DataError>(values.rows() >= 1, "discretize: the number of samples", values.rows(), "at least 1");
  // A copy only if there is something to complain about.
  if (!values.allFinite()) check_finite<DataError>(RowMatrix<float>(values), "discretize: value of unit");
}

ValueView view_of(const RowMatrix<float>& values) { return {values.data(), values.rows(), values.cols()}; }

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
  const int levels = level_count(options);
  if (levels != 2) throw UsageError("discretize: a threshold of {} levels, expected 2", levels);
  const RowMatrix<double> of_units = cuts(values, options, progress);
  return {of_units.data(), of_units.data() + of_units.size()};
}

int level_count(const DiscretizeOptions& options) {
  const std::string_view method = word_of(discretization_names, options.method);
  check_range("discretize: levels", options.levels, 2, most_cuts + 1);
  if (!std::isfinite(options.threshold))
    throw UsageError("discretize: threshold is {}, expected a finite number", options.threshold);
  if (options.method != Discretization::edges && !options.edges.empty())
    throw UsageError("discretize: edges with method {}, expected method edges", method);
  switch (options.method) {
    case Discretization::kmeans:
    case Discretization::equal_width:
    case Discretization::equal_population:
      return static_cast<int>(options.levels);
    case Discretization::edges:
      check_edges(options.edges);
      if (options.levels != 2 && options.levels != std::ssize(options.edges) + 1)
        throw UsageError("discretize: levels is {} with {} edges, expected {}", options.levels, options.edges.size(),
                         options.edges.size() + 1);
      return static_cast<int>(options.edges.size()) + 1;
    default:
      break;
  }
  if (options.levels != 2)
    throw UsageError(
        "discretize: levels is {} with method {}, expected 2 (more: kmeans, equal_width, equal_population or edges)",
        options.levels, method);
  return options.method == Discretization::symbols ? static_cast<int>(most_cuts) + 1 : 2;
}

RowMatrix<double> cuts(const ValueView& values, const DiscretizeOptions& options, const Progress& progress) {
  check(values);
  const int levels = level_count(options);
  RowMatrix<double> of_units(values.cols(), options.method == Discretization::symbols ? 0 : levels - 1);
  if (of_units.size() == 0) return of_units;
  parallel_blocks(static_cast<std::size_t>(values.cols()), [&](std::size_t block) {
    progress.check();
    const auto unit = static_cast<Eigen::Index>(block);
    std::vector<float> column(static_cast<std::size_t>(values.rows()));
    for (Eigen::Index sample = 0; sample < values.rows(); ++sample) {
      column[static_cast<std::size_t>(sample)] = values(sample, unit);
    }
    const std::vector<double> of_unit = cuts_of(column, options, block);
    std::copy(of_unit.begin(), of_unit.end(), &of_units(unit, 0));
  });
  return of_units;
}

RowMatrix<double> cuts(const RowMatrix<float>& values, const DiscretizeOptions& options, const Progress& progress) {
  return cuts(view_of(values), options, progress);
}

RowMatrix<std::uint8_t> levels_by_cuts(const ValueView& values, const RowMatrix<double>& cuts) {
  check(values);
  if (cuts.rows() != values.cols())
    throw UsageError("discretize: cuts of {} units for {} units, expected as many", cuts.rows(), values.cols());
  check_range("discretize: the number of cuts", cuts.cols(), 1, static_cast<Eigen::Index>(most_cuts));
  for (Eigen::Index unit = 0; unit < cuts.rows(); ++unit) {
    for (Eigen::Index i = 0; i < cuts.cols(); ++i) {
      if (!std::isfinite(cuts(unit, i)) || (i > 0 && cuts(unit, i - 1) > cuts(unit, i)))
        throw UsageError("discretize: cut {} of unit {} is {}, expected finite numbers in ascending order", i, unit,
                         cuts(unit, i));
    }
  }
  check_range("discretize: the number of units", values.cols(), 1, UnitStates::max_units);
  const auto samples = static_cast<std::size_t>(values.rows());
  RowMatrix<std::uint8_t> levels(values.rows(), values.cols());
  parallel_blocks(BlockRange::count(samples_per_block, samples), [&](std::size_t block) {
    const BlockRange range(block, samples_per_block, samples);
    for (std::size_t sample = range.begin; sample < range.end; ++sample) {
      const auto row = static_cast<Eigen::Index>(sample);
      for (Eigen::Index unit = 0; unit < values.cols(); ++unit) {
        const double* const first = &cuts(unit, 0);
        const double value = values(row, unit);
        levels(row, unit) = static_cast<std::uint8_t>(std::lower_bound(first, first + cuts.cols(), value) - first);
      }
    }
  });
  return levels;
}

RowMatrix<std::uint8_t> levels_by_cuts(const RowMatrix<float>& values, const RowMatrix<double>& cuts) {
  return levels_by_cuts(view_of(values), cuts);
}

RowMatrix<std::uint8_t> levels_of_symbols(const ValueView& values) {
  check(values);
  check_range("discretize: the number of units", values.cols(), 1, UnitStates::max_units);
  RowMatrix<std::uint8_t> levels(values.rows(), values.cols());
  for (Eigen::Index sample = 0; sample < values.rows(); ++sample) {
    for (Eigen::Index unit = 0; unit < values.cols(); ++unit) {
      const float value = values(sample, unit);
      if (!(value >= 0 && value <= static_cast<float>(most_cuts) && value == std::floor(value)))
        throw DataError("discretize: value of unit {} of sample {} is {}, expected a whole number in [0,{}]", unit,
                        sample, value, most_cuts);
      levels(sample, unit) = static_cast<std::uint8_t>(value);
    }
  }
  return levels;
}

RowMatrix<std::uint8_t> levels_of_symbols(const RowMatrix<float>& values) { return levels_of_symbols(view_of(values)); }

UnitStates discretize(const ValueView& values, std::span<const double> thresholds) {
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

UnitStates discretize(const RowMatrix<float>& values, std::span<const double> thresholds) {
  return discretize(view_of(values), thresholds);
}

DiscretizedStates discretize(const RowMatrix<float>& values, const DiscretizeOptions& options,
                             const Progress& progress) {
  DiscretizedStates result;
  result.thresholds = thresholds(values, options, progress);
  result.states = discretize(values, result.thresholds);
  return result;
}

}  // namespace inforelay
