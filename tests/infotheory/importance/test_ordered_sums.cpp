#include "infotheory/importance/ordered_sums.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {

/// All sets by ascending sums, as `room` at a time are given.
std::vector<std::pair<double, std::uint32_t>> ordered(std::span<const double> value_of_unit, std::size_t room) {
  OrderedSums order(value_of_unit);
  std::vector<double> sums(room);
  std::vector<std::uint32_t> sets(room);
  std::vector<std::pair<double, std::uint32_t>> all;
  while (const std::size_t count = order.next(sums, sets)) {
    for (std::size_t i = 0; i < count; ++i) all.emplace_back(sums[i], sets[i]);
  }
  return all;
}

/// The same by sorting.
std::vector<std::pair<double, std::uint32_t>> sorted(std::span<const double> value_of_unit) {
  std::vector<std::pair<double, std::uint32_t>> all;
  for (std::uint32_t set = 0; set < std::uint32_t{1} << value_of_unit.size(); ++set) {
    double sum = 0;
    for (std::size_t k = 0; k < value_of_unit.size(); ++k) sum += (set >> k & 1u) != 0 ? value_of_unit[k] : 0;
    all.emplace_back(sum, set);
  }
  std::sort(all.begin(), all.end());  // of equal sums, the lower index first
  return all;
}

}  // namespace

TEST_CASE("Sums of all sets come in ascending order", "[importance]") {
  const std::size_t units = GENERATE(1u, 2u, 3u, 8u, 11u), room = GENERATE(1u, 2u, 7u, 64u, 4096u);
  const int kind = GENERATE(0, 1, 2, 3);
  CAPTURE(units, room, kind);
  RandomStream random(units, "values");
  std::vector<double> values(units);
  for (double& value : values) {
    if (kind == 0) value = random.uniform(-1, 1);
    if (kind == 1) value = static_cast<double>(random.below(5)) - 2;  // many equal sums
    if (kind == 2) value = 1;
    if (kind == 3) value = -random.uniform(0, 1);
  }
  CHECK(ordered(values, room) == sorted(values));
}

TEST_CASE("Sums of all sets need finite values of one unit or more", "[importance]") {
  CHECK_THROWS_AS(OrderedSums(std::vector<double>{}), UsageError);
  CHECK_THROWS_AS(OrderedSums(std::vector<double>(25, 1.)), UsageError);
  CHECK_THROWS_WITH(OrderedSums(std::vector<double>{1, std::numeric_limits<double>::quiet_NaN()}),
                    "sums of all sets: a unit has the value nan, expected a number");
  CHECK_THROWS_WITH(
      OrderedSums(std::vector<double>{2e38, -2e38}),
      "sums of all sets: the absolute values of the units add up to 4e+38, expected at most 3.4028235e+38");
}

TEST_CASE("Sums that are equal only when rounded are still all sets in ascending order", "[importance]") {
  const std::vector<double> values{-1, 1, 3, 1e17, -1e17};
  const auto all = ordered(values, 5);
  std::set<std::uint32_t> sets;
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK((i == 0 || all[i - 1].first <= all[i].first));
    sets.insert(all[i].second);
  }
  CHECK(sets.size() == 32);
}
