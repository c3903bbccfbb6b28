// Significance of units of several levels and of whole symbols, and repeats that are interrupted.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <numeric>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/statistics/statistics.hpp"
#include "infotheory/significance/bootstrap.hpp"
#include "infotheory/significance/permutation_test.hpp"
#include "infotheory/significance/subsampling.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/significance/counted_statistics.hpp"
#include "tests/infotheory/significance/planted.hpp"
#include "tests/set_scans.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

bool same(const NullTest& x, const NullTest& y) {
  return same_bits(x.observed, y.observed) && same_bits(x.p, y.p) && same_bits(x.quantile, y.quantile) &&
         same_bits(x.mean, y.mean);
}

constexpr std::size_t tested_units = 4;

struct LevelCase {
  int levels, symbols;
  bool whole;
};
const std::vector<LevelCase> level_cases{{3, 2, false}, {5, 4, false}, {3, 7, true}, {5, 3, true}};

struct LevelRecording {
  LevelSamples samples;
  std::vector<Contrast> of_symbols;  // empty: whole

  LevelRecording(const LevelCase& each, std::size_t n, RandomStream random)
      : samples(random_levels(n, static_cast<int>(tested_units), each.levels, each.symbols, random)),
        of_symbols(each.whole ? std::vector<Contrast>() : numbered_contrasts(each.symbols)) {}

  RelaySamples relay() const { return {samples.states, samples.input, samples.output, of_symbols}; }
  int contrasts() const { return of_symbols.empty() ? 1 : samples.symbols; }
  int contrast(int c) const { return of_symbols.empty() ? -1 : c; }
};

LevelSamples permuted(const LevelSamples& samples, const std::vector<std::uint32_t>& source, RelayNull null) {
  LevelSamples result = rearranged(samples, source, false);
  if (null == RelayNull::nothing_to_relay) result.input = samples.input;
  return result;
}

/// value_of each: a number of CountedStatistics.
template <class ValueOf>
void check_null(const NullTest& test, int c, std::size_t column, const CountedStatistics& observed,
                const std::vector<CountedStatistics>& nulls, const ValueOf& value_of) {
  const auto k = static_cast<Eigen::Index>(column);
  const double value = value_of(observed);
  CAPTURE(c, column);
  CHECK(test.observed(c, k) == Approx(value).margin(1e-12));
  std::vector<double> values;
  for (const CountedStatistics& each : nulls) values.push_back(value_of(each));
  const auto n = static_cast<double>(values.size());
  const auto above = std::count_if(values.begin(), values.end(), [&](double v) { return v >= value - 1e-12; });
  CHECK(test.p(c, k) == (1 + static_cast<double>(above)) / (1 + n));
  CHECK(test.mean(c, k) == Approx(std::accumulate(values.begin(), values.end(), 0.) / n).margin(1e-12));
  for (std::size_t level = 0; level < NullTest::quantile_levels.size(); ++level)
    CHECK(test.quantile_of(c, k, level) == Approx(quantile(values, NullTest::quantile_levels[level])).margin(1e-12));
}

template <class ValueOf>
void check_intervals(const BootstrapIntervals& intervals, int c, std::size_t column, const CountedStatistics& observed,
                     const std::vector<CountedStatistics>& resamples, const ValueOf& value_of) {
  const auto k = static_cast<Eigen::Index>(column);
  CAPTURE(c, column);
  std::vector<double> values;
  for (const CountedStatistics& each : resamples) values.push_back(value_of(each));
  const double mean = std::accumulate(values.begin(), values.end(), 0.) / static_cast<double>(values.size());
  const double bias = mean - value_of(observed);
  CHECK(intervals.observed(c, k) == Approx(value_of(observed)).margin(1e-12));
  CHECK(intervals.bias(c, k) == Approx(bias).margin(1e-12));
  CHECK(intervals.low(c, k) == Approx(quantile(values, 0.1) - bias).margin(1e-12));
  CHECK(intervals.high(c, k) == Approx(quantile(values, 0.9) - bias).margin(1e-12));
}

// Stops at the n-th check.
struct StopAtCheck : Progress {
  explicit StopAtCheck(int n) : left(n) {}
  bool stop_requested() const override { return --left <= 0; }
  mutable std::atomic<int> left;
};

}  // namespace

TEST_CASE("Tests, intervals and curves of binary units are the same to the last bit if they are taken as levels",
          "[significance]") {
  const Recorded recorded = planted(150, 5, 2, 0.8, 0.75, RandomStream(61, "levels"));
  const RowMatrix<std::uint8_t> bytes = recorded.states.to_bytes();
  const RelaySamples binary = recorded.samples(), levels{bytes, recorded.input, recorded.output, recorded.contrasts};
  const RelayNull null = GENERATE(RelayNull::no_relay, RelayNull::nothing_to_relay);
  const PermutationOptions options{.null = null, .permutations = 20};
  const RelayTest x = relay_permutation_test(binary, options, RelayPart::greedy),
                  y = relay_permutation_test(levels, options, RelayPart::greedy);
  CHECK(same(x.total, y.total));
  CHECK(same(x.single, y.single));
  CHECK(same(x.aggregated, y.aggregated));
  CHECK(same(x.by_size, y.by_size));
  const std::vector<int> all{0, 1, 2, 3, 4}, some{0, 3};
  CHECK(same(set_permutation_test(binary, all, options), set_permutation_test(levels, all, options)));
  // Groups of equal Y_0 are permuted in the order of the states, which levels have another one of.
  CHECK(same_bits(set_permutation_test(binary, some, options).observed,
                  set_permutation_test(levels, some, options).observed));
  const MaximumTest most = maximum_permutation_test(binary, options), again = maximum_permutation_test(levels, options);
  CHECK(same(most.by_size, again.by_size));
  CHECK(same(most.any, again.any));
  const RelayBootstrap a = relay_bootstrap(binary, {.resamples = 20}), b = relay_bootstrap(levels, {.resamples = 20});
  CHECK(same(a.total, b.total));
  CHECK(same(a.single, b.single));
  CHECK(same(a.aggregated, b.aggregated));
  CHECK(a.last_two_recur == b.last_two_recur);
  CHECK(same_bits(a.in_half_set, b.in_half_set));
  const SubsamplingCurve u = subsampling_curve(binary, {.draws = 3}), v = subsampling_curve(levels, {.draws = 3});
  CHECK(same_bits(u.single_mean, v.single_mean));
  CHECK(u.total_extrapolated == v.total_extrapolated);
}

TEST_CASE("Tests of levels are those of counted permutations", "[significance]") {
  const LevelCase each = GENERATE(from_range(level_cases));
  const RelayNull null = GENERATE(RelayNull::no_relay, RelayNull::nothing_to_relay);
  CAPTURE(each.levels, each.symbols, each.whole, word_of(relay_null_names, null));
  const LevelRecording recording(each, 70, RandomStream(62, "tests"));
  const PermutationOptions options{.null = null, .permutations = 12, .random = RandomStream(63, "permutations")};
  const RelayTest test = relay_permutation_test(recording.relay(), options, RelayPart::greedy);
  const MaximumTest most = maximum_permutation_test(recording.relay(), options);
  const Permutation permutation = Permutation::of(Exchange::samples, 70, {});
  REQUIRE(test.total.observed.rows() == recording.contrasts());
  for (int c = 0; c < recording.contrasts(); ++c) {
    const CountedStatistics observed = counted_statistics(recording.samples, recording.contrast(c));
    std::vector<CountedStatistics> nulls;
    for (std::uint64_t p = 0; p < options.permutations; ++p)
      nulls.push_back(counted_statistics(permuted(recording.samples, permutation.source(options.random.child(p)), null),
                                         recording.contrast(c)));
    check_null(test.total, c, 0, observed, nulls, [](const CountedStatistics& s) { return s.total; });
    check_null(most.any, c, 0, observed, nulls,
               [](const CountedStatistics& s) { return *std::max_element(s.largest.begin(), s.largest.end()); });
    for (std::size_t k = 0; k < tested_units; ++k) {
      check_null(test.single, c, k, observed, nulls, [&](const CountedStatistics& s) { return s.single[k]; });
      check_null(test.aggregated, c, k, observed, nulls, [&](const CountedStatistics& s) { return s.aggregated[k]; });
    }
    for (std::size_t size = 0; size <= tested_units; ++size) {
      check_null(test.by_size, c, size, observed, nulls, [&](const CountedStatistics& s) { return s.by_size[size]; });
      check_null(most.by_size, c, size, observed, nulls, [&](const CountedStatistics& s) { return s.largest[size]; });
    }
  }
}

TEST_CASE("Tests of sets of levels permute among the samples of equal other units", "[significance]") {
  const LevelCase each = GENERATE(from_range(level_cases));
  const RelayNull null = GENERATE(RelayNull::no_relay, RelayNull::nothing_to_relay);
  CAPTURE(each.levels, each.symbols, each.whole, word_of(relay_null_names, null));
  const LevelRecording recording(each, 70, RandomStream(67, "sets"));
  const PermutationOptions options{.null = null, .permutations = 15, .random = RandomStream(68, "permutations")};
  const std::vector<int> relay{2, 0}, others{1, 3};
  const NullTest test = set_permutation_test(recording.relay(), relay, options);
  std::map<std::vector<int>, std::vector<std::uint32_t>> groups;  // in the order in which they are permuted
  for (std::uint32_t i = 0; i < 70; ++i) {
    std::vector<int> given;
    for (const int k : others) given.push_back(recording.samples.states(i, k));
    groups[given].push_back(i);
  }
  for (int c = 0; c < recording.contrasts(); ++c) {
    const CountedStatistics observed = counted_statistics(recording.samples, recording.contrast(c));
    std::vector<CountedStatistics> nulls;
    for (std::uint64_t p = 0; p < options.permutations; ++p) {
      RandomStream random = options.random.child(p);
      std::vector<std::uint32_t> source(70);
      for (const auto& [given, members] : groups) {
        std::vector<std::uint32_t> from = members;
        shuffle(from, random);
        for (std::size_t i = 0; i < members.size(); ++i) source[members[i]] = from[i];
      }
      nulls.push_back(counted_statistics(permuted(recording.samples, source, null), recording.contrast(c)));
    }
    check_null(test, c, 0, observed, nulls, [](const CountedStatistics& s) { return s.sets[0b0101]; });
  }
}

TEST_CASE("Intervals, stability and curves of levels are those of counted samples", "[significance]") {
  const LevelCase each = GENERATE(from_range(level_cases));
  CAPTURE(each.levels, each.symbols, each.whole);
  const LevelRecording recording(each, 64, RandomStream(69, "intervals"));
  const BootstrapOptions options{.resamples = 12, .level = 0.8, .random = RandomStream(70, "bootstrap")};
  const SubsamplingOptions drawing{.draws = 3, .random = RandomStream(71, "subsampling")};
  const RelayBootstrap found = relay_bootstrap(recording.relay(), options);
  const SubsamplingCurve curve = subsampling_curve(recording.relay(), drawing);
  for (int c = 0; c < recording.contrasts(); ++c) {
    const CountedStatistics observed = counted_statistics(recording.samples, recording.contrast(c));
    std::vector<CountedStatistics> resamples;
    for (std::uint64_t b = 0; b < options.resamples; ++b)
      resamples.push_back(counted_statistics(
          rearranged(recording.samples, with_replacement(64, options.random.child(b)), true), recording.contrast(c)));
    const auto fraction = [&](const auto& holds) {
      return static_cast<double>(std::count_if(resamples.begin(), resamples.end(), holds)) / 12;
    };
    check_intervals(found.total, c, 0, observed, resamples, [](const CountedStatistics& s) { return s.total; });
    const auto row = static_cast<std::size_t>(c);
    CHECK(found.last_two_recur[row] ==
          Approx(fraction([&](const CountedStatistics& s) { return s.greedy_sets[2] == observed.greedy_sets[2]; })));
    CHECK(std::isnan(found.half_set_recurs[row]) == observed.half.empty());
    if (!observed.half.empty())
      CHECK(found.half_set_recurs[row] ==
            Approx(fraction([&](const CountedStatistics& s) { return s.half == observed.half; })));
    for (std::size_t k = 0; k < tested_units; ++k) {
      check_intervals(found.single, c, k, observed, resamples, [&](const CountedStatistics& s) { return s.single[k]; });
      check_intervals(found.aggregated, c, k, observed, resamples,
                      [&](const CountedStatistics& s) { return s.aggregated[k]; });
      if (observed.half.empty()) continue;
      const auto holds_unit = [&](const CountedStatistics& s) {
        return std::find(s.half.begin(), s.half.end(), static_cast<int>(k)) != s.half.end();
      };
      CHECK(found.in_half_set(c, static_cast<Eigen::Index>(k)) == Approx(fraction(holds_unit)));
    }
    CHECK(curve.total_mean(c, 3) == Approx(observed.total).margin(1e-12));
    for (std::uint64_t size = 0; size < 3; ++size) {
      double total = 0, single = 0;
      for (std::uint64_t draw = 0; draw < drawing.draws; ++draw) {
        RandomStream random = drawing.random.child(size).child(draw);
        const auto source = sample_without_replacement(64, std::size_t{8} << size, random);
        const CountedStatistics drawn =
            counted_statistics(rearranged(recording.samples, source, true), recording.contrast(c));
        total += drawn.total / 3;
        single += drawn.single[1] / 3;
      }
      const auto place = static_cast<Eigen::Index>(size);
      CHECK(curve.total_mean(c, place) == Approx(total).margin(1e-12));
      CHECK(curve.single_mean(c, 4 + place) == Approx(single).margin(1e-12));
    }
  }
}

TEST_CASE("Significance of levels is the same to the last bit for any number of threads", "[significance]") {
  const LevelRecording recording(level_cases[3], 120, RandomStream(72, "threads"));
  const std::vector<int> set{0, 3};
  set_thread_count(1);
  const RelayTest test = relay_permutation_test(recording.relay(), {.permutations = 20}, RelayPart::greedy);
  const NullTest of_set = set_permutation_test(recording.relay(), set, {.permutations = 20});
  const MaximumTest most = maximum_permutation_test(recording.relay(), {.permutations = 5});
  const RelayBootstrap bootstrap = relay_bootstrap(recording.relay(), {.resamples = 20});
  const SubsamplingCurve curve = subsampling_curve(recording.relay(), {.draws = 4});
  for (const int threads : {2, 5}) {
    set_thread_count(threads);
    const RelayTest again = relay_permutation_test(recording.relay(), {.permutations = 20}, RelayPart::greedy);
    CHECK((same(again.total, test.total) && same(again.single, test.single) &&
           same(again.aggregated, test.aggregated) && same(again.by_size, test.by_size)));
    CHECK(same(set_permutation_test(recording.relay(), set, {.permutations = 20}), of_set));
    CHECK(same(maximum_permutation_test(recording.relay(), {.permutations = 5}).by_size, most.by_size));
    const RelayBootstrap other = relay_bootstrap(recording.relay(), {.resamples = 20});
    CHECK((same(other.total, bootstrap.total) && same(other.aggregated, bootstrap.aggregated) &&
           same_bits(other.in_half_set, bootstrap.in_half_set)));
    CHECK(same_bits(subsampling_curve(recording.relay(), {.draws = 4}).single_mean, curve.single_mean));
  }
}

TEST_CASE("The best of all sets of more than 24 units is refused before anything is computed", "[significance]") {
  const LevelSamples wide = random_levels(20, 25, 3, 2, RandomStream(73, "wide"));
  const RelaySamples samples{wide.states, wide.input, wide.output, {}};
  CHECK_THROWS_WITH(maximum_permutation_test(samples, {.permutations = 1'000'000}),
                    "permutation test of the best of all sets: the number of units is 25, expected [1,24]");
  CHECK_NOTHROW(relay_permutation_test(samples, {.permutations = 2}, RelayPart::greedy));
}

TEST_CASE("Bootstraps of levels are of the drawn samples, symbols that are not drawn included", "[significance]") {
  const LevelSamples samples = random_levels(12, 2, 3, 6, RandomStream(64, "few"));
  const RelaySamples whole{samples.states, samples.input, samples.output, {}};
  const BootstrapOptions options{.resamples = 25, .random = RandomStream(65, "bootstrap")};
  const RelayBootstrap found = relay_bootstrap(whole, options, RelayPart::total);
  CHECK(found.single.observed.size() == 0);
  CHECK(found.last_two_recur.empty());
  double mean = 0;
  for (std::uint64_t b = 0; b < 25; ++b)
    mean += counted_statistics(rearranged(samples, with_replacement(12, options.random.child(b)), true), -1).total / 25;
  CHECK(found.total.bias(0, 0) == Approx(mean - counted_statistics(samples, -1).total).margin(1e-12));
}

TEST_CASE("Repeats that are interrupted go on with those that are missing", "[significance]") {
  const Recorded recorded = planted(60, 4, 1, 0.8, 0.8, RandomStream(66, "interrupted"));
  const RelayPermutations permutations(recorded.samples(), {.permutations = 40}, RelayPart::single);
  const MaximumPermutations maximum(recorded.samples(), {.permutations = 6});
  for (const Repeats* repeats : {static_cast<const Repeats*>(&permutations), static_cast<const Repeats*>(&maximum)}) {
    const RowMatrix<double> expected = run_repeats(*repeats, Progress::none());
    RepeatedValues so_far(*repeats);
    int starts = 1, blocks = 0;
    for (; starts < 100; ++starts) {
      StopAtCheck stop(4 + starts);
      try {
        run_repeats(
            *repeats, so_far, [&] { ++blocks; }, stop);
        break;
      } catch (const Interrupted&) {
        continue;
      }
    }
    CHECK(starts > 2);
    CHECK(starts < 100);
    CHECK(blocks >= 1);
    CHECK(std::count(so_far.done.begin(), so_far.done.end(), 1) == std::ssize(so_far.done));
    CHECK(same_bits(so_far.values, expected));
  }
}
