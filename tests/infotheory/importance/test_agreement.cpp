#include <bit>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "infotheory/importance/agreement.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

TEST_CASE("Percentiles of a set are among the sets of its size", "[importance]") {
  std::vector<float> table(64);
  RandomStream random(3, "percentiles");
  for (float& value : table) value = static_cast<float>(random.below(7)) / 4 - 0.5f;  // with ties
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

TEST_CASE("Ranked tables name what they cannot take", "[importance]") {
  const std::vector<float> six(6), bad{1, 2, NAN, 3};
  CHECK_THROWS_WITH(RankedTable(six), "ranks of sets: 6 values, expected 2^K for a number of units K in [1,24]");
  CHECK_THROWS_AS(RankedTable(bad), ComputeError);
}
