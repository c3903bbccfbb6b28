#include "infotheory/states/unit_states.hpp"

#include <cmath>
#include <map>
#include <string>

#include "core/error.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/wide_tables.hpp"

using namespace inforelay;
using namespace inforelay::test;

TEST_CASE("Bytes of states are zeros and ones, and are read back", "[states]") {
  const int units = GENERATE(1, 7, 32, 33, 64, 71);
  const UnitStates states = random_wide_samples(20, units, 2, RandomStream(3, "states")).states;
  const RowMatrix<std::uint8_t> bytes = states.to_bytes();
  REQUIRE(bytes.rows() == 20);
  REQUIRE(bytes.cols() == units);
  for (Eigen::Index sample = 0; sample < 20; ++sample) {
    for (int k = 0; k < units; ++k) {
      CHECK(bytes(sample, k) == (states.bit(static_cast<std::size_t>(sample), k) ? 1 : 0));
    }
  }
  CHECK(UnitStates::from_bytes(bytes) == states);
}

TEST_CASE("Words of states have unit k in bit k, and are read back", "[states]") {
  const std::vector<StateWord> words{0x80000001u, 32u, 0u};
  const UnitStates states = UnitStates::from_words(words, 32);
  CHECK(states.sample_count() == 3);
  CHECK(states.unit_count() == 32);
  CHECK(states.fits_words());
  for (std::size_t sample = 0; sample < 3; ++sample) {
    CHECK(states.word(sample) == words[sample]);
    for (int k = 0; k < 32; ++k) CHECK(states.bit(sample, k) == ((words[sample] >> k & 1u) != 0));
  }
  CHECK(states.words() == words);
  CHECK(UnitStates::from_bytes(states.to_bytes()) == states);
}

TEST_CASE("States name what is wrong", "[states]") {
  CHECK_THROWS_WITH(UnitStates(1, 0), "states: 0 units, expected [1,4096]");
  CHECK_THROWS_WITH(UnitStates(1, 4097), "states: 4097 units, expected [1,4096]");
  CHECK_THROWS_WITH(UnitStates(0, 40), "states: 0 samples, expected [1,2^31)");
  CHECK_THROWS_WITH(UnitStates(2, 33).words(), "states: words of 33 units, expected at most 32");
  const std::vector<StateWord> words{0, 3};
  CHECK_NOTHROW(UnitStates::from_words(words, 2));
  CHECK_THROWS_WITH(UnitStates::from_words(words, 1), "states: sample 1 has state 0x3, expected 1 bits");
  CHECK_THROWS_AS(UnitStates::from_words(words, 1), DataError);
  CHECK_THROWS_AS(UnitStates::from_words(words, 0), UsageError);
  CHECK_THROWS_WITH(UnitStates::from_words(words, 33), "states: words of 33 units, expected at most 32");
  RowMatrix<std::uint8_t> bytes = RowMatrix<std::uint8_t>::Zero(2, 5);
  bytes(1, 4) = 2;
  CHECK_THROWS_WITH(UnitStates::from_bytes(bytes), "states: unit 4 of sample 1 is 2, expected 0 or 1");
  CHECK_THROWS_AS(UnitStates::from_bytes(bytes), DataError);
}

TEST_CASE("Distinct states and occupancy agree with a map", "[states]") {
  const int units = GENERATE(3, 32, 33, 150);
  const UnitStates states = random_wide_samples(300, units, 3, RandomStream(4, "states")).states;
  std::map<std::string, std::uint32_t> count;
  for (std::size_t i = 0; i < 300; ++i) ++count[text_of(states, i)];
  const DistinctStates distinct = distinct_states(states);
  REQUIRE(distinct.counts.size() == count.size());
  REQUIRE(distinct.states.sample_count() == count.size());
  double entropy = 0, alone = 0;
  for (std::size_t row = 0; row < count.size(); ++row) {
    const std::uint32_t n = count.at(text_of(distinct.states, row));
    CHECK(distinct.counts[row] == n);
    entropy -= n / 300.0 * std::log2(n / 300.0);
    alone += n == 1;
  }
  for (std::size_t i = 0; i < 300; ++i) CHECK(text_of(distinct.states, distinct.index[i]) == text_of(states, i));
  const Occupancy found = occupancy(states);
  CHECK(found.occupied == count.size());
  CHECK(found.singleton_fraction == alone / 300);
  CHECK(found.entropy_bits == Approx(entropy).margin(1e-12));
}

TEST_CASE("Known states are occupied as counted by hand", "[states]") {
  const std::vector<StateWord> words{9, 4, 9, 4000000000u, 4, 9, 0, 1};
  const Occupancy result = occupancy(UnitStates::from_words(words, 32));
  CHECK(result.occupied == 5);
  CHECK(result.singleton_fraction == 3. / 8);
  CHECK(result.entropy_bits == Approx(3 - (2 + 3 * std::log2(3)) / 8).margin(1e-12).epsilon(0));
  const Occupancy one = occupancy(UnitStates(10000, 40));
  CHECK(one.occupied == 1);
  CHECK(one.singleton_fraction == 0);
  CHECK(one.entropy_bits == 0);
  CHECK(!std::signbit(one.entropy_bits));
  CHECK(occupancy(UnitStates(1, 1)).singleton_fraction == 1);
  CHECK_THROWS_WITH(occupancy(UnitStates()), "states: no samples, expected at least 1");
}

TEST_CASE("The entropy of symbols given the state is what the state leaves open", "[states]") {
  RandomStream random(9, "given");
  std::vector<std::uint32_t> state;
  std::vector<Symbol> symbols;
  std::map<std::uint32_t, double> of_state;
  std::map<std::pair<std::uint32_t, Symbol>, double> of_both;
  for (int i = 0; i < 500; ++i) {
    state.push_back(static_cast<std::uint32_t>(random.below(20)));
    symbols.push_back(static_cast<Symbol>(random.below(3) * (state.back() % 4)));
    ++of_state[state.back()];
    ++of_both[{state.back(), symbols.back()}];
  }
  double expected = 0;
  for (const auto& [both, n] : of_both) expected -= n / 500 * std::log2(n / of_state[both.first]);
  CHECK(entropy_given_state_bits(state, symbols) == Approx(expected).margin(1e-12));
  const std::vector<Symbol> determined(state.begin(), state.end()), few{1};
  const double none = entropy_given_state_bits(state, determined);
  CHECK(none == 0);
  CHECK(!std::signbit(none));
  const std::vector<std::uint32_t> one_state{7, 7, 7, 7};
  CHECK(entropy_given_state_bits(one_state, std::vector<Symbol>{0, 9, 5, 2}) == 2);
  CHECK_THROWS_WITH(entropy_given_state_bits(state, few),
                    "states: 500 states with 1 symbols, expected as many and at least 1");
}
