#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/statistics/rank_statistics.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {

using Doubles = std::vector<double>;
using Marks = std::vector<std::uint8_t>;

/// Values with many ties, of both signs.
Doubles with_ties(std::size_t n, RandomStream random) {
  Doubles values(n);
  for (double& value : values) value = (static_cast<double>(random.below(40)) - 20) / 8;
  return values;
}

std::vector<std::uint32_t> ranks_of(const Doubles& values) { return doubled_mid_ranks(ascending_order(values)); }

/// Twice the mid-rank by its definition: 2 (lower) + (equal) + 1.
std::vector<std::uint32_t> ranks_by_counting(const Doubles& values) {
  std::vector<std::uint32_t> ranks;
  for (const double x : values) {
    const auto lower = std::count_if(values.begin(), values.end(), [&](double y) { return y < x; });
    ranks.push_back(static_cast<std::uint32_t>(2 * lower + std::count(values.begin(), values.end(), x) + 1));
  }
  return ranks;
}

}  // namespace

TEST_CASE("Positions in ascending order are those of a stable sort", "[rank_statistics]") {
  const std::size_t n = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{5000});
  RandomStream random(1, "order");
  Doubles values = with_ties(n, random.child("ties"));
  for (std::size_t i = 0; i < n; i += 3) values[i] = random.uniform(-1e30, 1e30);
  if (n > 10) {
    values[3] = std::numeric_limits<double>::infinity();
    values[4] = -std::numeric_limits<double>::infinity();
    values[5] = std::numeric_limits<double>::denorm_min();
    values[6] = -0.;
    values[7] = 0.;
  }
  const std::vector<float> floats(values.begin(), values.end());
  std::vector<std::uint32_t> expected(n), of_floats(n);
  std::iota(expected.begin(), expected.end(), 0u);
  of_floats = expected;
  std::stable_sort(expected.begin(), expected.end(), [&](auto a, auto b) { return values[a] < values[b]; });
  std::stable_sort(of_floats.begin(), of_floats.end(), [&](auto a, auto b) { return floats[a] < floats[b]; });
  CHECK(ascending_order(values).positions == expected);
  CHECK(ascending_order(floats).positions == of_floats);
}

TEST_CASE("Runs of an order are its equal values", "[rank_statistics]") {
  const AscendingOrder order = ascending_order(Doubles{2, -0., 5, 2, 0});
  CHECK(order.positions == std::vector<std::uint32_t>{1, 4, 0, 3, 2});
  CHECK(order.run_begin == std::vector<std::uint32_t>{0, 2, 4, 5});
  CHECK(order.run_count() == 3);
  CHECK(order.run(1).size() == 2);
  CHECK(ascending_order(Doubles{}).run_count() == 0);
}

TEST_CASE("Mid-ranks count lower and equal values", "[rank_statistics]") {
  CHECK(ranks_of({0.5, -1, 0.5, 7}) == std::vector<std::uint32_t>{5, 2, 5, 8});
  const Doubles values = with_ties(300, RandomStream(2, "ranks"));
  const std::vector<std::uint32_t> ranks = ranks_of(values);
  CHECK(ranks == ranks_by_counting(values));
  CHECK(std::accumulate(ranks.begin(), ranks.end(), 0u) == 300 * 301);
}

TEST_CASE("Rank correlations of known columns have their analytic values", "[rank_statistics]") {
  CHECK(spearman_correlation(Doubles{1, 2, 3}, Doubles{1, 2, 4}) == Approx(1));
  CHECK(spearman_correlation(Doubles{1, 2, 3}, Doubles{9, 2, -4}) == Approx(-1));
  // Without ties rho = 1 - 6 sum d^2 / (n (n^2 - 1)): d = 1, 1, 0, 1, 1.
  CHECK(spearman_correlation(Doubles{1, 2, 3, 4, 5}, Doubles{20, 10, 30, 50, 40}) == Approx(1 - 24. / 120));
  // With ties it is Pearson's r of mid-ranks: 1.5, 1.5, 3 and 1, 2, 3.
  CHECK(spearman_correlation(Doubles{4, 4, 9}, Doubles{1, 2, 3}) == Approx(std::sqrt(0.75)));
  CHECK(std::isnan(spearman_correlation(Doubles{4, 4, 4}, Doubles{1, 2, 3})));
  CHECK(std::isnan(spearman_correlation(Doubles{0.1}, Doubles{1})));
  CHECK_THROWS_AS(spearman_correlation(Doubles{1}, Doubles{1, 2}), UsageError);
  CHECK_THROWS_AS(spearman_correlation(Doubles{}, Doubles{}), UsageError);
  CHECK_THROWS_WITH(spearman_correlation(Doubles{1, NAN}, Doubles{1, 2}), "ranks: value 1 is nan, expected a number");
}

TEST_CASE("Area under the ROC curve is the share of pairs in the right order", "[rank_statistics]") {
  CHECK(area_under_roc(Doubles{0.1, 0.4, 0.35, 0.8}, Marks{0, 0, 1, 1}) == 0.75);
  CHECK(area_under_roc(Doubles{1, 2, 3}, Marks{0, 0, 1}) == 1);
  CHECK(area_under_roc(Doubles{1, 2, 3}, Marks{1, 0, 0}) == 0);
  CHECK(area_under_roc(Doubles{5, 5, 5}, Marks{1, 0, 1}) == 0.5);
  CHECK(std::isnan(area_under_roc(Doubles{5, 5}, Marks{1, 1})));
  CHECK(std::isnan(area_under_roc(Doubles{5, 5}, Marks{0, 0})));
  CHECK_THROWS_AS(area_under_roc(Doubles{5, 5}, Marks{0}), UsageError);

  RandomStream random(3, "roc");
  const Doubles scores = with_ties(200, random.child("scores"));
  Marks positive(200);
  for (auto& mark : positive) mark = random.uniform() < 0.3 ? 1 : 0;
  double right = 0, pairs = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    for (std::size_t j = 0; j < 200; ++j) {
      if (positive[i] == 0 || positive[j] == 1) continue;
      pairs += 1;
      right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
    }
  }
  CHECK(area_under_roc(scores, positive) == Approx(right / pairs).epsilon(1e-13));
}
