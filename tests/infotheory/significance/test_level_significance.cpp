// Significance of units of several levels and of whole symbols, and repeats that are interrupted.
#include <algorithm>
#include <atomic>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/significance/bootstrap.hpp"
#include "infotheory/significance/permutation_test.hpp"
#include "infotheory/significance/subsampling.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/random_levels.hpp"
#include "tests/infotheory/significance/planted.hpp"
#include "tests/set_scans.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

bool same(const NullTest& x, const NullTest& y) {
  return same_bits(x.observed, y.observed) && same_bits(x.p, y.p) && same_bits(x.quantile, y.quantile) &&
         same_bits(x.mean, y.mean);
}

/// Total relay information by entropies of counted texts.
double counted_total(const LevelSamples& samples, int c) {
  return counted_information(samples, c, {}) -
         counted_information(samples, c, units_of_bits((1u << samples.units()) - 1, samples.units()));
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

TEST_CASE("p, mean and quantiles of whole symbols of five levels are those of counted permutations", "[significance]") {
  const LevelSamples samples = random_levels(90, 3, 5, 4, RandomStream(62, "whole"));
  const RelaySamples whole{samples.states, samples.input, samples.output, {}};
  const PermutationOptions options{.permutations = 30, .random = RandomStream(63, "permutations")};
  const NullTest test = relay_permutation_test(whole, options, RelayPart::single).total;
  REQUIRE(test.observed.size() == 1);
  CHECK(test.observed(0, 0) == Approx(counted_total(samples, -1)).margin(1e-12));
  const Permutation permutation = Permutation::of(Exchange::samples, 90, {});
  std::vector<double> null;
  for (std::uint64_t p = 0; p < 30; ++p) {
    const auto source = permutation.source(options.random.child(p));
    LevelSamples permuted = samples;
    permuted.input = symbols_of(samples.input, source);
    permuted.output = symbols_of(samples.output, source);
    null.push_back(counted_total(permuted, -1));
  }
  double mean = 0;
  for (const double value : null) mean += value / 30;
  CHECK(test.mean(0, 0) == Approx(mean).margin(1e-12));
  const auto above =
      std::count_if(null.begin(), null.end(), [&](double v) { return v >= test.observed(0, 0) - 1e-13; });
  CHECK(test.p(0, 0) == (1 + static_cast<double>(above)) / 31);
  std::sort(null.begin(), null.end());
  CHECK(test.quantile_of(0, 0, 1) == Approx((null[14] + null[15]) / 2).margin(1e-12));
}

TEST_CASE("Bootstraps of levels are of the drawn samples, symbols that are not drawn included", "[significance]") {
  const LevelSamples samples = random_levels(12, 2, 3, 6, RandomStream(64, "few"));
  const RelaySamples whole{samples.states, samples.input, samples.output, {}};
  const BootstrapOptions options{.resamples = 25, .random = RandomStream(65, "bootstrap")};
  const RelayBootstrap found = relay_bootstrap(whole, options, RelayPart::total);
  CHECK(found.single.observed.size() == 0);
  CHECK(found.last_two_recur.empty());
  double mean = 0;
  for (std::uint64_t b = 0; b < 25; ++b) {
    const auto source = with_replacement(12, options.random.child(b));
    LevelSamples drawn = samples;
    for (std::size_t i = 0; i < 12; ++i)
      drawn.states.row(static_cast<Eigen::Index>(i)) = samples.states.row(static_cast<Eigen::Index>(source[i]));
    drawn.input = symbols_of(samples.input, source);
    drawn.output = symbols_of(samples.output, source);
    mean += counted_total(drawn, -1) / 25;
  }
  CHECK(found.total.bias(0, 0) == Approx(mean - counted_total(samples, -1)).margin(1e-12));
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
