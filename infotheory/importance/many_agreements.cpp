#include "infotheory/importance/many_agreements.hpp"

#include <cmath>
#include <numeric>
#include <utility>

#include "core/error.hpp"
#include "core/statistics/rank_statistics.hpp"

namespace inforelay {
namespace {

// Products of two doubled ranks are below 2^50 for up to 2^24 sets, so this many of them fit 64 bits.
constexpr std::size_t exact_products = 4096;

/// The sum of squared deviations of n doubled mid-ranks from their mean n + 1, if all were different; those of t equal
/// values take away what they would have among themselves.
double squares_of_ranks(double n) { return (n * n * n - n) / 3; }

/// A set and its value in an additive measure.
struct Item {
  double value;
  std::uint32_t set;
};

/// The sets in ascending order of the sum of their units' values. Unit by unit: the sets without it are in order, and
/// so are these with its value added to each; the two lists are merged.
std::vector<Item> additive_order(std::span<const double> value_of_unit) {
  std::vector<Item> items{{0, 0}}, merged;
  const std::size_t sets = std::size_t{1} << value_of_unit.size();
  items.reserve(sets);
  merged.reserve(sets);
  for (std::size_t unit = 0; unit < value_of_unit.size(); ++unit) {
    const std::size_t half = items.size();
    const auto bit = static_cast<std::uint32_t>(half);
    const double value = value_of_unit[unit];
    merged.resize(2 * half);
    std::size_t without = 0, with = 0, out = 0;
    while (without < half && with < half) {
      const Item a = items[without], b{items[with].value + value, items[with].set | bit};
      const bool second = b.value < a.value;
      merged[out++] = second ? b : a;
      with += second;
      without += !second;
    }
    for (; without < half; ++without) merged[out++] = items[without];
    for (; with < half; ++with) merged[out++] = {items[with].value + value, items[with].set | bit};
    items.swap(merged);
  }
  return items;
}

}  // namespace

/// Spearman's rho over all sets and for each size: the sets are given in ascending order, those of equal values
/// together.
class ManyAgreements::RankSums {
 public:
  explicit RankSums(const ManyAgreements& with)
      : with_(with),
        function_(with.function_),
        ranks_(function_.doubled_ranks()),
        ranks_in_size_(function_.doubled_ranks_in_size()),
        sizes_(function_.sizes()),
        of_size_(with.spread_of_size_.size()),
        lower_(of_size_.size()),
        equal_(of_size_.size()) {}

  /// The sets at positions [begin,end), all of the same value: set_at(position).
  template <class SetAt>
  void add_run(std::size_t begin, std::size_t end, const SetAt& set_at) {
    if (end - begin == 1) {
      const std::uint32_t set = set_at(begin);
      const std::uint8_t size = sizes_[set];
      add(set, 2 * begin + 2, size, 2 * lower_[size]++ + 2);
      return;
    }
    for (std::size_t i = begin; i < end; ++i) ++equal_[sizes_[set_at(i)]];
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint32_t set = set_at(i);
      const std::uint8_t size = sizes_[set];
      add(set, begin + end + 1, size, 2 * lower_[size] + equal_[size] + 1);
    }
    ties_ += squares_of_ranks(static_cast<double>(end - begin));
    for (std::size_t size = 0; size < equal_.size(); ++size) {
      of_size_[size].ties += squares_of_ranks(static_cast<double>(equal_[size]));
      lower_[size] += std::exchange(equal_[size], 0);
    }
  }

  void finish(AgreementBySize& result) {
    flush();
    result.all.spearman = rho(products_, ties_, with_.spread_);
    for (std::size_t size = 0; size < of_size_.size(); ++size)
      result.of_size[size].spearman = rho(of_size_[size].products, of_size_[size].ties, with_.spread_of_size_[size]);
  }

 private:
  struct Sums {
    std::uint64_t part = 0;  // of products, since the last flush
    double products = 0, ties = 0;
  };

  void add(std::uint32_t set, std::uint64_t rank, std::uint8_t size, std::uint64_t rank_in_size) {
    part_ += rank * ranks_[set];
    of_size_[size].part += rank_in_size * ranks_in_size_[set];
    if (++unflushed_ == exact_products) flush();
  }
  void flush() {
    unflushed_ = 0;
    products_ += static_cast<double>(std::exchange(part_, 0));
    for (Sums& sums : of_size_) sums.products += static_cast<double>(std::exchange(sums.part, 0));
  }
  static double rho(double products, double ties, const Spread& function) {
    const double n = function.n, squares = squares_of_ranks(n) - ties;
    return (products - n * (n + 1) * (n + 1)) / std::sqrt(squares * function.squares);
  }

  const ManyAgreements& with_;
  const RankedTable& function_;
  std::span<const std::uint32_t> ranks_, ranks_in_size_;
  std::span<const std::uint8_t> sizes_;
  std::uint64_t part_ = 0;
  double products_ = 0, ties_ = 0;
  std::vector<Sums> of_size_;
  std::vector<std::uint64_t> lower_, equal_;  // [K+1] sets of lower values, and of those of the current run
  std::size_t unflushed_ = 0;
};

ManyAgreements::ManyAgreements(const RankedTable& function)
    : function_(function),
      mean_of_size_(static_cast<std::size_t>(function.unit_count()) + 1),
      spread_of_size_(mean_of_size_.size()) {
  const std::span<const float> values = function.values();
  std::vector<double> squares(mean_of_size_.size());
  spread_.n = static_cast<double>(values.size());
  for (std::size_t set = 0; set < values.size(); ++set) {
    const std::size_t size = function.sizes()[set];
    ++spread_of_size_[size].n;
    mean_of_size_[size] += static_cast<double>(values[set]);
  }
  for (std::size_t size = 0; size < mean_of_size_.size(); ++size) mean_of_size_[size] /= spread_of_size_[size].n;
  for (std::size_t set = 0; set < values.size(); ++set) {
    const std::size_t size = function.sizes()[set];
    const double all = static_cast<double>(function.doubled_ranks()[set]) - (spread_.n + 1);
    const double its = static_cast<double>(function.doubled_ranks_in_size()[set]) - (spread_of_size_[size].n + 1);
    spread_.squares += all * all;
    spread_of_size_[size].squares += its * its;
  }
}

// Squares of Pearson's r, from sums over the sets of each size, relative to the first value of the size, so that a
// constant has exactly no variance. The sums over all sets follow from these and the means.
void ManyAgreements::add_correlations(std::span<const float> values, AgreementBySize& result) const {
  struct Sums {
    double n = 0, first = 0, first_y = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  };
  std::vector<Sums> of_size(mean_of_size_.size());
  const std::span<const float> function = function_.values();
  const std::span<const std::uint8_t> sizes = function_.sizes();
  for (std::size_t set = 0; set < values.size(); ++set) {
    Sums& s = of_size[sizes[set]];
    const double x = static_cast<double>(values[set]), y = static_cast<double>(function[set]);
    if (s.n == 0) {
      s.first = x;
      s.first_y = y;
    }
    const double a = x - s.first, b = y - s.first_y;
    s.n += 1;
    s.x += a;
    s.y += b;
    s.xx += a * a;
    s.yy += b * b;
    s.xy += a * b;
  }
  const auto r_squared = [](double xx, double yy, double xy) { return xy * xy / (xx * yy); };
  double n = 0, mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
  for (std::size_t size = 0; size < of_size.size(); ++size) {
    const Sums& s = of_size[size];
    const double x_squares = s.xx - s.x * s.x / s.n, y_squares = s.yy - s.y * s.y / s.n,
                 products = s.xy - s.x * s.y / s.n;
    result.of_size[size].r_squared = r_squared(x_squares, y_squares, products);
    const double dx = s.first + s.x / s.n - mean_x, dy = s.first_y + s.y / s.n - mean_y;
    const double weight = n * s.n / (n + s.n);
    xx += x_squares + weight * dx * dx;
    yy += y_squares + weight * dy * dy;
    xy += products + weight * dx * dy;
    n += s.n;
    mean_x += dx * s.n / n;
    mean_y += dy * s.n / n;
  }
  result.all.r_squared = r_squared(xx, yy, xy);
}

AgreementBySize ManyAgreements::with_additive(std::span<const double> value_of_unit) const {
  if (static_cast<int>(value_of_unit.size()) != function_.unit_count())
    throw UsageError("agreement: {} values for {} units", value_of_unit.size(), function_.unit_count());
  for (const double value : value_of_unit) {
    if (!std::isfinite(value)) throw ComputeError("agreement: the value of a unit is {}, expected a number", value);
  }
  AgreementBySize result;
  result.of_size.resize(mean_of_size_.size());
  {
    const std::vector<Item> order = additive_order(value_of_unit);
    RankSums sums(*this);
    const auto value_at = [&](std::size_t i) { return static_cast<float>(order[i].value); };
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
      while (++end < order.size() && value_at(end) == value_at(begin)) {
      }
      sums.add_run(begin, end, [&](std::size_t i) { return order[i].set; });
    }
    sums.finish(result);
  }
  add_correlations(additive_table(value_of_unit), result);
  return result;
}

AgreementBySize ManyAgreements::with_table(std::span<const float> values) const {
  if (values.size() != function_.values().size())
    throw UsageError("agreement: tables of {} and {} sets, expected as many", values.size(), function_.values().size());
  for (const float value : values) {
    if (!std::isfinite(value)) throw ComputeError("agreement: the value of a set is {}, expected a number", value);
  }
  AgreementBySize result;
  result.of_size.resize(mean_of_size_.size());
  const AscendingOrder order = ascending_order(values);
  RankSums sums(*this);
  for (std::size_t r = 0; r < order.run_count(); ++r) {
    sums.add_run(order.run_begin[r], order.run_begin[r + 1], [&](std::size_t i) { return order.positions[i]; });
  }
  sums.finish(result);
  add_correlations(values, result);
  return result;
}

}  // namespace inforelay
