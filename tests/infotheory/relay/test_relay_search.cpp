// Greedy, branching and exhaustive search against the definition, set by set.
#include <algorithm>
#include <bit>
#include <set>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/exhaustive.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/relay/relay.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/random_tables.hpp"
#include "tests/instruction_sets.hpp"
#include "tests/set_scans.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

struct Path {
  std::vector<int> removed;
  std::vector<double> information;
};

/// The greedy search, directly from the definition.
Path naive_greedy(const StateTable& table, int cls) {
  Path path;
  NeuronSet relay = NeuronSet::all(table.unit_count());
  while (!relay.empty()) {
    int best = -1;
    double most = 0;
    for (int k = 0; k < table.unit_count(); ++k) {
      if (!relay.contains(k)) continue;
      const double information = relay_information_bits(table, cls, relay.without(k));
      if (best < 0 || information > most) {
        best = k;
        most = information;
      }
    }
    relay = relay.without(best);
    path.removed.push_back(best);
    path.information.push_back(most);
  }
  return path;
}

bool same_table_and_best(const ExhaustiveRelay& x, const ExhaustiveRelay& y) {
  return x.information == y.information && x.best_information == y.best_information && x.best_set == y.best_set &&
         x.above_greedy == y.above_greedy && x.above_greedy_as_published == y.above_greedy_as_published;
}

}  // namespace

TEST_CASE("Greedy search agrees with a naive search", "[relay]") {
  const int neurons = GENERATE(1, 2, 3, 5, 8, 11);
  const std::size_t n = GENERATE(std::size_t{1}, std::size_t{30}, std::size_t{400});
  const StateTable table =
      random_samples(n, neurons, 3, RandomStream(11, "greedy").child(static_cast<std::uint64_t>(neurons))).table();
  const GreedyRelay greedy = greedy_relay(table);
  for (int c = 0; c < 3; ++c) {
    const Path path = naive_greedy(table, c);
    for (int step = 0; step < neurons; ++step) {
      REQUIRE(greedy.removal_order(c, step) == path.removed[static_cast<std::size_t>(step)]);
      REQUIRE(greedy.information(c, step) == path.information[static_cast<std::size_t>(step)]);
    }
    CHECK(greedy.information(c, neurons - 1) == 0);
  }
}

TEST_CASE("Greedy search takes the lowest of tied neurons", "[relay]") {
  // Parity: any non-empty set relays one bit, so every step is a tie.
  StateSamples parity{{}, {}, {}, 4, 2};
  for (StateWord word = 0; word < 16; ++word) {
    parity.states.push_back(word);
    parity.input.push_back(static_cast<Symbol>(std::popcount(word) & 1));
  }
  parity.output = parity.input;
  const StateTable table = parity.table();
  const GreedyRelay greedy = greedy_relay(table);
  for (int step = 0; step < 4; ++step) CHECK(greedy.removal_order(1, step) == step);
  for (int step = 0; step < 3; ++step) CHECK(greedy.information(1, step) == 1);

  const BranchingRelay branches = branching_relay(table, 1);
  REQUIRE(branches.sets.size() == 4);
  CHECK(branches.sets[0].size() == 4);
  CHECK(branches.sets[1].size() == 6);
  CHECK(branches.sets[2].size() == 4);
  CHECK(branches.sets[3] == std::vector<NeuronSet>{NeuronSet()});
  CHECK(branches.information == std::vector<double>{1, 1, 1, 0});
  CHECK_THROWS_WITH(branching_relay(table, 1, {.max_sets = 5}),
                    "branching greedy search: contrast 1, step 1: 6 tied sets, expected at most 5");
  CHECK_THROWS_AS(branching_relay(table, 2), UsageError);
  StopAfter stop(0);
  CHECK_THROWS_AS(branching_relay(table, 1, {}, stop), Interrupted);
}

TEST_CASE("Branching search keeps exactly the tied sets", "[relay]") {
  const int neurons = 6;
  StateSamples samples = random_samples(80, neurons - 1, 3, RandomStream(12, "branching"));
  samples.units = neurons;  // neuron 5 copies neuron 2, so there are ties
  for (StateWord& state : samples.states) state |= (state >> 2 & 1u) << 5;
  const StateTable table = samples.table();
  for (int c = 0; c < 3; ++c) {
    const BranchingRelay branches = branching_relay(table, c);
    std::set<StateWord> kept = {NeuronSet::all(neurons).bits()};
    for (std::size_t step = 0; step < static_cast<std::size_t>(neurons); ++step) {
      double most = -2;
      std::set<StateWord> next;
      for (const StateWord bits : kept)
        for (int k = 0; k < neurons; ++k) {
          if (!NeuronSet(bits).contains(k)) continue;
          const NeuronSet left = NeuronSet(bits).without(k);
          const double information = relay_information_bits(table, c, left);
          if (information > most) next.clear();
          if (information >= most) next.insert(left.bits());
          most = std::max(most, information);
        }
      kept = next;
      std::vector<StateWord> found;
      for (const NeuronSet set : branches.sets[step]) found.push_back(set.bits());
      CHECK(found == std::vector<StateWord>(kept.begin(), kept.end()));
      CHECK(branches.information[step] == most);
    }
  }
}

TEST_CASE("Aggregated relay information sums the losses over the steps before a neuron is removed", "[relay]") {
  GreedyRelay greedy;
  greedy.removal_order.resize(1, 4);
  greedy.removal_order << 2, 0, 3, 1;
  greedy.information.resize(1, 4);
  greedy.information << 0.75, 0.5, 0.625, 0;
  const RowMatrix<double> aggregated = aggregated_relay_information_bits(greedy);
  CHECK(aggregated(0, 2) == 0);
  CHECK(aggregated(0, 0) == 0);
  CHECK(aggregated(0, 3) == 0.25);
  CHECK(aggregated(0, 1) == 0.375);
}

TEST_CASE("Exhaustive search agrees with the definition for every set", "[relay]") {
  const int neurons = GENERATE(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  const std::size_t n = GENERATE(std::size_t{1}, std::size_t{25}, std::size_t{2000});
  const StateTable table =
      random_samples(n, neurons, 3, RandomStream(13, "all").child(static_cast<std::uint64_t>(neurons))).table();
  const ExhaustiveRelay exhaustive = exhaustive_relay(table, greedy_relay(table));
  REQUIRE(exhaustive.information.cols() == Eigen::Index{1} << neurons);
  for (int c = 0; c < 3; ++c)
    for (StateWord set = 0; set < StateWord{1} << neurons; ++set)
      REQUIRE(exhaustive.information(c, set) == static_cast<float>(relay_information_bits(table, c, NeuronSet(set))));
}

TEST_CASE("Exhaustive search agrees with the definition for random sets of many neurons", "[relay]") {
  const int neurons = GENERATE(14, 15, 17);
  RandomStream random = RandomStream(14, "many").child(static_cast<std::uint64_t>(neurons));
  // More than 65,535 samples, so that counts need more than 16 bits.
  const StateTable table = random_samples(neurons == 15 ? 70'000 : 3000, neurons, 2, random.child("samples")).table();
  const ExhaustiveRelay exhaustive = exhaustive_relay(table, greedy_relay(table));
  for (int i = 0; i < 300; ++i) {
    const NeuronSet set(static_cast<StateWord>(random.below(std::uint64_t{1} << neurons)));
    const int c = i % 2;
    REQUIRE(exhaustive.information(c, set.index()) == static_cast<float>(relay_information_bits(table, c, set)));
  }
}

TEST_CASE("Best sets and sets above greedy agree with a plain loop", "[relay]") {
  const int neurons = 9;
  StateSamples samples = random_samples(600, neurons - 1, 3, RandomStream(15, "best"));
  samples.units = neurons;  // neuron 8 copies neuron 3, so the best sets are tied
  for (StateWord& state : samples.states) state |= (state >> 3 & 1u) << 8;
  const StateTable table = samples.table();
  const GreedyRelay greedy = greedy_relay(table);
  const ExhaustiveRelay exhaustive = exhaustive_relay(table, greedy);
  const auto total = total_relay_information_bits(table);
  for (int c = 0; c < 3; ++c) {
    std::vector<double> most(neurons + 1, -2), of_greedy(neurons + 1, total[static_cast<std::size_t>(c)]);
    for (int step = 0; step < neurons; ++step)
      of_greedy[static_cast<std::size_t>(neurons - 1 - step)] = greedy.information(c, step);
    std::vector<StateWord> best(neurons + 1);
    int above = 0, as_published = 0;
    for (StateWord bits = 0; bits < 512; ++bits) {
      const double information = relay_information_bits(table, c, NeuronSet(bits));
      const auto size = static_cast<std::size_t>(std::popcount(bits));
      if (information > most[size]) {
        most[size] = information;
        best[size] = bits;
      }
      above += information > of_greedy[size];
      if (size > 0) as_published += information > of_greedy[size - 1];
    }
    for (int size = 0; size <= neurons; ++size) {
      CHECK(exhaustive.best_information(c, size) == most[static_cast<std::size_t>(size)]);
      CHECK(exhaustive.best_set(c, size) == best[static_cast<std::size_t>(size)]);
    }
    CHECK(exhaustive.above_greedy[static_cast<std::size_t>(c)] == above / 512.0);
    CHECK(exhaustive.above_greedy_as_published[static_cast<std::size_t>(c)] == as_published / 512.0);
  }
}

TEST_CASE("Searches give the same bits for any number of threads", "[relay]") {
  const StateTable table = random_samples(2000, 16, 3, RandomStream(16, "threads")).table();
  set_thread_count(1);
  const GreedyRelay greedy = greedy_relay(table);
  const ExhaustiveRelay exhaustive = exhaustive_relay(table, greedy);
  for (const int threads : {2, 3, 7}) {
    set_thread_count(threads);
    const GreedyRelay again = greedy_relay(table);
    CHECK(again.removal_order == greedy.removal_order);
    CHECK(again.information == greedy.information);
    CHECK(same_table_and_best(exhaustive_relay(table, greedy), exhaustive));
  }
}

TEST_CASE("Exhaustive search gives the same bits with every instruction set", "[relay]") {
  const std::size_t n = GENERATE(std::size_t{3000}, std::size_t{70'000});  // counts of 16 and of 32 bits
  const StateTable table = random_samples(n, 14, 3, RandomStream(18, "instruction sets")).table();
  const GreedyRelay greedy = greedy_relay(table);
  const ExhaustiveRelay expected = exhaustive_relay(table, greedy);
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    CAPTURE(n, hwy::TargetName(target));
    const OnlyInstructionSets only(target);
    CHECK(same_table_and_best(exhaustive_relay(table, greedy), expected));
  }
}

TEST_CASE("Searches stop when asked to", "[relay]") {
  const StateTable table = random_samples(500, 16, 2, RandomStream(17, "stop")).table();
  const GreedyRelay greedy = greedy_relay(table);
  set_thread_count(2);
  StopAfter at_once(0), soon(2);
  CHECK_THROWS_AS(greedy_relay(table, {}, at_once), Interrupted);
  CHECK_THROWS_AS(exhaustive_relay(table, greedy, soon), Interrupted);
}

TEST_CASE("Exhaustive search names what it cannot do", "[relay]") {
  const StateTable table = random_samples(10, 25, 2, RandomStream(18, "limits")).table();
  CHECK_THROWS_WITH(exhaustive_relay(table, greedy_relay(table)),
                    "exhaustive relay information: 25 units, expected at most 24");
  const StateTable small = random_samples(10, 3, 2, RandomStream(18, "small")).table();
  CHECK_THROWS_WITH(exhaustive_relay(small, greedy_relay(table)),
                    "exhaustive relay information: greedy search is [2,25], expected [2,3]");
}
