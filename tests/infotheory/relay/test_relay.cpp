// Relay information of single sets: analytic values, the eight entropies, identities.
#include "infotheory/relay/relay.hpp"

#include <functional>
#include <numeric>

#include "core/error.hpp"
#include "infotheory/relay/exhaustive.hpp"
#include "infotheory/relay/greedy.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/eight_entropies.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

constexpr double tolerance = 1e-12;

struct Joint {
  int in, out;
  StateWord state;
};

/// A distribution given by an outcome for each word of fair bits, each counted a number of times.
struct Case {
  StateSamples samples;

  Case(int units, int classes) {
    samples.units = units;
    samples.classes = classes;
  }
  void add(int in, int out, StateWord state, int times = 1) {
    for (int i = 0; i < times; ++i) {
      samples.states.push_back(state);
      samples.input.push_back(static_cast<Symbol>(in));
      samples.output.push_back(static_cast<Symbol>(out));
    }
  }
  static Case fair(int bits, int neurons, const std::function<Joint(int)>& outcome) {
    Case made(neurons, 2);
    for (int word = 0; word < 1 << bits; ++word) {
      const Joint joint = outcome(word);
      made.add(joint.in, joint.out, joint.state);
    }
    return made;
  }
  /// By definition, by the exhaustive search and by the eight entropies; class 1.
  void check(NeuronSet relay, double expected) const {
    INFO("relay set {" << relay.to_string() << "}");
    const StateTable table = samples.table();
    CHECK(relay_information_bits(table, 1, relay) == exactly(expected));
    CHECK(eight_entropies(samples, 1, relay) == exactly(expected));
    const ExhaustiveRelay exhaustive = exhaustive_relay(table, greedy_relay(table));
    CHECK(exhaustive.information(1, relay.index()) == static_cast<float>(relay_information_bits(table, 1, relay)));
  }
};

StateWord state(int word) { return static_cast<StateWord>(word); }

}  // namespace

TEST_CASE("Circuits of fair bits relay whole bits", "[relay]") {
  SECTION("one neuron copies and one is noise") {
    const Case c = Case::fair(2, 2, [](int w) { return Joint{bit(w, 0), bit(w, 0), state(w)}; });
    c.check({}, 0);
    c.check({0}, 1);
    c.check({1}, 0);
    c.check({0, 1}, 1);
  }
  SECTION("two redundant copies") {
    const Case c = Case::fair(1, 2, [](int w) { return Joint{w, w, w != 0 ? 3u : 0u}; });
    c.check({0}, 0);
    c.check({1}, 0);
    c.check({0, 1}, 1);
  }
  SECTION("encrypted") {
    const Case c = Case::fair(2, 2, [](int w) {
      const int in = bit(w, 0), noise = bit(w, 1);
      return Joint{in, in, state(noise | (in ^ noise) << 1)};
    });
    c.check({0}, 1);
    c.check({1}, 1);
    c.check({0, 1}, 1);
  }
  SECTION("and of two bits") {
    const Case c = Case::fair(2, 2, [](int w) { return Joint{w == 3, w == 3, state(w)}; });
    c.check({0}, 0.5);
    c.check({1}, 0.5);
    c.check({0, 1}, 0.8112781244591328);
  }
  SECTION("majority of three copied bits") {
    const Case c = Case::fair(3, 3, [](int w) {
      const int majority = bit(w, 0) + bit(w, 1) + bit(w, 2) >= 2;
      return Joint{majority, majority, state(w)};
    });
    for (const StateWord single : {1u, 2u, 4u}) c.check(NeuronSet(single), 0.5);
    for (const StateWord pair : {3u, 5u, 6u}) c.check(NeuronSet(pair), 0.8112781244591328);
    c.check({0, 1, 2}, 1);
  }
  SECTION("parity of copied bits") {
    const int n = GENERATE(1, 2, 3, 6);
    const Case c = Case::fair(n, n, [](int w) {
      const int parity = __builtin_popcount(static_cast<unsigned>(w)) & 1;
      return Joint{parity, parity, state(w)};
    });
    c.check({}, 0);
    for (StateWord set = 1; set < StateWord{1} << n; ++set) c.check(NeuronSet(set), 1);
  }
  SECTION("collider") {
    Case::fair(2, 1, [](int w) { return Joint{bit(w, 0), bit(w, 1), state(bit(w, 0) ^ bit(w, 1))}; }).check({0}, -1);
  }
  SECTION("bypass") {
    Case::fair(2, 1, [](int w) { return Joint{bit(w, 0), bit(w, 0), state(bit(w, 1))}; }).check({0}, 0);
  }
}

TEST_CASE("A noisy channel relays its information", "[relay]") {
  SECTION("binary symmetric channel of 0.1") {
    Case c(1, 2);
    for (int in = 0; in < 2; ++in)
      for (int y = 0; y < 2; ++y) c.add(in, y, state(y), in == y ? 9 : 1);
    c.check({0}, 0.5310044064107188);
  }
  SECTION("two in a row") {
    Case c(1, 2);
    for (int in = 0; in < 2; ++in)
      for (int y = 0; y < 2; ++y)
        for (int out = 0; out < 2; ++out) c.add(in, out, state(y), (in == y ? 9 : 1) * (y == out ? 9 : 1));
    c.check({0}, 0.31992295427172);
  }
  SECTION("unequal input") {
    Case c(1, 2);
    c.add(1, 1, 1, 1);
    c.add(0, 0, 0, 9);
    c.check({0}, 0.4689955935892812);
  }
}

TEST_CASE("Relay information equals its sum of eight entropies", "[relay]") {
  const int neurons = GENERATE(1, 2, 3, 4, 5, 6, 7, 8);
  const StateSamples samples = random_samples(60, neurons, 3, RandomStream(7, "eight").child(std::uint64_t(neurons)));
  const StateTable table = samples.table();
  for (StateWord set = 0; set<StateWord{1} << neurons; set += neurons> 5 ? 3 : 1)
    for (int c = 0; c < 3; ++c)
      REQUIRE(relay_information_bits(table, c, NeuronSet(set)) ==
              Approx(eight_entropies(samples, c, NeuronSet(set))).margin(tolerance));
}

TEST_CASE("Relay information obeys its identities", "[relay]") {
  const int neurons = 6;
  const NeuronSet all = NeuronSet::all(neurons);
  const StateSamples samples = random_samples(400, neurons, 4, RandomStream(3, "identities"));
  const StateTable table = samples.table();

  SECTION("the empty set relays exactly nothing") {
    for (int c = 0; c < 4; ++c) CHECK(relay_information_bits(table, c, {}) == 0);
  }
  SECTION("all neurons together") {
    const auto total = total_relay_information_bits(table);
    for (int c = 0; c < 4; ++c) {
      CHECK(relay_information_bits(table, c, all) == Approx(eight_entropies(samples, c, all)).margin(tolerance));
      CHECK(total[static_cast<std::size_t>(c)] == relay_information_bits(table, c, all));
    }
  }
  SECTION("the single-neuron loss is what all relay less what the others relay") {
    const auto loss = single_neuron_loss_bits(table);
    for (int c = 0; c < 4; ++c)
      for (int k = 0; k < neurons; ++k)
        CHECK(loss(c, k) ==
              Approx(relay_information_bits(table, c, all) - relay_information_bits(table, c, all.without(k)))
                  .margin(tolerance));
  }
  SECTION("renaming neurons renames sets") {
    const std::vector<int> to = {3, 0, 5, 1, 4, 2};
    const auto rename = [&](StateWord word) {
      StateWord renamed = 0;
      for (int k = 0; k < neurons; ++k) renamed |= (word >> k & 1u) << to[static_cast<std::size_t>(k)];
      return renamed;
    };
    StateSamples other = samples;
    for (StateWord& state : other.states) state = rename(state);
    const StateTable renamed = other.table();
    for (StateWord set = 0; set < 64; ++set)
      CHECK(relay_information_bits(renamed, 1, NeuronSet(rename(set))) ==
            relay_information_bits(table, 1, NeuronSet(set)));
  }
  SECTION("two classes are each other's complement") {
    const StateSamples binary = random_samples(300, 5, 2, RandomStream(4, "binary"));
    const StateTable two = binary.table();
    for (StateWord set = 0; set < 32; ++set)
      CHECK(relay_information_bits(two, 0, NeuronSet(set)) == relay_information_bits(two, 1, NeuronSet(set)));
  }
  SECTION("a constant neuron never matters") {
    StateSamples more = samples;
    more.units = 7;
    for (StateWord& state : more.states) state |= 1u << 6;
    const StateTable with = more.table();
    for (StateWord set = 0; set < 64; ++set) {
      CHECK(relay_information_bits(with, 2, NeuronSet(set)) == relay_information_bits(table, 2, NeuronSet(set)));
      CHECK(relay_information_bits(with, 2, NeuronSet(set).with(6)) ==
            relay_information_bits(table, 2, NeuronSet(set)));
    }
  }
  SECTION("of a duplicated neuron one copy alone relays nothing") {
    StateSamples twice = samples;
    twice.units = 7;
    for (StateWord& state : twice.states) state |= (state & 1u) << 6;
    const StateTable with = twice.table();
    CHECK(relay_information_bits(with, 1, {6}) == 0);
    CHECK(relay_information_bits(with, 1, {0, 6}) == relay_information_bits(table, 1, {0}));
    CHECK(relay_information_bits(with, 1, {0, 2}) == relay_information_bits(table, 1, {2}));
  }
}

TEST_CASE("Counts that are exactly independent have exactly no information", "[relay]") {
  Case c(1, 2);
  for (const StateWord y : {0u, 1u}) {
    c.add(0, 0, y, 21 * 10);
    c.add(0, 1, y, 21 * 33);
    c.add(1, 0, y, 14 * 10);
    c.add(1, 1, y, 14 * 33);
  }
  CHECK(relay_information_bits(c.samples.table(), 1, {0}) == 0);
  CHECK(total_relay_information_bits(c.samples.table()) == std::vector<double>{0, 0});
}

TEST_CASE("Rows follow the list of contrasts", "[relay]") {
  const StateTable table = random_samples(300, 5, 4, RandomStream(5, "rows")).table();
  const std::vector<int> contrasts{3, 1, 3};
  const auto all = total_relay_information_bits(table), some = total_relay_information_bits(table, contrasts);
  const auto loss = single_neuron_loss_bits(table), some_loss = single_neuron_loss_bits(table, contrasts);
  const GreedyRelay path = greedy_relay(table), some_path = greedy_relay(table, contrasts);
  REQUIRE(some.size() == 3);
  for (Eigen::Index row = 0; row < 3; ++row) {
    const int c = contrasts[static_cast<std::size_t>(row)];
    CHECK(some[static_cast<std::size_t>(row)] == all[static_cast<std::size_t>(c)]);
    CHECK(some_loss.row(row) == loss.row(c));
    CHECK(some_path.removal_order.row(row) == path.removal_order.row(c));
    CHECK(some_path.information.row(row) == path.information.row(c));
  }
}

TEST_CASE("Contrasts may be any sets of input and output symbols", "[relay]") {
  // The two low bits of a three-bit input are copied; the output has four symbols. One contrast for each copied bit,
  // one for a bit that is not in the output.
  std::vector<StateWord> states;
  std::vector<Symbol> input, output;
  std::vector<Contrast> contrasts(3);
  for (std::size_t bit = 0; bit < 3; ++bit) {
    contrasts[bit].input.count = 8;
    contrasts[bit].output.count = 4;
    for (Symbol symbol = 0; symbol < 8; ++symbol)
      if ((symbol >> bit & 1) != 0) contrasts[bit].input.members.push_back(symbol);
    for (Symbol symbol = 0; symbol < 4; ++symbol)
      if ((symbol >> bit % 2 & 1) != 0) contrasts[bit].output.members.push_back(symbol);
  }
  for (Symbol symbol = 0; symbol < 8; ++symbol) {
    states.push_back(symbol & 3u);
    input.push_back(symbol);
    output.push_back(symbol & 3u);
  }
  const StateTable table(UnitStates::from_words(states, 2), input, output, contrasts);
  CHECK(total_relay_information_bits(table) == std::vector<double>{1, 1, 0});
  CHECK(relay_information_bits(table, 0, {0}) == 1);
  CHECK(relay_information_bits(table, 0, {1}) == 0);
  CHECK(relay_information_bits(table, 1, {1}) == 1);
}

TEST_CASE("Relay information is computed for 300 classes", "[relay]") {
  // A word of nine bits is the input and, in nine cases of ten, the output. Each class against the rest, by counting.
  constexpr int classes = 300, units = 9;
  StateSamples samples;
  samples.units = units;
  samples.classes = classes;
  RandomStream random(6, "classes");
  for (int i = 0; i < 6000; ++i) {
    const auto symbol = static_cast<Symbol>(random.below(classes));
    samples.input.push_back(symbol);
    samples.states.push_back(random.uniform() < 0.95 ? symbol : static_cast<StateWord>(random.below(512)));
    samples.output.push_back(random.uniform() < 0.9 ? symbol : static_cast<Symbol>(random.below(classes)));
  }
  const StateTable table = samples.table();
  REQUIRE(table.contrast_count() == classes);
  const auto total = total_relay_information_bits(table);
  REQUIRE(total.size() == classes);
  for (const int c : {0, 1, 17, 254, 255, 256, 257, 299}) {
    CAPTURE(c);
    CHECK(total[static_cast<std::size_t>(c)] ==
          Approx(eight_entropies(samples, c, NeuronSet::all(units))).margin(tolerance));
    CHECK(relay_information_bits(table, c, {0, 3}) == Approx(eight_entropies(samples, c, {0, 3})).margin(tolerance));
  }
  const std::vector<int> last{299};
  CHECK(greedy_relay(table).information.row(299) == greedy_relay(table, last).information.row(0));
}

TEST_CASE("Relay information names a contrast or unit that is not there", "[relay]") {
  const StateTable table = random_samples(20, 3, 2, RandomStream(1, "errors")).table();
  CHECK_THROWS_WITH(relay_information_bits(table, 2, {0}), "relay information: contrast 2, expected [0,2)");
  CHECK_THROWS_WITH(relay_information_bits(table, -1, {0}), "relay information: contrast -1, expected [0,2)");
  CHECK_THROWS_WITH(relay_information_bits(table, 0, {1, 3, 5}), "relay information: set names unit 3, expected [0,3)");
  const std::vector<Symbol> symbols{0, 1};
  const StateTable wide(UnitStates(2, 33), symbols, symbols, numbered_contrasts(2));
  CHECK_THROWS_WITH(relay_information_bits(wide, 0, {0}), "relay information of a set: 33 units, expected at most 32");
  CHECK_THROWS_WITH(branching_relay(wide, 0), "branching greedy search: 33 units, expected at most 32");
}
