// Relay information by its definition, with inputs and outputs of any number of symbols: circuits whose values are
// known exactly, and the binary case that networks use.
#include <functional>

#include "core/error.hpp"
#include "infotheory/information/information.hpp"
#include "infotheory/relay/relay.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/eight_entropies.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

/// What a circuit's wires carry in one case, which counts `times`.
struct Wires {
  int in, out;
  std::vector<int> y;
  std::uint64_t times = 1;
};

/// Variables of a circuit's table: In, Out, then the neurons.
constexpr int first_neuron = 2;

JointTable table_of(const std::vector<Wires>& cases) {
  std::vector<DiscreteValue> cells;
  std::vector<std::uint64_t> counts;
  for (const Wires& wires : cases) {
    for (const int value : {wires.in, wires.out}) cells.push_back(static_cast<DiscreteValue>(value));
    for (const int value : wires.y) cells.push_back(static_cast<DiscreteValue>(value));
    counts.push_back(wires.times);
  }
  return JointTable::from_cells(first_neuron + static_cast<int>(cases.front().y.size()), cells, counts);
}

/// One case for each word of `bits` fair bits.
JointTable fair(int bits, const std::function<Wires(int)>& circuit) {
  std::vector<Wires> cases;
  for (int word = 0; word < 1 << bits; ++word) cases.push_back(circuit(word));
  return table_of(cases);
}

/// I_R of the neurons of `set`, all others given.
double relayed(const JointTable& table, NeuronSet set) {
  RelayVariables variables{.in = {0}, .out = {1}, .relay = {}, .rest = {}};
  for (int k = 0; first_neuron + k < table.variable_count(); ++k) {
    VariableSet& side = set.contains(k) ? variables.relay : variables.rest;
    side = side | VariableSet{first_neuron + k};
  }
  return relay_information_bits(table, variables);
}

}  // namespace

TEST_CASE("Circuits have their analytically known relay information", "[relay][circuits]") {
  SECTION("one neuron copies and one is noise") {
    const JointTable table = fair(2, [](int w) { return Wires{bit(w, 0), bit(w, 0), {bit(w, 0), bit(w, 1)}}; });
    CHECK(relayed(table, {}) == 0);
    CHECK(relayed(table, {0}) == exactly(1));
    CHECK(relayed(table, {1}) == exactly(0));
    CHECK(relayed(table, {0, 1}) == exactly(1));
  }
  SECTION("two redundant copies") {
    const JointTable table = fair(1, [](int w) { return Wires{w, w, {w, w}}; });
    CHECK(relayed(table, {0}) == exactly(0));
    CHECK(relayed(table, {1}) == exactly(0));
    CHECK(relayed(table, {0, 1}) == exactly(1));
  }
  SECTION("encrypted") {
    const JointTable table = fair(2, [](int w) {
      const int in = bit(w, 0), noise = bit(w, 1);
      return Wires{in, noise ^ (in ^ noise), {noise, in ^ noise}};
    });
    CHECK(relayed(table, {0}) == exactly(1));
    CHECK(relayed(table, {1}) == exactly(1));
    CHECK(relayed(table, {0, 1}) == exactly(1));
  }
  SECTION("two bits in parallel") {
    const JointTable table = fair(2, [](int w) { return Wires{w, w, {bit(w, 0), bit(w, 1)}}; });
    CHECK(relayed(table, {}) == 0);
    CHECK(relayed(table, {0}) == exactly(1));
    CHECK(relayed(table, {1}) == exactly(1));
    CHECK(relayed(table, {0, 1}) == exactly(2));
  }
  SECTION("and of two copied bits") {
    const JointTable table = fair(2, [](int w) { return Wires{w, w == 3, {bit(w, 0), bit(w, 1)}}; });
    CHECK(relayed(table, {0}) == exactly(0.5));
    CHECK(relayed(table, {1}) == exactly(0.5));
    CHECK(relayed(table, {0, 1}) == exactly(0.8112781244591328));
  }
  SECTION("majority of three copied bits") {
    const JointTable table = fair(3, [](int w) {
      return Wires{w, bit(w, 0) + bit(w, 1) + bit(w, 2) >= 2, {bit(w, 0), bit(w, 1), bit(w, 2)}};
    });
    for (const StateWord single : {1u, 2u, 4u}) CHECK(relayed(table, NeuronSet(single)) == exactly(0.5));
    for (const StateWord pair : {3u, 5u, 6u}) CHECK(relayed(table, NeuronSet(pair)) == exactly(0.8112781244591328));
    CHECK(relayed(table, {0, 1, 2}) == exactly(1));
  }
  SECTION("parity of copied bits") {
    const int n = GENERATE(1, 2, 3, 6);
    const JointTable table = fair(n, [n](int w) {
      Wires wires{w, 0, {}};
      for (int k = 0; k < n; ++k) {
        wires.y.push_back(bit(w, k));
        wires.out ^= bit(w, k);
      }
      return wires;
    });
    CHECK(relayed(table, {}) == 0);
    for (StateWord set = 1; set < StateWord{1} << n; ++set) CHECK(relayed(table, NeuronSet(set)) == exactly(1));
  }
  SECTION("collider") {
    const JointTable table = fair(2, [](int w) { return Wires{bit(w, 0), bit(w, 1), {bit(w, 0) ^ bit(w, 1)}}; });
    CHECK(relayed(table, {0}) == exactly(-1));
  }
  SECTION("bypass") {
    const JointTable table = fair(2, [](int w) { return Wires{bit(w, 0), bit(w, 0), {bit(w, 1)}}; });
    CHECK(relayed(table, {0}) == exactly(0));
  }
  SECTION("one of two bits bypasses") {
    const JointTable table = fair(2, [](int w) { return Wires{w, w, {bit(w, 0)}}; });
    CHECK(relayed(table, {0}) == exactly(1));
  }
}

TEST_CASE("Noisy circuits have their analytically known relay information", "[relay][circuits]") {
  // A binary symmetric channel of 0.1, in tenths.
  const auto channel = [](int from, int to) { return from == to ? std::uint64_t{9} : std::uint64_t{1}; };
  SECTION("binary symmetric channel") {
    const JointTable table = fair(2, [&](int w) {
      return Wires{bit(w, 0), bit(w, 1), {bit(w, 1)}, channel(bit(w, 0), bit(w, 1))};
    });
    CHECK(relayed(table, {0}) == exactly(0.5310044064107188));
  }
  SECTION("two in a row") {
    const JointTable table = fair(3, [&](int w) {
      const int in = bit(w, 0), y = bit(w, 1), out = bit(w, 2);
      return Wires{in, out, {y}, channel(in, y) * channel(y, out)};
    });
    CHECK(relayed(table, {0}) == exactly(0.31992295427172));
  }
  SECTION("unequal input") {
    const JointTable table = table_of({{0, 0, {0}, 9}, {1, 1, {1}, 1}});
    CHECK(relayed(table, {0}) == exactly(0.4689955935892812));
  }
}

TEST_CASE("Bits together are one variable of many symbols", "[relay][circuits]") {
  // Two bits copied in parallel, once more: In, Out and the neurons as two variables each.
  std::vector<DiscreteValue> cells;
  for (DiscreteValue a = 0; a < 2; ++a) {
    for (DiscreteValue b = 0; b < 2; ++b) cells.insert(cells.end(), {a, b, a, b, a, b});
  }
  const JointTable table = JointTable::from_cells(6, cells, std::vector<double>(4, 0.25));
  const VariableSet in{0, 1}, out{2, 3};
  CHECK(relay_information_bits(table, {in, out, {4}, {5}}) == exactly(1));
  CHECK(relay_information_bits(table, {in, out, {4, 5}, {}}) == exactly(2));
  // Of the second bit alone nothing goes through the first neuron.
  CHECK(relay_information_bits(table, {{1}, {3}, {4}, {5}}) == exactly(0));
  CHECK_THROWS_AS(relay_information_bits(table, {in, out, {6}, {}}), UsageError);
}

TEST_CASE("The general definition agrees with eight entropies and with state tables", "[relay][circuits]") {
  const int neurons = 4;
  const StateSamples samples = random_samples(200, neurons, 3, RandomStream(9, "definition"));
  const StateTable states = samples.table();
  for (int cls = 0; cls < samples.classes; ++cls) {
    std::vector<Wires> cases;
    for (std::size_t i = 0; i < samples.states.size(); ++i) {
      Wires wires{samples.input[i] == cls, samples.output[i] == cls, {}};
      for (int k = 0; k < neurons; ++k) wires.y.push_back(static_cast<int>(samples.states[i] >> k & 1u));
      cases.push_back(wires);
    }
    const JointTable table = table_of(cases);
    CHECK(relayed(table, {}) == 0);
    for (StateWord set = 0; set < StateWord{1} << neurons; ++set) {
      const double defined = relayed(table, NeuronSet(set));
      CHECK(defined == exactly(eight_entropies(samples, cls, NeuronSet(set))));
      CHECK(defined == exactly(relay_information_bits(states, cls, NeuronSet(set))));
    }
  }
}
