#include "infotheory/importance/agreement.hpp"

#include <cmath>
#include <utility>

#include "core/checks.hpp"
#include "core/statistics/rank_statistics.hpp"
#include "infotheory/importance/membership_sums.hpp"

namespace inforelay {
namespace {

/// Pearson's r of x(i) and y(i), i in [0,count), within each group; NaN if one of them is constant there. Values are
/// taken relative to the first of their group, so that a constant has exactly no variance.
template <class X, class Y, class Group>
std::vector<double> correlations(std::size_t count, std::size_t groups, const X& x, const Y& y, const Group& group) {
  struct Sums {
    double n = 0, first_x = 0, first_y = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  };
  std::vector<Sums> sums(groups);
  for (std::size_t i = 0; i < count; ++i) {
    Sums& s = sums[group(i)];
    if (s.n == 0) {
      s.first_x = x(i);
      s.first_y = y(i);
    }
    s.n += 1;
    s.x += x(i) - s.first_x;
    s.y += y(i) - s.first_y;
  }
  for (std::size_t i = 0; i < count; ++i) {
    Sums& s = sums[group(i)];
    const double a = x(i) - s.first_x - s.x / s.n, b = y(i) - s.first_y - s.y / s.n;
    s.xx += a * a;
    s.yy += b * b;
    s.xy += a * b;
  }
  std::vector<double> result;
  for (const Sums& s : sums) result.push_back(s.xy / std::sqrt(s.xx * s.yy));
  return result;
}

}  // namespace

RankedTable::RankedTable(std::span<const float> values)
    : values_(values),
      units_(detail::units_of_table("ranks of sets", values.size())),
      sizes_(values.size()),
      ranks_in_size_(values.size()) {
  for (std::size_t set = 1; set < sizes_.size(); ++set)
    sizes_[set] = static_cast<std::uint8_t>(sizes_[set / 2] + (set & 1u));
  const AscendingOrder order = ascending_order(values);
  ranks_ = doubled_mid_ranks(order);
  // Of each size: the sets of lower runs, and of this run.
  std::vector<std::uint32_t> lower(static_cast<std::size_t>(units_) + 1), equal(lower.size());
  for (std::size_t r = 0; r < order.run_count(); ++r) {
    for (const std::uint32_t set : order.run(r)) ++equal[sizes_[set]];
    for (const std::uint32_t set : order.run(r)) ranks_in_size_[set] = 2 * lower[sizes_[set]] + equal[sizes_[set]] + 1;
    for (const std::uint32_t set : order.run(r)) lower[sizes_[set]] += std::exchange(equal[sizes_[set]], 0);
  }
}

double RankedTable::percentile_in_size(NeuronSet set) const {
  double count = 1;  // binomial coefficient
  for (int i = 0; i < set.size(); ++i) count = count * (units_ - i) / (i + 1);
  return (ranks_in_size_[set.index()] - 1) / (2 * std::round(count));
}

AgreementBySize agreement(const RankedTable& x, const RankedTable& y) {
  if (x.unit_count() != y.unit_count())
    throw UsageError("agreement: tables of {} and {} units, expected as many", x.unit_count(), y.unit_count());
  const std::size_t sets = x.values().size(), sizes = static_cast<std::size_t>(x.unit_count()) + 1;
  const auto of = [&](const auto& a, const auto& b, std::size_t groups, const auto& group) {
    return correlations(
        sets, groups, [&](std::size_t i) { return static_cast<double>(a[i]); },
        [&](std::size_t i) { return static_cast<double>(b[i]); }, group);
  };
  const auto whole = [](std::size_t) { return std::size_t{0}; };
  const auto size_of = [&](std::size_t set) { return x.sizes()[set]; };
  AgreementBySize result;
  const double r = of(x.values(), y.values(), 1, whole)[0];
  result.all = {of(x.doubled_ranks(), y.doubled_ranks(), 1, whole)[0], r * r};
  const auto rho_of_size = of(x.doubled_ranks_in_size(), y.doubled_ranks_in_size(), sizes, size_of);
  const auto r_of_size = of(x.values(), y.values(), sizes, size_of);
  for (std::size_t n = 0; n < sizes; ++n) result.of_size.push_back({rho_of_size[n], r_of_size[n] * r_of_size[n]});
  return result;
}

std::vector<float> additive_table(std::span<const double> value_of_unit) {
  check_range("additive table: the number of units", value_of_unit.size(), 1u, NeuronSet::max_exhaustive_neurons);
  std::vector<double> table(std::size_t{1} << value_of_unit.size());
  for (std::size_t unit = 0; unit < value_of_unit.size(); ++unit) {
    const std::size_t half = std::size_t{1} << unit;
    for (std::size_t set = 0; set < half; ++set) table[half + set] = table[set] + value_of_unit[unit];
  }
  return {table.begin(), table.end()};
}

}  // namespace inforelay
