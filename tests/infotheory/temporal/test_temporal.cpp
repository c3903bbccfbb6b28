#include "infotheory/temporal/temporal.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/random.hpp"
#include "infotheory/information/entropy.hpp"
#include "infotheory/information/information.hpp"
#include "infotheory/states/state_table.hpp"
#include "infotheory/temporal/set_information.hpp"
#include "tests/catch2.hpp"
#include "tests/contrasts.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {

/// Every sequence of `steps` bits once: trial i holds the bits of i. So bits of different steps are exactly
/// independent.
std::vector<Symbol> all_sequences(std::size_t steps) {
  std::vector<Symbol> inputs;
  for (std::size_t trial = 0; trial < std::size_t{1} << steps; ++trial) {
    for (std::size_t t = 0; t < steps; ++t) inputs.push_back(static_cast<Symbol>(trial >> t & 1u));
  }
  return inputs;
}

/// Unit k holds the input k steps ago, 0 before the start of the trial.
UnitStates shift_register(const std::vector<Symbol>& inputs, std::size_t steps, int units) {
  UnitStates states(inputs.size(), units);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    for (int k = 0; k < units; ++k) {
      const auto lag = static_cast<std::size_t>(k);
      if (i % steps >= lag && inputs[i - lag] == 1) states.set(i, k);
    }
  }
  return states;
}

struct RandomSystem {
  UnitStates states;
  std::vector<Symbol> inputs;
};

/// Units that depend on the last inputs and on each other, so that nothing is independent.
RandomSystem random_system(std::size_t samples, int units, std::uint64_t symbols) {
  RandomStream random(3, "temporal");
  RandomSystem system{UnitStates(samples, units), {}};
  for (std::size_t i = 0; i < samples; ++i) {
    system.inputs.push_back(static_cast<Symbol>(random.below(symbols)));
    for (int k = 0; k < units; ++k) {
      const std::size_t lag = random.below(3);
      const bool on = i >= lag && system.inputs[i - lag] % 2 == 1 && random.below(4) != 0;
      if (on != (k > 0 && system.states.bit(i, k - 1))) system.states.set(i, k);
    }
  }
  return system;
}

/// One variable for the masked state.
double by_joint_table(const std::vector<StateWord>& words, const std::vector<Symbol>& a, const std::vector<Symbol>& c,
                      std::uint32_t set) {
  std::vector<DiscreteValue> masked, first(a.begin(), a.end()), given(c.begin(), c.end());
  for (const StateWord word : words) masked.push_back(word & set);
  return conditional_mutual_information_bits(JointTable::from_samples({first, masked, given}), {0}, {1}, {2});
}

/// I(y_j(t+1); B(t) given y_j(t)) from the joint table of the steps within trials; j = target.
double transfer_by_joint_table(const UnitStates& states, std::size_t steps, std::uint32_t set, int target) {
  std::vector<StateWord> words;
  std::vector<Symbol> next, now;
  for (std::size_t i = 0; i < states.sample_count(); ++i) {
    if (i % steps == steps - 1) continue;
    words.push_back(states.word(i));
    now.push_back(states.bit(i, target) ? 1 : 0);
    next.push_back(states.bit(i + 1, target) ? 1 : 0);
  }
  return by_joint_table(words, next, now, set);
}

}  // namespace

TEST_CASE("Information of every set equals that of its joint table", "[temporal]") {
  for (const std::uint64_t symbols : {2u, 5u, 16u}) {
    const auto [states, inputs] = random_system(1023, 5, symbols);
    std::vector<Symbol> other(inputs.rbegin(), inputs.rend());
    for (std::size_t i = 0; i < other.size(); i += 2) other[i] = inputs[i];
    const auto bits = information_of_sets_bits(states.words(), 5, other, inputs);
    REQUIRE(bits.size() == 32);
    CHECK(bits[0] == 0);
    for (std::uint32_t set = 0; set < 32; ++set)
      REQUIRE(bits[set] == Approx(by_joint_table(states.words(), other, inputs, set)).margin(1e-12));
    CHECK(bits[31] > 0.01);
    const std::vector<NeuronSet> some{NeuronSet(9u), NeuronSet(31u)};
    CHECK(information_of_sets_bits(states.words(), 5, other, inputs, some) == std::vector{bits[9], bits[31]});
    set_thread_count(3);
    CHECK(information_of_sets_bits(states.words(), 5, other, inputs) == bits);
    set_thread_count(1);
    CHECK(information_of_sets_bits(states.words(), 5, other, inputs) == bits);
  }
}

TEST_CASE("Information of many symbols on as many states is the entropy of the symbols", "[temporal]") {
  // Just below a power of two, N times the entropy takes the most bits.
  for (const std::size_t samples : {std::size_t{1000}, std::size_t{8191}, std::size_t{10'000}, std::size_t{16'383}}) {
    for (const std::uint64_t symbols : {2u, 3u, 4u, 5u, 8u, 10u, 16u, 17u, 300u}) {
      CAPTURE(samples, symbols);
      std::vector<StateWord> words;
      std::vector<Symbol> past;
      std::vector<std::uint64_t> counts(symbols);
      RandomStream random(7, "symbols");
      for (std::size_t i = 0; i < samples; ++i) {
        const std::uint64_t symbol = random.below(symbols);
        words.push_back(static_cast<StateWord>(symbol));
        past.push_back(static_cast<Symbol>(65'535 - symbol));
        ++counts[symbol];
      }
      const std::vector<NeuronSet> all{NeuronSet::all(9)};
      const std::vector<Symbol> now(samples, 0);
      CHECK(information_of_sets_bits(words, 9, past, now, all).front() == Approx(entropy_bits(counts)).epsilon(1e-12));
    }
  }
}

TEST_CASE("A shift register of n bits represents each past input below lag n on one unit, and none beyond",
          "[temporal]") {
  constexpr std::size_t steps = 9;
  constexpr int units = 5;
  const auto inputs = all_sequences(steps);
  const UnitStates states = shift_register(inputs, steps, units);
  const RowMatrix<double> bits =
      temporal_representation_bits(states, inputs, steps, {.lags = {0, 1, 2, 3, 4, 5, 6, 7, 8}});
  for (int lag = 0; lag < static_cast<int>(steps); ++lag) {
    for (std::uint32_t set = 0; set < 1u << units; ++set) {
      const bool holds = lag > 0 && lag < units && NeuronSet(set).contains(lag);
      REQUIRE(std::fabs(bits(lag, set) - (holds ? 1 : 0)) <= (holds ? 1e-14 : 0));
    }
  }
}

TEST_CASE("Temporal representation is the information about the past input beyond the present one", "[temporal]") {
  const auto [states, inputs] = random_system(600, 4, 3);
  for (const bool padded : {false, true}) {
    TemporalOptions options{.lags = {1, 3}};
    if (padded) options.before_start = Symbol{2};
    const RowMatrix<double> bits = temporal_representation_bits(states, inputs, 50, options);
    for (int row = 0; row < 2; ++row) {
      const std::size_t lag = row == 0 ? 1 : 3;
      std::vector<StateWord> words;
      std::vector<Symbol> past, now;
      for (std::size_t i = 0; i < 600; ++i) {
        if (i % 50 < lag && !padded) continue;
        words.push_back(states.word(i));
        past.push_back(i % 50 < lag ? Symbol{2} : inputs[i - lag]);
        now.push_back(inputs[i]);
      }
      for (std::uint32_t set = 0; set < 16; ++set)
        REQUIRE(bits(row, set) == Approx(by_joint_table(words, past, now, set)).margin(1e-12));
    }
  }
}

TEST_CASE("Transfer entropy is that of a copy in the next step, of nothing else, and within trials only",
          "[temporal]") {
  // Unit 0 is random, unit 1 copies it a step later, unit 2 is the exclusive or of both a step later.
  constexpr std::size_t steps = 8;
  const auto bits = all_sequences(steps);
  UnitStates states(bits.size(), 3);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (bits[i] == 1) states.set(i, 0);
    const std::size_t t = i % steps;
    if (t >= 1 && bits[i - 1] == 1) states.set(i, 1);
    if (t >= 2 && (bits[i - 1] ^ bits[i - 2]) == 1) states.set(i, 2);
  }
  // Steps 2 to 7 of each trial, where both units have a past.
  std::vector<std::uint32_t> late;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (i % steps >= 2) late.push_back(static_cast<std::uint32_t>(i));
  }
  const UnitStates settled = states.select(late);
  const RowMatrix<double> between = transfer_entropy_between_units_bits(settled, steps - 2);
  CHECK(between(0, 1) == Approx(1).epsilon(1e-14));
  CHECK(between(1, 0) == 0.0);
  CHECK(between(0, 2) == 0.0);  // neither of the two alone says anything about their exclusive or
  CHECK(between(1, 2) == 0.0);
  for (int k = 0; k < 3; ++k) CHECK(between(k, k) == 0.0);
  const auto of_sets = transfer_entropy_of_sets_bits(settled, steps - 2, 2);
  CHECK(of_sets[NeuronSet{0, 1}.index()] == Approx(1).epsilon(1e-14));
  for (int target = 0; target < 3; ++target) {
    const auto to_target = transfer_entropy_of_sets_bits(states, steps, target);
    for (std::uint32_t set = 0; set < 8; ++set)
      CHECK(to_target[set] == Approx(transfer_by_joint_table(states, steps, set, target)).margin(1e-12));
  }

  // Trials of two steps in which the first step of the next trial repeats the last step of this one: seen across the
  // ends of trials there would be a transfer from unit 0 to unit 1, but there is none within.
  RandomStream random(4, "trials");
  UnitStates ends(4000, 2);
  bool carried = false;
  for (std::size_t i = 0; i < 4000; i += 2) {
    if (carried) ends.set(i, 1);
    carried = random.below(2) == 1;
    if (carried) ends.set(i + 1, 0);
  }
  CHECK(transfer_entropy_of_sets_bits(ends, 2, 1)[NeuronSet{0}.index()] == 0.0);
  CHECK(transfer_entropy_of_sets_bits(ends, 4000, 1)[NeuronSet{0}.index()] > 0.2);
}

TEST_CASE("A relay that drifts has drift 1, one that stays 0", "[temporal]") {
  RandomStream random(6, "drift");
  constexpr int units = 6, times = 5;
  std::vector<Symbol> symbol;
  for (int i = 0; i < 800; ++i) symbol.push_back(static_cast<Symbol>(random.below(2)));
  for (const bool drifts : {true, false}) {
    std::vector<GreedyRelay> paths;
    for (int t = 0; t < times; ++t) {
      UnitStates states(800, units);
      for (std::size_t i = 0; i < 800; ++i) {
        for (int k = 0; k < units; ++k) {
          const bool holds = k == (drifts ? t : 2);
          if (holds ? symbol[i] == 1 : random.below(2) == 1) states.set(i, k);
        }
      }
      paths.push_back(greedy_relay(StateTable(states, symbol, symbol, test::numbered_contrasts(2))));
      CHECK(last_units(paths.back().removal_order, 0, 1) == std::vector{drifts ? t : 2});
    }
    const RowMatrix<double> drift = relay_drift(paths, 1);
    REQUIRE((drift.rows() == 2 && drift.cols() == times - 1));
    CHECK(drift.minCoeff() == (drifts ? 1.0 : 0.0));
    CHECK(drift.maxCoeff() == (drifts ? 1.0 : 0.0));
  }
}

TEST_CASE("The Jaccard distance is the part of the units that are not in both lists", "[temporal]") {
  CHECK(jaccard_distance(std::vector{1, 2}, std::vector{2, 1}) == 0);
  CHECK(jaccard_distance(std::vector{1, 2}, std::vector{3, 4}) == 1);
  CHECK(jaccard_distance(std::vector{1, 2}, std::vector{2, 5}) == Approx(2.0 / 3));
  CHECK(jaccard_distance(std::vector{1}, std::vector<int>{}) == 1);
  CHECK(jaccard_distance(std::vector<int>{}, std::vector<int>{}) == 0);
}

TEST_CASE("Arguments of measures over time that do not fit are refused by name", "[temporal]") {
  const auto [states, inputs] = random_system(60, 3, 2);
  CHECK_THROWS_WITH(temporal_representation_bits(states, inputs, 7),
                    "measures over time: 60 samples, expected a multiple of the 7 steps of a trial");
  CHECK_THROWS_WITH(temporal_representation_bits(states, inputs, 0), Contains("steps of a trial is 0"));
  CHECK_THROWS_WITH(temporal_representation_bits(states, inputs, 4), Contains("lag is 4, expected [0,3]"));
  CHECK_THROWS_WITH(temporal_representation_bits(states, std::vector<Symbol>(59), 10), Contains("59 inputs"));
  CHECK_THROWS_WITH(transfer_entropy_of_sets_bits(states, 10, 3), Contains("target is 3, expected [0,2]"));
  CHECK_THROWS_WITH(transfer_entropy_of_sets_bits(states, 1, 0), Contains("steps of a trial is 1"));
  const std::vector<NeuronSet> beyond{NeuronSet{1, 3, 4}};
  CHECK_THROWS_WITH(information_of_sets_bits(states.words(), 3, inputs, inputs, beyond),
                    "information of sets: set names unit 3, expected [0,3)");
  const std::vector<GreedyRelay> one(1);
  CHECK_THROWS_WITH(relay_drift(one, 1), Contains("number of times is 1"));
}
