// Permutation tests against all permutations of small recordings, and their calibration.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/relay.hpp"
#include "infotheory/significance/permutation_test.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/eight_entropies.hpp"
#include "tests/infotheory/significance/planted.hpp"
#include "tests/set_scans.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

Recorded recorded_of(const StateSamples& samples) {
  return {UnitStates::from_words(samples.states, samples.units), samples.input, samples.output,
          numbered_contrasts(samples.classes)};
}

/// The share of all permutations of samples within equal Y_0 whose relay information, by its eight entropies, is at
/// least that observed. No relay: the states of Y_R are permuted; nothing to relay: the outputs.
double exact_share(const StateSamples& samples, int contrast, NeuronSet relay, RelayNull null) {
  const double observed = eight_entropies(samples, contrast, relay);
  const StateWord given = relay.complement(NeuronSet::all(samples.units)).bits();
  std::vector<std::size_t> order(samples.states.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  double allowed = 0, above = 0;
  do {
    StateSamples permuted = samples;
    bool same_given = true;
    for (std::size_t i = 0; i < order.size(); ++i) {
      same_given = same_given && ((samples.states[i] ^ samples.states[order[i]]) & given) == 0;
      if (null == RelayNull::no_relay)
        permuted.states[i] = samples.states[order[i]];
      else
        permuted.output[i] = samples.output[order[i]];
    }
    if (!same_given) continue;
    allowed += 1;
    above += eight_entropies(permuted, contrast, relay) >= observed - 1e-12 ? 1 : 0;
  } while (std::next_permutation(order.begin(), order.end()));
  return above / allowed;
}

/// sup |F_empirical - F_uniform| sqrt(n); above 2.22 with probability 1e-4 if `p` are uniform and independent.
double kolmogorov_smirnov(std::vector<double> p) {
  std::sort(p.begin(), p.end());
  const auto n = static_cast<double>(p.size());
  double most = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const auto below = static_cast<double>(i);
    most = std::max({most, std::abs(p[i] - below / n), std::abs((below + 1) / n - p[i])});
  }
  return most * std::sqrt(n);
}
constexpr double smirnov_bound = 2.22;

}  // namespace

TEST_CASE("p-values of sets approach the share of all permutations", "[significance][long]") {
  const RelayNull null = GENERATE(RelayNull::no_relay, RelayNull::nothing_to_relay);
  const StateWord relay = GENERATE(StateWord{0b1}, StateWord{0b10}, StateWord{0b11}, StateWord{0b111});
  const StateSamples samples = random_samples(8, 3, 2, RandomStream(21, "small"));
  const Recorded recorded = recorded_of(samples);
  std::vector<int> units;
  for (int k = 0; k < 3; ++k) {
    if (NeuronSet(relay).contains(k)) units.push_back(k);
  }
  constexpr std::size_t permutations = 4000;
  const NullTest test = set_permutation_test(recorded.samples(), units, {.null = null, .permutations = permutations});
  for (int c = 0; c < 2; ++c) {
    const double expected = exact_share(samples, c, NeuronSet(relay), null);
    CAPTURE(relay, c, expected);
    CHECK(test.observed(c, 0) == Approx(eight_entropies(samples, c, NeuronSet(relay))).margin(1e-12));
    const double deviation = std::sqrt(expected * (1 - expected) / permutations);
    CHECK(std::abs(test.p(c, 0) - expected) < 5 * deviation + 2. / permutations);
  }
}

TEST_CASE("The set of all units is tested like the total", "[significance]") {
  const RelayNull null = GENERATE(RelayNull::no_relay, RelayNull::nothing_to_relay);
  const Recorded recorded = planted(60, 3, 1, 0.8, 0.8, RandomStream(22, "total"));
  const PermutationOptions options{.null = null, .permutations = 50};
  const RelayTest test = relay_permutation_test(recorded.samples(), options, RelayPart::greedy);
  const std::vector<int> all{0, 1, 2};
  const NullTest set = set_permutation_test(recorded.samples(), all, options);
  CHECK(set.observed == test.total.observed);
  CHECK(set.p == test.total.p);
  CHECK(set.quantile == test.total.quantile);
  CHECK(test.by_size.p.col(3) == test.total.p);
  CHECK(test.by_size.p.col(0).minCoeff() == 1);  // the empty set relays exactly 0
  for (Eigen::Index k = 0; k < 3; ++k) {
    // A unit alone: the recording of this unit.
    RowMatrix<std::uint8_t> column = recorded.states.to_bytes().col(k);
    const UnitStates alone = UnitStates::from_bytes(column);
    const NullTest single = set_permutation_test({alone, recorded.input, recorded.output, recorded.contrasts},
                                                 std::vector<int>{0}, options);
    CHECK(single.observed.col(0) == test.single.observed.col(k));
    CHECK(single.p.col(0) == test.single.p.col(k));
  }
}

TEST_CASE("p is 1 if every sample has a state of its own", "[significance]") {
  Recorded recorded{UnitStates(32, 5), {}, {}};
  for (std::size_t i = 0; i < 32; ++i) {
    for (int k = 0; k < 5; ++k) {
      if ((i >> k & 1u) != 0) recorded.states.set(i, k);
    }
    recorded.input.push_back(static_cast<Symbol>(i % 2));
    recorded.output.push_back(static_cast<Symbol>(i % 7 == 0 ? 1 - i % 2 : i % 2));
  }
  const RelayTest test = relay_permutation_test(recorded.samples(), {.permutations = 99}, RelayPart::single);
  CHECK(test.total.observed(1, 0) > 0.1);  // nothing but undersampling
  CHECK(test.total.p(1, 0) == 1);
  CHECK(test.aggregated.p.size() == 0);
  const RelayTest nothing = relay_permutation_test(
      recorded.samples(), {.null = RelayNull::nothing_to_relay, .permutations = 99}, RelayPart::single);
  CHECK(nothing.total.p(1, 0) <= 0.05);  // this null alone would call it a relay
}

TEST_CASE("p of no relay is uniform for irrelevant units, p of nothing to relay is at its floor",
          "[significance][long]") {
  // Output equal to input at 80 %, seven coins: the artefact of methods that condition on everything.
  std::vector<double> no_relay, by_set;
  int at_floor = 0;
  constexpr int seeds = 200;
  constexpr std::size_t permutations = 99;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const RandomStream random = RandomStream(23, "irrelevant").child(seed);
    const Recorded recorded = planted(300, 7, 0, 0.8, 0, random.child("samples"));
    PermutationOptions options{.permutations = permutations, .random = random.child("permutations")};
    no_relay.push_back(relay_permutation_test(recorded.samples(), options, RelayPart::single).total.p(1, 0));
    by_set.push_back(set_permutation_test(recorded.samples(), std::vector<int>{0, 3, 5}, options).p(1, 0));
    options.null = RelayNull::nothing_to_relay;
    at_floor += relay_permutation_test(recorded.samples(), options, RelayPart::single).total.p(1, 0) <= 0.02 ? 1 : 0;
  }
  CHECK(kolmogorov_smirnov(no_relay) < smirnov_bound);
  CHECK(kolmogorov_smirnov(by_set) < smirnov_bound);
  CHECK(at_floor > 0.95 * seeds);
}

TEST_CASE("p of both nulls is uniform if input and output are independent", "[significance]") {
  const RelayNull null = GENERATE(RelayNull::no_relay, RelayNull::nothing_to_relay);
  std::vector<double> total, single, greedy;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const RandomStream random = RandomStream(24, "independent").child(seed);
    const Recorded recorded = planted(300, 4, 0, 0.5, 0, random.child("samples"));
    const PermutationOptions options{.null = null, .permutations = 99, .random = random.child("permutations")};
    const RelayTest test = relay_permutation_test(recorded.samples(), options, RelayPart::greedy);
    total.push_back(test.total.p(1, 0));
    single.push_back(test.single.p(1, 2));
    greedy.push_back(test.by_size.p(1, 2));
  }
  CHECK(kolmogorov_smirnov(total) < smirnov_bound);
  CHECK(kolmogorov_smirnov(single) < smirnov_bound);
  CHECK(kolmogorov_smirnov(greedy) < smirnov_bound);
}

TEST_CASE("The bound of the calibration tests rejects p-values that are not uniform", "[significance]") {
  std::vector<double> uniform, skewed;
  RandomStream random(25, "uniform");
  for (int i = 0; i < 200; ++i) {
    uniform.push_back((1 + static_cast<double>(random.below(100))) / 100);
    skewed.push_back(std::pow(random.uniform(), 1.6));
  }
  CHECK(kolmogorov_smirnov(uniform) < smirnov_bound);
  CHECK(kolmogorov_smirnov(skewed) > smirnov_bound);
}

TEST_CASE("A planted relay is found by both nulls", "[significance]") {
  const Recorded recorded = planted(300, 3, 1, 0.95, 0.95, RandomStream(26, "relay"));
  for (const RelayNull null : {RelayNull::no_relay, RelayNull::nothing_to_relay}) {
    const RelayTest test =
        relay_permutation_test(recorded.samples(), {.null = null, .permutations = 99}, RelayPart::greedy);
    CHECK(test.total.p(1, 0) == 0.01);
    CHECK(test.single.p(1, 0) == 0.01);
    CHECK(test.by_size.p(1, 1) == 0.01);
    CHECK(test.total.quantile_of(1, 0, 2) < test.total.observed(1, 0));
    const std::vector<int> first{0}, second{1};
    CHECK(set_permutation_test(recorded.samples(), first, {.null = null, .permutations = 99}).p(1, 0) == 0.01);
    CHECK(set_permutation_test(recorded.samples(), second, {.permutations = 99}).p(1, 0) > 0.05);
  }
}

TEST_CASE("Dependence in time makes single samples the wrong exchange, shifts and trials the right one",
          "[significance]") {
  // Input, output and a unit are slow, and know nothing of each other.
  std::vector<double> samples, shifts, trials;
  constexpr std::size_t steps = 40, count = 12;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    RandomStream random = RandomStream(27, "slow").child(seed);
    Recorded recorded{UnitStates(steps * count, 1), {}, {}};
    std::vector<std::uint32_t> trial;
    for (std::size_t i = 0; i < steps * count; ++i) {
      trial.push_back(static_cast<std::uint32_t>(i / steps));
      const bool start = i % steps == 0;
      const auto next = [&](bool before) { return start || random.uniform() < 0.1 ? random.below(2) == 1 : before; };
      const bool input = next(!start && recorded.input.back() == 1),
                 unit = next(!start && recorded.states.bit(i - 1, 0));
      // The output follows the input half of the time, so that there is something to relay.
      const bool output = random.uniform() < 0.5 ? input : random.below(2) == 1;
      recorded.input.push_back(input ? 1 : 0);
      recorded.output.push_back(output ? 1 : 0);
      if (unit) recorded.states.set(i, 0);
    }
    const auto p = [&](Exchange exchange) {
      const PermutationOptions options{
          .permutations = 99, .exchange = exchange, .trial = trial, .random = random.child("permutations")};
      return relay_permutation_test(recorded.samples(), options, RelayPart::single).total.p(1, 0);
    };
    samples.push_back(p(Exchange::samples));
    shifts.push_back(p(Exchange::circular_shifts));
    trials.push_back(p(Exchange::trials));
  }
  CHECK(kolmogorov_smirnov(samples) > smirnov_bound);
  CHECK(kolmogorov_smirnov(shifts) < smirnov_bound);
  CHECK(kolmogorov_smirnov(trials) < smirnov_bound);
}

TEST_CASE("The maximum statistic is that of all sets of each permutation", "[significance]") {
  const Recorded recorded = planted(80, 4, 1, 0.8, 0.7, RandomStream(28, "maximum"));
  const PermutationOptions options{.permutations = 25, .random = RandomStream(29, "permutations")};
  const MaximumTest test = maximum_permutation_test(recorded.samples(), options);
  const auto largest = [&](const StateTable& table, int c) {
    std::vector<double> most(5, -2);
    for (StateWord set = 0; set < 16; ++set) {
      double& of_size = most[static_cast<std::size_t>(NeuronSet(set).size())];
      of_size = std::max(of_size, relay_information_bits(table, c, NeuronSet(set)));
    }
    return most;
  };
  const Permutation permutation = Permutation::of(Exchange::samples, 80, {});
  for (int c = 0; c < 2; ++c) {
    const auto observed = largest({recorded.states, recorded.input, recorded.output, recorded.contrasts}, c);
    std::vector<int> above(5);
    int any = 0;
    const double best = *std::max_element(observed.begin(), observed.end());
    for (std::uint64_t p = 0; p < 25; ++p) {
      const auto source = permutation.source(options.random.child(p));
      const auto null = largest({recorded.states, symbols_of(recorded.input, source),
                                 symbols_of(recorded.output, source), recorded.contrasts},
                                c);
      for (std::size_t size = 0; size < 5; ++size) above[size] += null[size] >= observed[size] ? 1 : 0;
      any += *std::max_element(null.begin(), null.end()) >= best ? 1 : 0;
    }
    for (Eigen::Index size = 0; size < 5; ++size) {
      CHECK(test.by_size.observed(c, size) == observed[static_cast<std::size_t>(size)]);
      CHECK(test.by_size.p(c, size) == (1. + above[static_cast<std::size_t>(size)]) / 26);
    }
    CHECK(test.any.observed(c, 0) == best);
    CHECK(test.any.p(c, 0) == (1. + any) / 26);
  }
}

TEST_CASE("Permutation tests give the same bits for any number of threads", "[significance]") {
  const Recorded recorded = planted(200, 6, 2, 0.8, 0.7, RandomStream(30, "threads"));
  const PermutationOptions options{.permutations = 30};
  const std::vector<int> set{1, 4};
  set_thread_count(1);
  const RelayTest relay = relay_permutation_test(recorded.samples(), options, RelayPart::greedy);
  const NullTest of_set = set_permutation_test(recorded.samples(), set, options);
  const MaximumTest maximum = maximum_permutation_test(recorded.samples(), options);
  const auto same = [](const NullTest& x, const NullTest& y) {
    return same_bits(x.observed, y.observed) && same_bits(x.p, y.p) && same_bits(x.quantile, y.quantile);
  };
  for (const int threads : {2, 5}) {
    set_thread_count(threads);
    const RelayTest again = relay_permutation_test(recorded.samples(), options, RelayPart::greedy);
    CHECK((same(again.total, relay.total) && same(again.single, relay.single) &&
           same(again.aggregated, relay.aggregated) && same(again.by_size, relay.by_size)));
    CHECK(same(set_permutation_test(recorded.samples(), set, options), of_set));
    CHECK(same(maximum_permutation_test(recorded.samples(), options).by_size, maximum.by_size));
  }
}

TEST_CASE("Permutation tests take more than 32 units", "[significance]") {
  const Recorded recorded = planted(100, 40, 1, 0.9, 0.9, RandomStream(31, "wide"));
  const RelayTest test = relay_permutation_test(recorded.samples(), {.permutations = 19}, RelayPart::greedy);
  CHECK(test.total.p(1, 0) == 1);  // every sample is alone in its state
  CHECK(test.single.p(1, 0) == 0.05);
  CHECK(test.by_size.p.cols() == 41);
}

TEST_CASE("Permutation tests name what they cannot take", "[significance]") {
  const Recorded recorded = planted(20, 3, 1, 0.9, 0.9, RandomStream(32, "errors"));
  const auto of_set = [&](std::vector<int> units, PermutationOptions options = {.permutations = 5}) {
    return set_permutation_test(recorded.samples(), units, options);
  };
  CHECK_THROWS_WITH(of_set({3}), "permutation test: set names unit 3, expected [0,3)");
  CHECK_THROWS_WITH(of_set({-1}), "permutation test: set names unit -1, expected [0,3)");
  CHECK_THROWS_WITH(of_set({1, 1}), "permutation test: set names unit 1 twice, expected once");
  CHECK_THROWS_WITH(of_set({1}, {.permutations = 0}), "permutation test: permutations is 0, expected at least 1");
  CHECK_THROWS_AS(of_set({1}, {.permutations = 5, .exchange = Exchange::circular_shifts}), UsageError);
  CHECK_NOTHROW(of_set({0, 1, 2}, {.permutations = 5, .exchange = Exchange::circular_shifts}));
  StopAfter stop(2);
  CHECK_THROWS_AS(relay_permutation_test(recorded.samples(), {.permutations = 50}, RelayPart::greedy, stop),
                  Interrupted);
}
