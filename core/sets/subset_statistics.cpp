#include "core/sets/subset_statistics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <mutex>
#include <utility>

#include "core/error.hpp"

namespace inforelay {
namespace {

// Values in [-1,1] are summed in units of 2^-40: a float of 2^-17 or more is a multiple of it, and the sum over the
// 2^22 sets of 12 of 24 neurons stays below 2^63. If values can be greater, the unit grows with them.
constexpr double units_per_one = 0x1p40;
static_assert(NeuronSet::max_exhaustive_neurons <= 24);

double units_for(double low, double high) {
  double units = units_per_one;
  for (double most = 1; most < std::max(-low, high); most *= 2) units /= 2;
  return units;
}

// Rounding to float, or a sum of several roundings, may carry a value this far out of its range.
constexpr double rounding = 0x1p-20;

constexpr auto level_count = static_cast<Eigen::Index>(SubsetStatistics::quantile_levels.size());
constexpr auto extreme_count = static_cast<Eigen::Index>(SubsetStatistics::extremes);

struct ExtremeSet {
  float value;
  std::uint32_t set;
};

// The sets with the highest (or lowest) values among many, in that order; of equal values the lower set first.
template <bool highest>
class Extremes {
 public:
  void add(ExtremeSet candidate) {
    if (size_ == sets_.size()) {
      if (!before(candidate, sets_.back())) return;
      --size_;
    }
    std::size_t place = size_++;
    for (; place > 0 && before(candidate, sets_[place - 1]); --place) sets_[place] = sets_[place - 1];
    sets_[place] = candidate;
  }

  void merge(const Extremes& other) {
    for (const ExtremeSet& each : other.sets()) add(each);
  }

  std::span<const ExtremeSet> sets() const { return std::span(sets_).first(size_); }

 private:
  static bool before(const ExtremeSet& x, const ExtremeSet& y) {
    if (x.value != y.value) return highest ? x.value > y.value : x.value < y.value;
    return x.set < y.set;
  }

  std::size_t size_ = 0;
  std::array<ExtremeSet, SubsetStatistics::extremes> sets_{};
};

// What is known of the sets of one size.
struct SizeState {
  std::int64_t count = 0, sum = 0;
  Extremes<true> highest;
  Extremes<false> lowest;

  void merge(const SizeState& other) {
    count += other.count;
    sum += other.sum;
    highest.merge(other.highest);
    lowest.merge(other.lowest);
  }
};

// Approximates the sorted values from their histogram, as evenly spaced within each bin.
class OrderStatistics {
 public:
  OrderStatistics(std::span<const std::uint32_t> counts, double low, double width, double least, double greatest)
      : counts_(counts), low_(low), width_(width), least_(least), greatest_(greatest) {
    for (const std::uint32_t count : counts) total_ += count;
  }

  double quantile(double level) const {
    const double position = level * static_cast<double>(total_ - 1), floor = std::floor(position);
    const auto j = static_cast<std::int64_t>(floor);
    const double at = value(j);
    return position == floor ? at : at + (position - floor) * (value(j + 1) - at);
  }

 private:
  double value(std::int64_t j) const {
    if (j == 0) return least_;
    if (j == total_ - 1) return greatest_;
    std::int64_t before = 0;
    std::size_t bin = 0;
    for (; before + counts_[bin] <= j; ++bin) before += counts_[bin];
    // No value is outside [least, greatest], so their bins are cut off there.
    const double from = std::max(low_ + width_ * static_cast<double>(bin), least_);
    const double to = std::min(low_ + width_ * static_cast<double>(bin + 1), greatest_);
    return from + (to - from) * (static_cast<double>(j - before) + 0.5) / static_cast<double>(counts_[bin]);
  }

  std::span<const std::uint32_t> counts_;
  double low_, width_, least_, greatest_;
  std::int64_t total_ = 0;
};

}  // namespace

struct SubsetStatisticsCollector::ClassState {
  std::mutex mutex;
  double units = units_per_one;     // of the sums
  std::vector<SizeState> size;      // [K+1]
  std::vector<std::uint32_t> bins;  // [K+1,bins]
};

// The contribution of a chunk to one class, counted before the lock of that class is taken.
struct SubsetStatisticsCollector::PartialCounts {
  std::vector<SizeState> size;        // [K+1]
  std::vector<std::uint32_t> places;  // [sets of the chunk] in ClassState::bins
};

SubsetStatisticsCollector::SubsetStatisticsCollector(int neurons, std::vector<Range> range)
    : neurons_(neurons), range_(std::move(range)) {
  assert(1 <= neurons && neurons <= NeuronSet::max_exhaustive_neurons);
  const auto sizes = static_cast<std::size_t>(neurons) + 1;
  for (Range& each : range_) {
    assert(each.low < each.high);
    state_.push_back(std::make_unique<ClassState>());
    state_.back()->units = units_for(each.low, each.high);
    each.low -= rounding;
    each.high += rounding;
    state_.back()->size.resize(sizes);
    state_.back()->bins.resize(sizes * bins);
  }
}

SubsetStatisticsCollector::~SubsetStatisticsCollector() = default;

SubsetStatisticsCollector::PartialCounts SubsetStatisticsCollector::partial_counts(const ScanChunk& chunk,
                                                                                   Eigen::Index row) const {
  const Range range = range_[static_cast<std::size_t>(chunk.first_class + row)];
  const double units = state_[static_cast<std::size_t>(chunk.first_class + row)]->units;
  const double per_value = bins / (range.high - range.low);
  const auto sets = static_cast<std::size_t>(chunk.values.cols());
  const float* values = chunk.values.data() + static_cast<std::size_t>(row) * sets;
  PartialCounts counts{std::vector<SizeState>(static_cast<std::size_t>(neurons_) + 1),
                       std::vector<std::uint32_t>(sets)};
  std::uint32_t subset = 0;
  for (std::size_t i = 0; i < sets; ++i) {
    const NeuronSet set(chunk.fixed.bits() | subset);
    subset = next_subset(subset, chunk.free);
    const double value = values[i];
    if (!(range.low <= value && value < range.high)) {
      throw DataError(
          "a chunk of a scan has the value {} of class {} and the set {{{}}}, expected one in "
          "[{},{}]",
          value, chunk.first_class + row, set.to_string(), range.low + rounding, range.high - rounding);
    }
    const auto n = static_cast<std::size_t>(set.size());
    const auto bin = std::min(static_cast<int>((value - range.low) * per_value), bins - 1);
    counts.places[i] = static_cast<std::uint32_t>(n) * bins + static_cast<std::uint32_t>(bin);
    SizeState& size = counts.size[n];
    ++size.count;
    size.sum += std::llrint(value * units);
    size.highest.add({values[i], set.bits()});
    size.lowest.add({values[i], set.bits()});
  }
  return counts;
}

void SubsetStatisticsCollector::add(const ScanChunk& chunk) {
  check_chunk(chunk, static_cast<Eigen::Index>(range_.size()), Eigen::Index{1} << neurons_);
  std::vector<PartialCounts> partial;
  for (Eigen::Index row = 0; row < chunk.values.rows(); ++row) partial.push_back(partial_counts(chunk, row));
  for (std::size_t row = 0; row < partial.size(); ++row) {
    ClassState& state = *state_[static_cast<std::size_t>(chunk.first_class) + row];
    const std::lock_guard lock(state.mutex);
    for (std::size_t n = 0; n < state.size.size(); ++n) state.size[n].merge(partial[row].size[n]);
    for (const std::uint32_t place : partial[row].places) ++state.bins[place];
  }
}

SubsetStatistics SubsetStatisticsCollector::result() const {
  const auto classes = static_cast<Eigen::Index>(range_.size()), sizes = Eigen::Index{neurons_} + 1;
  SubsetStatistics all;
  all.mean.resize(classes, sizes);
  all.quantile.resize(classes, sizes * level_count);
  all.highest = RowMatrix<float>::Constant(classes, sizes * extreme_count, SubsetStatistics::no_value);
  all.lowest = all.highest;
  all.highest_set = RowMatrix<std::uint32_t>::Constant(classes, sizes * extreme_count, SubsetStatistics::no_set);
  all.lowest_set = all.highest_set;
  for (const SizeState& size : state_.front()->size) all.count.push_back(size.count);
  for (Eigen::Index c = 0; c < classes; ++c) {
    const Range range = range_[static_cast<std::size_t>(c)];
    const ClassState& state = *state_[static_cast<std::size_t>(c)];
    const double width = (range.high - range.low) / bins;
    all.error.push_back(width);
    for (Eigen::Index n = 0; n < sizes; ++n) {
      const SizeState& size = state.size[static_cast<std::size_t>(n)];
      assert(size.count > 0 && size.count == all.count[static_cast<std::size_t>(n)]);
      all.mean(c, n) = static_cast<double>(size.sum) / state.units / static_cast<double>(size.count);
      const auto put = [&](std::span<const ExtremeSet> from, RowMatrix<float>& values, RowMatrix<std::uint32_t>& sets) {
        for (std::size_t i = 0; i < from.size(); ++i) {
          values(c, n * extreme_count + static_cast<Eigen::Index>(i)) = from[i].value;
          sets(c, n * extreme_count + static_cast<Eigen::Index>(i)) = from[i].set;
        }
      };
      put(size.highest.sets(), all.highest, all.highest_set);
      put(size.lowest.sets(), all.lowest, all.lowest_set);
      const OrderStatistics order(std::span(state.bins).subspan(static_cast<std::size_t>(n) * bins, bins), range.low,
                                  width, size.lowest.sets().front().value, size.highest.sets().front().value);
      for (Eigen::Index level = 0; level < level_count; ++level) {
        all.quantile(c, n * level_count + level) =
            order.quantile(SubsetStatistics::quantile_levels[static_cast<std::size_t>(level)]);
      }
    }
  }
  return all;
}

}  // namespace inforelay
