#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/statistics/statistics.hpp"
#include "infotheory/information/entropy.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/relay/relay.hpp"
#include "infotheory/significance/bootstrap.hpp"
#include "infotheory/significance/subsampling.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/information/derived_information.hpp"
#include "tests/infotheory/significance/planted.hpp"
#include "tests/set_scans.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

StateTable table_of_rows(const Recorded& recorded, const std::vector<std::uint32_t>& rows) {
  return {recorded.states.select(rows), symbols_of(recorded.input, rows), symbols_of(recorded.output, rows),
          recorded.contrasts};
}

}  // namespace

TEST_CASE("Bootstrap intervals are quantiles over tables of resampled rows", "[significance]") {
  const Recorded recorded = planted(120, 4, 2, 0.85, 0.8, RandomStream(41, "rows"));
  const bool by_trial = GENERATE(false, true);
  std::vector<std::uint32_t> trial;
  for (std::uint32_t i = 0; i < 120; ++i) trial.push_back(i / 7);
  BootstrapOptions options{.resamples = 40, .level = 0.8, .random = RandomStream(42, "bootstrap")};
  if (by_trial) options.trial = trial;
  const RelayBootstrap found = relay_bootstrap(recorded.samples(), options);

  const StateTable all{recorded.states, recorded.input, recorded.output, recorded.contrasts};
  const GreedyRelay observed = greedy_relay(all);
  for (int c = 0; c < 2; ++c) {
    std::vector<double> total, single;
    int last_two = 0;
    for (std::uint64_t b = 0; b < 40; ++b) {
      const auto rows = by_trial ? trials_with_replacement(trial, options.random.child(b))
                                 : with_replacement(120, options.random.child(b));
      const StateTable table = table_of_rows(recorded, rows);
      total.push_back(total_relay_information_bits(table)[static_cast<std::size_t>(c)]);
      single.push_back(single_neuron_loss_bits(table)(c, 1));
      const GreedyRelay greedy = greedy_relay(table);
      const auto pair = [&](const GreedyRelay& path) {
        return std::minmax({path.removal_order(c, 2), path.removal_order(c, 3)});
      };
      const auto its = pair(greedy), expected = pair(observed);
      last_two += its == expected ? 1 : 0;
    }
    const auto check = [&](const BootstrapIntervals& intervals, Eigen::Index column,
                           const std::vector<double>& values) {
      double mean = 0;
      for (const double value : values) mean += value / 40;
      const double bias = mean - intervals.observed(c, column);
      CHECK(intervals.bias(c, column) == Approx(bias).margin(1e-14));
      CHECK(intervals.low(c, column) == Approx(quantile(values, 0.1) - bias).margin(1e-13));
      CHECK(intervals.high(c, column) == Approx(quantile(values, 0.9) - bias).margin(1e-13));
    };
    CHECK(found.total.observed(c, 0) == total_relay_information_bits(all)[static_cast<std::size_t>(c)]);
    check(found.total, 0, total);
    check(found.single, 1, single);
    CHECK(found.last_two_recur[static_cast<std::size_t>(c)] == Approx(last_two / 40.));
  }
}

TEST_CASE("Bootstrap intervals cover the true value of a well-sampled unit, and are as wide as values vary",
          "[significance]") {
  // Given the unit, the input is known with 80 %, so I(in; out) - I(in; out | unit) = 1 - h(0.8^2 + 0.2^2).
  const double truth = 1 - test::binary_entropy_bits(0.68);
  int covered = 0;
  double sum = 0, squares = 0, width = 0;
  constexpr int recordings = 100;
  for (std::uint64_t i = 0; i < recordings; ++i) {
    const RandomStream random = RandomStream(52, "coverage").child(i);
    const Recorded recorded = planted(300, 2, 1, 0.8, 0.8, random.child("samples"));
    const RelayBootstrap found =
        relay_bootstrap(recorded.samples(), {.resamples = 100, .random = random.child("bootstrap")});
    const double value = found.single.observed(1, 0);
    covered += found.single.low(1, 0) <= truth && truth <= found.single.high(1, 0) ? 1 : 0;
    width += (found.single.high(1, 0) - found.single.low(1, 0)) / recordings;
    sum += value;
    squares += value * value;
  }
  const double deviation = std::sqrt((squares - sum * sum / recordings) / (recordings - 1));
  CHECK(covered >= 85);
  CHECK(width > 3 * deviation);
  CHECK(width < 5 * deviation);
}

TEST_CASE("Greedy sets of a clear relay recur, those of chance do not", "[significance]") {
  const RelayBootstrap clear = relay_bootstrap(planted(400, 6, 1, 1, 1, RandomStream(43, "clear")).samples(), {});
  CHECK(clear.half_set_recurs[1] == 1);
  CHECK(clear.in_half_set(1, 0) == Approx(1));
  CHECK(clear.in_half_set.row(1).sum() == Approx(1));
  const RelayBootstrap chance = relay_bootstrap(planted(400, 6, 0, 0.8, 0, RandomStream(44, "chance")).samples(), {});
  CHECK(chance.last_two_recur[1] < 0.8);
}

TEST_CASE("Sets with half of nothing are undefined", "[significance]") {
  Recorded recorded = planted(50, 3, 1, 0.9, 0.9, RandomStream(45, "constant"));
  recorded.output.assign(50, 1);
  const RelayBootstrap found = relay_bootstrap(recorded.samples(), {.resamples = 10});
  CHECK(found.total.observed(1, 0) == 0);
  CHECK(std::isnan(found.half_set_recurs[1]));
  CHECK(std::isnan(found.in_half_set(1, 2)));
  CHECK(found.total.low(1, 0) == 0);
  CHECK(found.total.high(1, 0) == 0);
}

TEST_CASE("Bootstrap and subsampling give the same bits for any number of threads", "[significance]") {
  const Recorded recorded = planted(100, 5, 2, 0.8, 0.7, RandomStream(46, "threads"));
  set_thread_count(1);
  const RelayBootstrap bootstrap = relay_bootstrap(recorded.samples(), {.resamples = 20});
  const SubsamplingCurve curve = subsampling_curve(recorded.samples(), {.draws = 4});
  for (const int threads : {2, 5}) {
    set_thread_count(threads);
    const RelayBootstrap again = relay_bootstrap(recorded.samples(), {.resamples = 20});
    CHECK((same(again.total, bootstrap.total) && same(again.single, bootstrap.single) &&
           same(again.aggregated, bootstrap.aggregated) && same_bits(again.in_half_set, bootstrap.in_half_set)));
    const SubsamplingCurve other = subsampling_curve(recorded.samples(), {.draws = 4});
    CHECK((same_bits(other.single_mean, curve.single_mean) && same_bits(other.single_sd, curve.single_sd) &&
           other.total_extrapolated == curve.total_extrapolated));
  }
}

TEST_CASE("Extrapolation finds the limit of a quadratic in 1/N", "[significance]") {
  const std::vector<std::uint32_t> samples{125, 250, 500, 1000};
  std::vector<double> values;
  for (const std::uint32_t n : samples) values.push_back(0.4 + 30. / n - 700. / n / n);
  CHECK(extrapolated(samples, values) == Approx(0.4).epsilon(1e-12));
  CHECK(extrapolated(samples, {0.25, 0.25, 0.25, 0.25}) == Approx(0.25).epsilon(1e-12));
}

TEST_CASE("Subsampling curves are means over draws without replacement", "[significance]") {
  const Recorded recorded = planted(203, 4, 2, 0.85, 0.8, RandomStream(47, "curve"));
  const SubsamplingOptions options{.draws = 5, .random = RandomStream(48, "draws")};
  const SubsamplingCurve curve = subsampling_curve(recorded.samples(), options);
  CHECK(curve.samples == std::vector<std::uint32_t>{25, 50, 101, 203});
  const StateTable all{recorded.states, recorded.input, recorded.output, recorded.contrasts};
  CHECK(curve.total_mean(1, 3) == Approx(total_relay_information_bits(all)[1]).margin(1e-14));
  CHECK(curve.single_mean(1, 4 * 2 + 3) == Approx(single_neuron_loss_bits(all)(1, 2)).margin(1e-14));
  CHECK(std::isnan(curve.total_sd(1, 3)));
  for (std::uint64_t size = 0; size < 3; ++size) {
    double total = 0, squares = 0;
    for (std::uint64_t draw = 0; draw < 5; ++draw) {
      RandomStream random = options.random.child(size).child(draw);
      const auto rows = sample_without_replacement(203, curve.samples[size], random);
      const double value = total_relay_information_bits(table_of_rows(recorded, rows))[1];
      total += value;
      squares += value * value;
    }
    const auto column = static_cast<Eigen::Index>(size);
    CHECK(curve.total_mean(1, column) == Approx(total / 5).margin(1e-13));
    CHECK(curve.total_sd(1, column) == Approx(std::sqrt((squares - total * total / 5) / 4)).margin(1e-10));
  }
  CHECK(curve.total_extrapolated[1] ==
        Approx(extrapolated(curve.samples, {curve.total_mean(1, 0), curve.total_mean(1, 1), curve.total_mean(1, 2),
                                            curve.total_mean(1, 3)})));
}

TEST_CASE("Subsampling shows and mends the bias of undersampling", "[significance]") {
  // Seven coins relay nothing; the plug-in value is an artefact that falls with N.
  double at_n = 0, limit = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Recorded recorded = planted(16'000, 7, 0, 0.8, 0, RandomStream(49, "coins").child(seed));
    const SubsamplingCurve curve = subsampling_curve(recorded.samples(), {.draws = 4});
    for (Eigen::Index size = 0; size < 3; ++size)
      CHECK(curve.total_mean(1, size) < curve.total_mean(1, size + 1));  // from below: I(in,out|all) is biased upwards
    at_n += curve.total_mean(1, 3) / 20;
    limit += curve.total_extrapolated[1] / 20;
  }
  CHECK(std::abs(at_n) > 0.003);
  CHECK(std::abs(limit) < std::abs(at_n) / 4);
}

TEST_CASE("Bootstrap and subsampling name what they cannot take", "[significance]") {
  const Recorded recorded = planted(7, 2, 1, 0.9, 0.9, RandomStream(50, "errors"));
  CHECK_THROWS_WITH(relay_bootstrap(recorded.samples(), {.resamples = 1}),
                    "bootstrap: resamples is 1, expected at least 2");
  CHECK_THROWS_WITH(relay_bootstrap(recorded.samples(), {.level = 1}),
                    "bootstrap: level is 1, expected a number in (0,1)");
  const std::vector<std::uint32_t> trial{0, 0, 1, 1, 0, 2, 2}, few{0, 1};
  CHECK_THROWS_AS(relay_bootstrap(recorded.samples(), {.trial = trial}), DataError);
  CHECK_THROWS_AS(relay_bootstrap(recorded.samples(), {.trial = few}), DataError);
  CHECK_THROWS_WITH(subsampling_curve(recorded.samples(), {}),
                    "subsampling: the number of samples is 7, expected at least 8");
  CHECK_THROWS_AS(subsampling_curve(planted(8, 2, 1, 0.9, 0.9, RandomStream(51, "x")).samples(), {.draws = 0}),
                  UsageError);
  StopAfter stop(1);
  CHECK_THROWS_AS(relay_bootstrap(recorded.samples(), {}, RelayPart::greedy, stop), Interrupted);
}
