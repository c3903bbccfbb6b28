#include <bit>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/statistics/rank_statistics.hpp"
#include "core/statistics/statistics.hpp"
#include "infotheory/importance/agreement.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {

/// A table with ties.
std::vector<float> coarse_table(int units, RandomStream random) {
  std::vector<float> table(std::size_t{1} << units);
  for (float& value : table) value = static_cast<float>(random.below(7)) / 4 - 0.5f;
  return table;
}

/// The values of the sets of one size; of all if `size` is negative.
std::vector<double> values_of_size(const std::vector<float>& table, int size) {
  std::vector<double> values;
  for (std::size_t set = 0; set < table.size(); ++set) {
    if (size < 0 || std::popcount(set) == size) values.push_back(static_cast<double>(table[set]));
  }
  return values;
}

void check_same(double x, double y) { CHECK((std::isnan(x) ? std::isnan(y) : x == Approx(y).margin(1e-12))); }

}  // namespace

TEST_CASE("Agreement over all sets and for each size is that of the selected values", "[importance]") {
  const int units = GENERATE(1, 2, 7);
  const std::vector<float> x = coarse_table(units, RandomStream(1, "x"));
  std::vector<float> y = coarse_table(units, RandomStream(1, "y"));
  for (std::size_t set = 0; set < y.size(); ++set) y[set] += x[set];
  const AgreementBySize found = agreement(RankedTable(x), RankedTable(y));
  REQUIRE(found.of_size.size() == static_cast<std::size_t>(units) + 1);
  for (int size = -1; size <= units; ++size) {
    CAPTURE(units, size);
    const Agreement& its = size < 0 ? found.all : found.of_size[static_cast<std::size_t>(size)];
    const auto a = values_of_size(x, size), b = values_of_size(y, size);
    const std::vector<Column> columns{{"a", std::span(a)}, {"b", std::span(b)}};
    const double r = pearson_correlations(columns)(0, 1);
    check_same(its.spearman, spearman_correlation(a, b));
    check_same(its.r_squared, r * r);
  }
  CHECK(std::isnan(found.of_size[0].spearman));  // there is one set of this size
}

TEST_CASE("A constant agrees with nothing", "[importance]") {
  const std::vector<float> constant(64, 0.1f), other = coarse_table(6, RandomStream(2, "other"));
  const AgreementBySize found = agreement(RankedTable(constant), RankedTable(other));
  CHECK(std::isnan(found.all.spearman));
  CHECK(std::isnan(found.all.r_squared));
  CHECK(std::isnan(found.of_size[3].r_squared));
}

TEST_CASE("Percentiles of a set are among the sets of its size", "[importance]") {
  const std::vector<float> table = coarse_table(6, RandomStream(3, "percentiles"));
  const RankedTable ranked(table);
  for (std::uint32_t set = 0; set < 64; ++set) {
    double lower = 0, equal = 0, sets = 0;
    for (std::uint32_t other = 0; other < 64; ++other) {
      if (std::popcount(other) != std::popcount(set)) continue;
      sets += 1;
      lower += table[other] < table[set] ? 1 : 0;
      equal += table[other] == table[set] ? 1 : 0;
    }
    CHECK(ranked.percentile_in_size(NeuronSet(set)) == Approx((lower + equal / 2) / sets).epsilon(1e-14));
  }
  CHECK(ranked.percentile_in_size(NeuronSet()) == 0.5);
}

TEST_CASE("Additive tables are sums over the units of a set", "[importance]") {
  const std::vector<double> values{0.5, -2, 0.25, 8};
  const std::vector<float> table = additive_table(values);
  REQUIRE(table.size() == 16);
  for (std::size_t set = 0; set < 16; ++set) {
    double sum = 0;
    for (std::size_t unit = 0; unit < 4; ++unit) sum += (set >> unit & 1u) != 0 ? values[unit] : 0;
    CHECK(table[set] == static_cast<float>(sum));
  }
  // Equal values: the size of the set, which agrees with itself, and is constant among the sets of a size.
  const std::vector<float> size = additive_table(std::vector<double>(6, 0.1));
  const AgreementBySize found = agreement(RankedTable(size), RankedTable(size));
  CHECK(found.all.r_squared == Approx(1));
  CHECK(std::isnan(found.of_size[3].spearman));
}

TEST_CASE("Ranked tables name what they cannot take", "[importance]") {
  const std::vector<float> six(6), eight(8), four(4), bad{1, 2, NAN, 3};
  CHECK_THROWS_WITH(RankedTable(six), "ranks of sets: 6 values, expected 2^K for a number of units K in [1,24]");
  CHECK_THROWS_AS(RankedTable(bad), ComputeError);
  CHECK_THROWS_WITH(agreement(RankedTable(eight), RankedTable(four)),
                    "agreement: tables of 3 and 2 units, expected as many");
  CHECK_THROWS_AS(additive_table(std::vector<double>()), UsageError);
}
