#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "core/error.hpp"
#include "infotheory/significance/rearrangement.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/significance/planted.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

using SampleList = std::vector<std::uint32_t>;

bool is_permutation_of_all(SampleList source) {
  std::sort(source.begin(), source.end());
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] != i) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("Permutations within groups take every order of each group equally often", "[significance]") {
  const SampleList group{2, 0, 2, 0, 2, 5};
  const Permutation permutation = Permutation::within(group);
  std::map<SampleList, int> times;
  constexpr int draws = 12'000;
  for (std::uint64_t p = 0; p < draws; ++p) {
    const SampleList source = permutation.source(RandomStream(1, "within").child(p));
    REQUIRE(is_permutation_of_all(source));
    for (std::size_t i = 0; i < group.size(); ++i) REQUIRE(group[source[i]] == group[i]);
    ++times[source];
  }
  REQUIRE(times.size() == 12);  // 3! orders of group 2, 2! of group 0
  for (const auto& [source, count] : times) CHECK(std::abs(count - 1000) < 5 * 31);  // 5 standard deviations
}

TEST_CASE("Circular shifts keep the order of time within each trial", "[significance]") {
  const SampleList trial{4, 4, 4, 4, 7, 7, 7, 1};
  const Permutation permutation = Permutation::of(Exchange::circular_shifts, trial.size(), trial);
  std::set<SampleList> seen;
  for (std::uint64_t p = 0; p < 300; ++p) {
    const SampleList source = permutation.source(RandomStream(2, "shifts").child(p));
    REQUIRE(is_permutation_of_all(source));
    for (std::size_t i = 0; i < 4; ++i) REQUIRE(source[(i + 1) % 4] == (source[i] + 1) % 4);
    for (std::size_t i = 0; i < 3; ++i) REQUIRE(source[4 + (i + 1) % 3] == 4 + (source[4 + i] - 4 + 1) % 3);
    REQUIRE(source[7] == 7);
    seen.insert(source);
  }
  CHECK(seen.size() == 12);  // each trial has a shift of its own
}

TEST_CASE("Whole trials are exchanged among those of the same length", "[significance]") {
  const SampleList trial{0, 0, 1, 1, 2, 3, 4, 4, 4};
  const Permutation permutation = Permutation::of(Exchange::trials, trial.size(), trial);
  std::set<SampleList> seen;
  for (std::uint64_t p = 0; p < 100; ++p) seen.insert(permutation.source(RandomStream(3, "trials").child(p)));
  CHECK(seen == std::set<SampleList>{{0, 1, 2, 3, 4, 5, 6, 7, 8},
                                     {2, 3, 0, 1, 4, 5, 6, 7, 8},
                                     {0, 1, 2, 3, 5, 4, 6, 7, 8},
                                     {2, 3, 0, 1, 5, 4, 6, 7, 8}});
}

TEST_CASE("Trials that cannot be exchanged are named", "[significance]") {
  const auto of = [](Exchange exchange, const SampleList& trial, std::size_t samples) {
    return Permutation::of(exchange, samples, trial);
  };
  CHECK_THROWS_WITH(of(Exchange::trials, {0, 0, 1}, 3),
                    "exchange of trials: 2 trials, no two of the same length, expected at least two that are");
  CHECK_THROWS_WITH(of(Exchange::circular_shifts, {0, 1, 2}, 3),
                    "circular shifts: the longest trial has 1 samples, expected at least 2");
  CHECK_THROWS_WITH(of(Exchange::trials, {0, 1, 0}, 3),
                    "trials: sample 2 is of trial 0 again, expected the samples of a trial side by side");
  CHECK_THROWS_WITH(of(Exchange::trials, {0, 1}, 3), "trials: 3 samples with 2 trial numbers, expected one for each");
  CHECK_THROWS_AS(trials_with_replacement(SampleList{0, 1, 0}, RandomStream(1, "x")), DataError);
}

TEST_CASE("Samples and trials are drawn with replacement", "[significance]") {
  std::vector<int> times(5);
  for (std::uint64_t p = 0; p < 4000; ++p) {
    const SampleList source = with_replacement(5, RandomStream(4, "samples").child(p));
    REQUIRE(source.size() == 5);
    for (const std::uint32_t sample : source) ++times[sample];
  }
  for (const int count : times) CHECK(std::abs(count - 4000) < 5 * 57);

  const SampleList trial{8, 8, 3, 5, 5, 5};
  double length = 0;
  for (std::uint64_t p = 0; p < 2000; ++p) {
    const SampleList source = trials_with_replacement(trial, RandomStream(5, "trials").child(p));
    length += static_cast<double>(source.size()) / 2000;
    for (std::size_t i = 0; i < source.size();) {  // whole trials, from their first sample on
      const std::size_t first = source[i];
      REQUIRE((first == 0 || first == 2 || first == 3));
      const std::size_t size = first == 0 ? 2 : first == 2 ? 1 : 3;
      for (std::size_t j = 0; j < size; ++j) REQUIRE(source[i + j] == first + j);
      i += size;
    }
  }
  CHECK(length == Approx(6).margin(5 * 1.41 / std::sqrt(2000.)));
}

TEST_CASE("Distinct states of drawn samples are those of their rows", "[significance]") {
  const int units = GENERATE(5, 70);
  const Recorded recorded = planted(60, units, 2, 0.8, 0.7, RandomStream(6, "rows"));
  const DistinctStates distinct = distinct_states(recorded.states);
  for (std::uint64_t p = 0; p < 20; ++p) {
    const SampleList source = with_replacement(60, RandomStream(7, "draws").child(p));
    const DistinctStates drawn = states_of(distinct, source),
                         expected = distinct_states(recorded.states.select(source));
    CHECK(drawn.states == expected.states);
    CHECK(drawn.counts == expected.counts);
    CHECK(drawn.index == expected.index);
  }
}
