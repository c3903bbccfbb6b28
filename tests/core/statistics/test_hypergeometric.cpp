#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/hypergeometric.hpp>
#include <vector>

#include "core/statistics/hypergeometric.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {

struct Case {
  std::uint32_t population, marked, draws;
};

std::uint32_t lowest(const Case& c) {
  return c.draws + c.marked > c.population ? c.draws + c.marked - c.population : 0;
}
std::uint32_t highest(const Case& c) { return std::min(c.draws, c.marked); }

// p-value of a chi-square test of `observed` against the distribution; neighbours with few expected draws are pooled.
// Looks at the mean +- 8 standard deviations only: Boost takes its time over each value.
double p_value(const Case& c, const std::vector<std::uint32_t>& observed, double draws) {
  const boost::math::hypergeometric_distribution<double> distribution(c.marked, c.draws, c.population);
  const double mean = boost::math::mean(distribution), deviation = boost::math::standard_deviation(distribution);
  const auto first = static_cast<std::uint32_t>(std::max<double>(lowest(c), mean - 8 * deviation));
  const auto last = static_cast<std::uint32_t>(std::min<double>(highest(c), mean + 8 * deviation + 1));
  double statistic = 0, expected = 0, expected_before = 0, seen = 0, seen_before = 0;
  int cells = 0;
  for (std::uint32_t x = first; x <= last; ++x) {
    expected += draws * boost::math::pdf(distribution, x);
    seen += observed[x];
    const bool rest_is_enough = draws - expected_before - expected >= 10;
    if ((expected >= 10 && rest_is_enough) || x == last) {
      statistic += (seen - expected) * (seen - expected) / expected;
      expected_before += expected;
      seen_before += seen;
      expected = seen = 0;
      ++cells;
    }
  }
  REQUIRE(seen_before == draws);
  return boost::math::cdf(complement(boost::math::chi_squared(cells - 1), statistic));
}

}  // namespace

TEST_CASE("Hypergeometric draws follow their distribution", "[hypergeometric]") {
  const HypergeometricSampler sampler(60000);
  const RandomStream stream(1, "hypergeometric");
  const Case cases[] = {{10, 5, 5},      {10, 3, 9},        {50, 1, 25},         {1032, 900, 800},    {7200, 800, 800},
                        {1600, 800, 37}, {6000, 3000, 800}, {20000, 9000, 5000}, {60000, 59990, 800}, {892, 12, 800}};
  constexpr int draws = 100000;
  std::uint64_t index = 0;
  for (const Case& c : cases) {
    CAPTURE(c.population, c.marked, c.draws);
    RandomStream random = stream.child(index++);
    std::vector<std::uint32_t> observed(c.draws + 1);
    for (int i = 0; i < draws; ++i) {
      const std::uint32_t x = sampler(c.population, c.marked, c.draws, random);
      REQUIRE((lowest(c) <= x && x <= highest(c)));
      ++observed[x];
    }
    CHECK(p_value(c, observed, draws) > 1e-4);
  }
}

TEST_CASE("Hypergeometric draws agree with drawing items one by one", "[hypergeometric]") {
  const Case c{30, 12, 17};
  RandomStream random(2, "items");
  std::vector<std::uint32_t> observed(c.draws + 1);
  constexpr int draws = 20000;
  for (int i = 0; i < draws; ++i) {
    const auto items = sample_without_replacement(c.population, c.draws, random);
    ++observed[static_cast<std::size_t>(
        std::count_if(items.begin(), items.end(), [&](auto k) { return k < c.marked; }))];
  }
  CHECK(p_value(c, observed, draws) > 1e-4);  // so the test itself asks the right question
}

TEST_CASE("Hypergeometric draws with one possible value take no random number", "[hypergeometric]") {
  const HypergeometricSampler sampler(20);
  RandomStream random(3, "certain");
  CHECK(sampler(20, 0, 7, random) == 0);
  CHECK(sampler(20, 20, 7, random) == 7);
  CHECK(sampler(20, 9, 0, random) == 0);
  CHECK(sampler(20, 9, 20, random) == 9);
  CHECK(sampler(0, 0, 0, random) == 0);
  CHECK(random() == RandomStream(3, "certain")());
}
