#include "infotheory/importance/many_agreements.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "core/error.hpp"
#include "core/statistics/rank_statistics.hpp"
#include "infotheory/importance/ordered_sums.hpp"

namespace inforelay {
namespace {

// Sums over all sets of products of ranks, below 2^75.
__extension__ using WideInteger = __int128;

// Products of two doubled ranks are below 2^51 for up to 2^24 sets, so sums of some times this many of them are exact
// in 64 bits.
constexpr std::size_t at_a_time = 512;

/// Three times the sum of squared deviations of n doubled mid-ranks from their mean n + 1, if all were different; those
/// of t equal values take away what they would have among themselves.
WideInteger squares_of_ranks(std::size_t n) {
  const auto wide = static_cast<WideInteger>(n);
  return (wide * wide - 1) * wide;
}

/// The ranks of a set and its size in one word, since sets are looked up in random order.
struct Packed {
  static std::uint64_t of(std::uint64_t rank, std::uint64_t rank_in_size, std::uint64_t size) {
    return size | rank_in_size << 5 | rank << 34;
  }
  static std::size_t size(std::uint64_t packed) { return packed & 31u; }
  static std::uint64_t rank_in_size(std::uint64_t packed) { return packed >> 5 & ((1u << 29) - 1); }
  static std::uint64_t rank(std::uint64_t packed) { return packed >> 34; }
};

}  // namespace

/// Spearman's rho over all sets and for each size: the sets are given in ascending order.
class ManyAgreements::RankSums {
 public:
  explicit RankSums(const ManyAgreements& with)
      : with_(with), of_size_(with.spread_of_size_.size()), lower_(of_size_.size()), equal_(of_size_.size()) {}

  /// The next sets, at most at_a_time, and their values. They are looked up together, so that the processor waits for
  /// memory once, not for each.
  template <class Value>
  void add(std::span<const Value> values, std::span<const std::uint32_t> sets) {
    assert(sets.size() <= at_a_time && values.size() == sets.size());
    std::array<std::uint64_t, at_a_time> packed;
    for (std::size_t i = 0; i < sets.size(); ++i) packed[i] = with_.packed_[sets[i]];
    for (std::size_t i = 0; i < sets.size(); ++i) add_next(static_cast<float>(values[i]), packed[i]);
    flush();
  }

  void finish(AgreementBySize& result) {
    finish_run();
    flush();
    result.all.spearman = rho(all_, with_.spread_);
    for (std::size_t size = 0; size < of_size_.size(); ++size)
      result.of_size[size].spearman = rho(of_size_[size], with_.spread_of_size_[size]);
  }

 private:
  struct Sums {
    std::uint64_t part = 0;  // of products, since the last flush
    WideInteger products = 0, ties = 0;
  };

  void add_next(float value, std::uint64_t packed) {
    if (length_ > 0 && value == value_) {
      if (length_ == 1) run_.assign(1, first_);
      run_.push_back(packed);
      ++length_;
      return;
    }
    finish_run();
    value_ = value;
    first_ = packed;
    length_ = 1;
  }

  // The sets of the current value, at positions from begin_ on, share the mean of their ranks.
  void finish_run() {
    if (length_ == 1) {
      const std::size_t size = Packed::size(first_);
      add_products(first_, 2 * begin_ + 2, size, 2 * lower_[size]++ + 2);
    } else if (length_ > 1) {
      for (const std::uint64_t packed : run_) ++equal_[Packed::size(packed)];
      std::size_t unflushed = 0;
      for (const std::uint64_t packed : run_) {
        const std::size_t size = Packed::size(packed);
        add_products(packed, 2 * begin_ + length_ + 1, size, 2 * lower_[size] + equal_[size] + 1);
        if (++unflushed % at_a_time == 0) flush();
      }
      all_.ties += squares_of_ranks(length_);
      for (std::size_t size = 0; size < equal_.size(); ++size) {
        of_size_[size].ties += squares_of_ranks(equal_[size]);
        lower_[size] += std::exchange(equal_[size], 0);
      }
    }
    begin_ += length_;
    length_ = 0;
  }

  void add_products(std::uint64_t packed, std::uint64_t rank, std::size_t size, std::uint64_t rank_in_size) {
    all_.part += rank * Packed::rank(packed);
    of_size_[size].part += rank_in_size * Packed::rank_in_size(packed);
  }
  void flush() {
    flush(all_);
    for (Sums& sums : of_size_) flush(sums);
  }
  static void flush(Sums& sums) { sums.products += std::exchange(sums.part, 0); }
  /// NaN if the measure or the function is constant: then, and only then, the exact sum of its squares is 0.
  static double rho(const Sums& sums, const Spread& function) {
    const auto n = static_cast<WideInteger>(function.n);
    const auto squares = static_cast<double>((squares_of_ranks(static_cast<std::size_t>(n)) - sums.ties) / 3);
    if (squares == 0 || function.squares == 0) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(sums.products - n * (n + 1) * (n + 1)) / std::sqrt(squares * function.squares);
  }

  const ManyAgreements& with_;
  // The current run of equal values: its first position and length, and the packed ranks of its sets: `first_` if there
  // is one only, else `run_`.
  float value_ = 0;
  std::size_t begin_ = 0, length_ = 0;
  std::uint64_t first_ = 0;
  std::vector<std::uint64_t> run_;
  Sums all_;
  std::vector<Sums> of_size_;
  std::vector<std::uint64_t> lower_, equal_;  // [K+1] sets of lower values, and of those of the current run
};

ManyAgreements::ManyAgreements(const RankedTable& function)
    : function_(function),
      sum_of_size_(static_cast<std::size_t>(function.unit_count()) + 1),
      squares_of_size_(sum_of_size_.size()),
      spread_of_size_(sum_of_size_.size()) {
  const std::span<const float> values = function.values();
  spread_.n = static_cast<double>(values.size());
  for (std::size_t set = 0; set < values.size(); ++set) ++spread_of_size_[function.sizes()[set]].n;
  packed_.resize(values.size());
  WideInteger squares = 0;
  std::vector<WideInteger> squares_of_size(spread_of_size_.size());
  for (std::size_t set = 0; set < values.size(); ++set) {
    const std::size_t size = function.sizes()[set];
    packed_[set] = Packed::of(function.doubled_ranks()[set], function.doubled_ranks_in_size()[set], size);
    const auto from_mean = [](std::uint32_t rank, const Spread& spread) {
      return std::int64_t{rank} - static_cast<std::int64_t>(spread.n) - 1;
    };
    const std::int64_t all = from_mean(function.doubled_ranks()[set], spread_);
    const std::int64_t its = from_mean(function.doubled_ranks_in_size()[set], spread_of_size_[size]);
    squares += all * all;
    squares_of_size[size] += its * its;
  }
  spread_.squares = static_cast<double>(squares);
  for (std::size_t size = 0; size < spread_of_size_.size(); ++size)
    spread_of_size_[size].squares = static_cast<double>(squares_of_size[size]);
  sum_by_units();
}

// All sums relative to the value of the empty set, of which only differences matter. Sets are split into their low and
// high units: a sum over the sets with a unit is one of sums over all low, or all high, parts of a size.
void ManyAgreements::sum_by_units() {
  const std::span<const float> values = function_.values();
  const int units = function_.unit_count(), low = std::min(units, 10), high = units - low;
  const std::size_t lows = std::size_t{1} << low, highs = std::size_t{1} << high;
  const auto first = static_cast<double>(values[0]);
  RowMatrix<double> of_low = RowMatrix<double>::Zero(high + 1, static_cast<Eigen::Index>(lows));  // size of high part
  RowMatrix<double> of_high = RowMatrix<double>::Zero(static_cast<Eigen::Index>(highs), low + 1);
  for (std::size_t h = 0; h < highs; ++h) {
    double* const sums = of_low.row(std::popcount(h)).data();
    double* const by_size = of_high.row(static_cast<Eigen::Index>(h)).data();
    for (std::size_t l = 0; l < lows; ++l) {
      const double value = static_cast<double>(values[h * lows + l]) - first;
      sums[l] += value;
      by_size[function_.sizes()[l]] += value;
    }
  }
  sum_with_unit_.setZero(units + 1, units);
  for (Eigen::Index q = 0; q <= high; ++q) {
    for (std::size_t l = 0; l < lows; ++l) {
      const auto size = static_cast<Eigen::Index>(std::popcount(l)) + q;
      const double sum = of_low(q, static_cast<Eigen::Index>(l));
      sum_of_size_[static_cast<std::size_t>(size)] += sum;
      for (std::size_t left = l; left != 0; left &= left - 1) sum_with_unit_(size, std::countr_zero(left)) += sum;
    }
  }
  for (std::size_t h = 0; h < highs; ++h) {
    for (Eigen::Index q = 0; q <= low; ++q) {
      const double sum = of_high(static_cast<Eigen::Index>(h), q);
      for (std::size_t left = h; left != 0; left &= left - 1)
        sum_with_unit_(std::popcount(h) + q, low + std::countr_zero(left)) += sum;
    }
  }
  for (std::size_t set = 0; set < values.size(); ++set) {
    const std::size_t size = function_.sizes()[set];
    const double mean = sum_of_size_[size] / spread_of_size_[size].n;
    const double deviation = static_cast<double>(values[set]) - first - mean;
    squares_of_size_[size] += deviation * deviation;
  }
  // A size whose sets all have the same value has exactly no variance, whatever the rounding of its mean.
  for (std::size_t size = 0; size < spread_of_size_.size(); ++size) {
    if (spread_of_size_[size].squares == 0) squares_of_size_[size] = 0;
  }
}

namespace {

/// NaN if one of the two is constant: its sum of squares is exactly 0, but that of products is only at rounding level.
double r_squared(double xx, double yy, double xy) {
  if (xx == 0 || yy == 0) return std::numeric_limits<double>::quiet_NaN();
  return xy * xy / (xx * yy);
}

/// Sums of squares and products of two columns about their means, from those of their parts.
struct Merged {
  double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;  // x, y: means

  void add(const Merged& part) {
    const double dx = part.x - x, dy = part.y - y, weight = n * part.n / (n + part.n);
    xx += part.xx + weight * dx * dx;
    yy += part.yy + weight * dy * dy;
    xy += part.xy + weight * dx * dy;
    n += part.n;
    x += dx * part.n / n;
    y += dy * part.n / n;
  }
};

}  // namespace

// Of n of K values, drawn in all ways: the mean of their sum is n times the mean of all, its variance n (K-n) / (K-1)
// times theirs; and the sum of products with v is that of value_i times the sum of v over the sets with unit i.
void ManyAgreements::add_additive_correlations(std::span<const double> value_of_unit, AgreementBySize& result) const {
  const Eigen::Index units = sum_with_unit_.cols();
  const auto count = static_cast<double>(units);
  // Relative to the first, so that equal values have exactly no variance.
  const Eigen::VectorXd shifted =
      Eigen::Map<const Eigen::VectorXd>(value_of_unit.data(), units).array() - value_of_unit[0];
  const Eigen::VectorXd centred = shifted.array() - shifted.mean();
  const double mean = value_of_unit[0] + shifted.mean(), squares = shifted.isZero(0) ? 0 : centred.squaredNorm();
  Merged all;
  for (Eigen::Index size = 0; size <= units; ++size) {
    const auto s = static_cast<std::size_t>(size);
    const auto n = static_cast<double>(size);
    Merged part{.n = spread_of_size_[s].n, .x = n * mean, .y = sum_of_size_[s] / spread_of_size_[s].n};
    part.xx = units > 1 ? part.n * squares / count * n * (count - n) / (count - 1) : 0;
    part.yy = squares_of_size_[s];
    part.xy = sum_with_unit_.row(size) * centred;  // that of the mean value is n times it for every set
    result.of_size[s].r_squared = r_squared(part.xx, part.yy, part.xy);
    all.add(part);
  }
  result.all.r_squared = r_squared(all.xx, all.yy, all.xy);
}

// From sums over the sets of each size, relative to the first value of the size, so that a constant has exactly no
// variance.
void ManyAgreements::add_correlations(std::span<const float> values, AgreementBySize& result) const {
  struct Sums {
    double first = 0, x = 0, xx = 0, xy = 0;
    bool any = false;
  };
  std::vector<Sums> of_size(sum_of_size_.size());
  const std::span<const float> function = function_.values();
  const auto first_y = static_cast<double>(function[0]);
  for (std::size_t set = 0; set < values.size(); ++set) {
    const std::size_t size = function_.sizes()[set];
    Sums& s = of_size[size];
    if (!s.any) s.first = static_cast<double>(values[set]);
    s.any = true;
    const double a = static_cast<double>(values[set]) - s.first;
    s.x += a;
    s.xx += a * a;
    s.xy += a * (static_cast<double>(function[set]) - first_y);
  }
  Merged all;
  for (std::size_t size = 0; size < of_size.size(); ++size) {
    const Sums& s = of_size[size];
    const double n = spread_of_size_[size].n, y = sum_of_size_[size] / n;
    const Merged part{.n = n,
                      .x = s.first + s.x / n,
                      .y = y,
                      .xx = s.xx - s.x * s.x / n,
                      .yy = squares_of_size_[size],
                      .xy = s.xy - s.x * y};
    result.of_size[size].r_squared = r_squared(part.xx, part.yy, part.xy);
    all.add(part);
  }
  result.all.r_squared = r_squared(all.xx, all.yy, all.xy);
}

AgreementBySize ManyAgreements::with_additive(std::span<const double> value_of_unit) const {
  if (static_cast<int>(value_of_unit.size()) != function_.unit_count())
    throw UsageError("agreement: {} values for {} units", value_of_unit.size(), function_.unit_count());
  AgreementBySize result;
  result.of_size.resize(sum_of_size_.size());
  {
    RankSums sums(*this);
    OrderedSums order(value_of_unit);
    std::array<double, at_a_time> values;
    std::array<std::uint32_t, at_a_time> sets;
    while (const std::size_t count = order.next(values, sets))
      sums.add<double>(std::span(values).first(count), std::span(sets).first(count));
    sums.finish(result);
  }
  add_additive_correlations(value_of_unit, result);
  return result;
}

AgreementBySize ManyAgreements::with_table(std::span<const float> values) const {
  if (values.size() != function_.values().size())
    throw UsageError("agreement: tables of {} and {} sets, expected as many", values.size(), function_.values().size());
  for (const float value : values) {
    if (!std::isfinite(value)) throw ComputeError("agreement: the value of a set is {}, expected a number", value);
  }
  AgreementBySize result;
  result.of_size.resize(sum_of_size_.size());
  const AscendingOrder order = ascending_order(values);
  RankSums sums(*this);
  std::array<float, at_a_time> next;
  const std::span positions(order.positions);
  for (std::size_t begin = 0; begin < positions.size(); begin += at_a_time) {
    const std::size_t count = std::min(at_a_time, positions.size() - begin);
    for (std::size_t i = 0; i < count; ++i) next[i] = values[positions[begin + i]];
    sums.add<float>(std::span(next).first(count), positions.subspan(begin, count));
  }
  sums.finish(result);
  add_correlations(values, result);
  return result;
}

}  // namespace inforelay
