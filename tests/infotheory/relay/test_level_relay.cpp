// Relay information of units of several levels and contrasts of several symbols: against counting, and against the
// binary code.
#include <numeric>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/relay/relay.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/greedy_paths.hpp"
#include "tests/infotheory/relay/random_levels.hpp"
#include "tests/infotheory/relay/random_tables.hpp"
#include "tests/infotheory/relay/wide_tables.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

LevelSamples levels_of(const UnitStates& states, const std::vector<Symbol>& input, const std::vector<Symbol>& output,
                       int symbols) {
  return {states.to_bytes(), input, output, symbols};
}

void check_same_as_binary(const StateTable& binary, const LevelSamples& samples) {
  const LevelTable table = samples.one_vs_rest();
  const GreedyRelay expected = greedy_relay(binary), found = greedy_relay(table);
  CHECK(found.removal_order == expected.removal_order);
  CHECK(found.information == expected.information);
  CHECK(total_relay_information_bits(table) == total_relay_information_bits(binary));
  CHECK(single_neuron_loss_bits(table) == single_neuron_loss_bits(binary));
  RandomStream random(5, "sets");
  for (int i = 0; i < 20; ++i) {
    std::vector<int> relay;
    for (int k = 0; k < samples.units(); ++k)
      if (random.below(3) == 0) relay.push_back(k);
    shuffle(relay, random);
    CHECK(relay_information_bits(table, 1, relay) == wide_relay_information_bits(binary, 1, relay));
  }
}

}  // namespace

TEST_CASE("Relay information of units of several levels agrees with counting", "[levels][relay]") {
  const int levels = GENERATE(2, 3, 5), symbols = GENERATE(2, 4, 7), units = 8;
  const bool whole = GENERATE(false, true);
  const LevelSamples samples = random_levels(250, units, levels, symbols, RandomStream(31, "levels"));
  const LevelTable table = whole ? samples.whole() : samples.one_vs_rest();
  REQUIRE(table.contrast_count() == (whole ? 1 : symbols));
  const std::vector<double> total = total_relay_information_bits(table);
  const RowMatrix<double> single = single_neuron_loss_bits(table);
  const GreedyRelay path = greedy_relay(table);
  for (int row = 0; row < table.contrast_count(); row += 2) {
    const int c = whole ? -1 : row;
    const double none = counted_information(samples, c, {}), all = counted_information(samples, c, counting(units));
    CHECK(total[static_cast<std::size_t>(row)] == exactly(none - all));
    for (int k = 0; k < units; ++k) CHECK(single(row, k) == exactly(none - counted_information(samples, c, {k})));
    for (std::uint32_t set = 0; set < 1u << units; set += 5) {
      const double expected = counted_information(samples, c, units_of_bits(~set, units)) - all;
      REQUIRE(relay_information_bits(table, row, units_of_bits(set, units)) == exactly(expected));
    }
    check_greedy_path(path, row, 1e-12,
                      [&](const std::vector<int>& given) { return counted_information(samples, c, given); });
  }
}

TEST_CASE("Of binary units and contrasts the levels give the bits of the binary code", "[levels][relay]") {
  SECTION("up to 32 units") {
    const int units = GENERATE(1, 6, 32);
    const StateSamples samples = random_samples(900, units, 4, RandomStream(32, "levels"));
    const UnitStates states = UnitStates::from_words(samples.states, units);
    check_same_as_binary(samples.table(), levels_of(states, samples.input, samples.output, 4));
    const StateTable table = samples.table();
    for (StateWord set = 0; set < (units > 6 ? 64u : 1u << units); ++set)
      CHECK(relay_information_bits(table, 2, NeuronSet(set)) ==
            wide_relay_information_bits(table, 2, units_of_bits(set, units)));
  }
  SECTION("more units, states of many samples") {
    const WideSamples samples = random_wide_samples(1500, 90, 3, RandomStream(33, "levels"));
    check_same_as_binary(samples.table(), levels_of(samples.states, samples.input, samples.output, 3));
  }
}

TEST_CASE("Binary contrasts and whole contrasts of two symbols are the same", "[levels][relay]") {
  const LevelSamples samples = random_levels(700, 9, 3, 2, RandomStream(34, "levels"));
  const GreedyRelay one = greedy_relay(samples.one_vs_rest()), whole = greedy_relay(samples.whole());
  CHECK(one.removal_order.row(0) == whole.removal_order.row(0));
  CHECK(one.information.row(1) == whole.information.row(0));
}

TEST_CASE("A whole contrast of many symbols relays their whole entropy", "[levels][relay]") {
  // A permutation of 65,536 symbols is relayed by two units of 256 levels: 16 bits. Each of them holds half.
  constexpr std::uint32_t symbols = 65536;
  RowMatrix<std::uint8_t> states(symbols, 2);
  std::vector<Symbol> input, output;
  for (std::uint32_t i = 0; i < symbols; ++i) {
    states(i, 0) = static_cast<std::uint8_t>(i >> 8);
    states(i, 1) = static_cast<std::uint8_t>(i);
    input.push_back(static_cast<Symbol>(i));
    output.push_back(static_cast<Symbol>(i * 3));
  }
  const LevelTable table(states, input, output);
  CHECK(table.size() == symbols);
  CHECK(total_relay_information_bits(table) == std::vector<double>{16});
  const GreedyRelay path = greedy_relay(table);
  CHECK(path.removal_order(0, 0) == 0);
  CHECK(path.information(0, 0) == 8);
  CHECK(path.information(0, 1) == 0);
  const std::vector<int> first{0};
  CHECK(relay_information_bits(table, 0, first) == 8);
}

TEST_CASE("Relay information of levels is the same with any number of threads and order of samples",
          "[levels][relay]") {
  LevelSamples samples = random_levels(2000, 30, 4, 5, RandomStream(35, "levels"));
  const int before = thread_count();
  set_thread_count(1);
  const GreedyRelay alone = greedy_relay(samples.one_vs_rest());
  set_thread_count(3);
  std::vector<std::size_t> order(2000);
  std::iota(order.begin(), order.end(), std::size_t{0});
  RandomStream random(36, "order");
  shuffle(order, random);
  LevelSamples other = samples;
  for (std::size_t i = 0; i < order.size(); ++i) {
    other.states.row(static_cast<Eigen::Index>(i)) = samples.states.row(static_cast<Eigen::Index>(order[i]));
    other.input[i] = samples.input[order[i]];
    other.output[i] = samples.output[order[i]];
  }
  const GreedyRelay again = greedy_relay(other.one_vs_rest());
  set_thread_count(before);
  CHECK(again.removal_order == alone.removal_order);
  CHECK(again.information == alone.information);
  CHECK(aggregated_relay_information_bits(again) == aggregated_relay_information_bits(alone));
}

TEST_CASE("Relay information of levels names what is wrong", "[levels][relay]") {
  const LevelTable table = random_levels(50, 3, 3, 2, RandomStream(37, "levels")).one_vs_rest();
  const std::vector<int> beyond{0, 3}, twice{2, 1, 2}, unit{1}, contrast{2};
  CHECK_THROWS_WITH(relay_information_bits(table, 0, beyond), "relay information: set names unit 3, expected [0,3)");
  CHECK_THROWS_WITH(relay_information_bits(table, 0, twice),
                    "relay information: set names unit 2 twice, expected once");
  CHECK_THROWS_WITH(relay_information_bits(table, 2, unit), "relay information: contrast 2, expected [0,2)");
  CHECK_THROWS_WITH(greedy_relay(table, contrast), "relay information: contrast 2, expected [0,2)");
  CHECK_THROWS_AS(total_relay_information_bits(table, contrast), UsageError);
  CHECK_THROWS_AS(single_neuron_loss_bits(table, contrast), UsageError);
}
