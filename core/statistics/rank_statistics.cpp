#include "core/statistics/rank_statistics.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>
#include <type_traits>

#include "core/error.hpp"

namespace inforelay {
namespace {

/// An unsigned integer that orders like the value.
template <class Value>
auto key_of(Value value) {
  using Key = std::conditional_t<sizeof(Value) == 4, std::uint32_t, std::uint64_t>;
  const Key bits = std::bit_cast<Key>(value + Value{0});  // -0 becomes 0
  constexpr Key sign = Key{1} << (8 * sizeof(Key) - 1);
  return (bits & sign) != 0 ? ~bits : bits | sign;
}

template <class Value>
AscendingOrder radix_order(std::span<const Value> values) {
  using Key = decltype(key_of(Value{}));
  constexpr int digit_bits = 11, digits = (8 * sizeof(Key) + digit_bits - 1) / digit_bits;
  constexpr Key mask = (Key{1} << digit_bits) - 1;
  struct Item {
    Key key;
    std::uint32_t position;
  };
  std::vector<Item> items(values.size()), other(values.size());
  std::vector<std::array<std::uint32_t, mask + 1>> begin(digits);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) throw ComputeError("ranks: value {} is nan, expected a number", i);
    items[i] = {key_of(values[i]), static_cast<std::uint32_t>(i)};
    for (int d = 0; d < digits; ++d) ++begin[static_cast<std::size_t>(d)][items[i].key >> d * digit_bits & mask];
  }
  for (int d = 0; d < digits; ++d) {
    auto& its_begin = begin[static_cast<std::size_t>(d)];
    std::exclusive_scan(its_begin.begin(), its_begin.end(), its_begin.begin(), 0u);
    for (const Item& item : items) other[its_begin[item.key >> d * digit_bits & mask]++] = item;
    items.swap(other);
  }
  AscendingOrder order;
  order.positions.resize(values.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    order.positions[i] = items[i].position;
    if (i == 0 || items[i].key != items[i - 1].key) order.run_begin.push_back(static_cast<std::uint32_t>(i));
  }
  order.run_begin.push_back(static_cast<std::uint32_t>(items.size()));
  return order;
}

void check_lengths(std::string_view what, std::size_t x, std::size_t y) {
  if (x != y) throw UsageError("{}: columns of {} and {} values, expected as many", what, x, y);
}

}  // namespace

AscendingOrder ascending_order(std::span<const float> values) { return radix_order(values); }
AscendingOrder ascending_order(std::span<const double> values) { return radix_order(values); }

std::vector<std::uint32_t> doubled_mid_ranks(const AscendingOrder& order) {
  std::vector<std::uint32_t> ranks(order.positions.size());
  for (std::size_t r = 0; r < order.run_count(); ++r) {
    const std::uint32_t rank = order.run_begin[r] + 1 + order.run_begin[r + 1];
    for (const std::uint32_t position : order.run(r)) ranks[position] = rank;
  }
  return ranks;
}

double area_under_roc(std::span<const double> scores, std::span<const std::uint8_t> positive) {
  check_lengths("area under the ROC curve", scores.size(), positive.size());
  const std::vector<std::uint32_t> ranks = doubled_mid_ranks(ascending_order(scores));
  double sum = 0, positives = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (positive[i] == 0) continue;
    sum += ranks[i] / 2.;
    positives += 1;
  }
  const double others = static_cast<double>(ranks.size()) - positives;
  if (positives == 0 || others == 0) return std::numeric_limits<double>::quiet_NaN();
  return (sum - positives * (positives + 1) / 2) / (positives * others);
}

}  // namespace inforelay
