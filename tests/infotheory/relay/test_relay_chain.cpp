// Relay information of the sets that a permutation builds up.
#include "infotheory/relay/relay_chain.hpp"

#include <numeric>

#include "core/error.hpp"
#include "infotheory/relay/relay.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/random_levels.hpp"
#include "tests/infotheory/relay/random_tables.hpp"
#include "tests/infotheory/relay/wide_tables.hpp"

using namespace inforelay;

namespace {

std::vector<std::uint32_t> random_order(int units, RandomStream random) {
  std::vector<std::uint32_t> order(static_cast<std::size_t>(units));
  std::iota(order.begin(), order.end(), 0u);
  shuffle(order, random);
  return order;
}

}  // namespace

TEST_CASE("Relay information along a permutation is that of each set, to the last bit", "[relay]") {
  const int units = GENERATE(1, 8, 32);
  const StateTable table = test::random_samples(500, units, 3, RandomStream(1, "chain")).table();
  const std::vector<std::uint32_t> order = random_order(units, RandomStream(2, "order"));
  RowMatrix<double> values;
  relay_along_bits(table, order, values);
  REQUIRE(values.rows() == units + 1);
  for (int c = 0; c < 3; ++c) {
    NeuronSet set;
    CHECK(values(0, c) == 0);
    for (int n = 0; n < units; ++n) {
      set = set.with(static_cast<int>(order[static_cast<std::size_t>(n)]));
      CHECK(values(n + 1, c) == relay_information_bits(table, c, set));
    }
  }
}

TEST_CASE("Along a permutation of many units it is that of wide sets, to the last bit", "[relay]") {
  const int units = 90;
  const StateTable table = test::random_wide_samples(300, units, 3, RandomStream(3, "chain")).table();
  const std::vector<std::uint32_t> order = random_order(units, RandomStream(4, "order"));
  RowMatrix<double> values;
  relay_along_bits(table, order, values);
  const std::vector<int> relay(order.begin(), order.end());
  for (int c = 0; c < 3; ++c) {
    for (int n = 0; n <= units; n += 3)
      CHECK(values(n, c) == wide_relay_information_bits(table, c, std::span(relay).first(static_cast<std::size_t>(n))));
  }
}

TEST_CASE("Relay information along a permutation refuses what is none", "[relay]") {
  const StateTable table = test::random_samples(50, 3, 2, RandomStream(5, "chain")).table();
  RowMatrix<double> values;
  const auto along = [&](const std::vector<std::uint32_t>& order) { relay_along_bits(table, order, values); };
  CHECK_THROWS_WITH(along({0, 1}), "relay information along a permutation: 2 units, expected 3");
  CHECK_THROWS_WITH(along({0, 2, 2}),
                    "relay information along a permutation: unit 2 is named twice, expected each of 3 units once");
  CHECK_THROWS_WITH(along({0, 3, 4}), "relay information along a permutation: entry 1 is unit 3, expected [0,3)");
  CHECK_THROWS_AS(along({0, 1, 3}), UsageError);
}
