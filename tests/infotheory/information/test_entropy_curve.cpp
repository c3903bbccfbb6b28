#include <cmath>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/information/entropy.hpp"
#include "infotheory/information/entropy_curve.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {

std::vector<StateWord> skewed_states(std::size_t samples, std::uint64_t seed) {
  RandomStream random(seed, "states");
  std::vector<StateWord> states(samples);
  for (auto& state : states) state = static_cast<StateWord>(1000 * std::pow(random.uniform(), 3));
  return states;
}

}  // namespace

TEST_CASE("The expected entropy of uniform words is the published one at the published size", "[entropy_curve]") {
  CHECK(expected_uniform_entropy_bits(60000, 20) == Approx(15.816127).margin(5e-7).epsilon(0));
}

TEST_CASE("The expected entropy of uniform words is that of an enumeration", "[entropy_curve]") {
  const int units = GENERATE(1, 2, 3);
  const std::uint64_t samples = GENERATE(1, 2, 5);
  const std::uint64_t words = std::uint64_t{1} << units;
  const auto sequences = static_cast<std::uint64_t>(std::pow(words, samples));
  long double entropy = 0;
  for (std::uint64_t sequence = 0; sequence < sequences; ++sequence) {
    std::vector<std::uint64_t> counts(words, 0);
    std::uint64_t rest = sequence;
    for (std::uint64_t i = 0; i < samples; ++i, rest /= words) ++counts[rest % words];
    entropy += entropy_bits(counts);
  }
  const auto n = static_cast<long double>(sequences);
  CHECK(expected_uniform_entropy_bits(samples, units) ==
        Approx(static_cast<double>(entropy / n)).margin(1e-12).epsilon(0));
}

TEST_CASE("The expected entropy of uniform words has the right limits", "[entropy_curve]") {
  // Many samples a word: K - (M-1) / (2 N ln 2), the next term being of order (M/N)^2. Few: log2 N.
  CHECK(expected_uniform_entropy_bits(10000000, 1) == Approx(1 - 1 / (2e7 * nats_per_bit)).margin(1e-12).epsilon(0));
  CHECK(expected_uniform_entropy_bits(1000000, 4) == Approx(4 - 15 / (2e6 * nats_per_bit)).margin(1e-9).epsilon(0));
  CHECK(expected_uniform_entropy_bits(2, 32) == Approx(1 - std::ldexp(1.0, -32)).margin(1e-15).epsilon(0));
}

TEST_CASE("Sixty thousand uniform words meet their expectation", "[entropy_curve]") {
  const std::vector<StateWord> states = skewed_states(60000, 1);
  const auto curve = entropy_curve(states, 20, {.points = 2, .replicates = 12}, RandomStream(1, "curve"));
  const EntropyCurvePoint& last = curve.back();
  CHECK(last.samples == 60000);
  CHECK(last.uniform_expected_bits == Approx(15.816127).margin(5e-7).epsilon(0));
  const double standard_error = last.uniform_sd_bits / std::sqrt(12.0);
  CHECK(last.uniform_mean_bits == Approx(last.uniform_expected_bits).margin(5 * standard_error).epsilon(0));
  // The paper prints 15.816 +- 0.0014; the spread of one sequence is a good deal narrower than 0.01.
  CHECK(last.uniform_sd_bits > 1e-4);
  CHECK(last.uniform_sd_bits < 3e-3);
}

TEST_CASE("Every point of the curve is the entropy of a sub-sample", "[entropy_curve]") {
  const std::vector<StateWord> states = skewed_states(3000, 2);
  const RandomStream random(2, "curve");
  const auto curve = entropy_curve(states, 10, {.smallest = 7, .points = 25, .replicates = 3}, random);
  CHECK(curve.front().samples == 7);
  CHECK(curve.back().samples == 3000);
  std::vector<StateWord> order = states;
  RandomStream stream = random.child("order");
  shuffle(order, stream);
  for (std::size_t i = 0; i < curve.size(); ++i) {
    if (i > 0) CHECK(curve[i].samples > curve[i - 1].samples);
    std::map<StateWord, std::uint64_t> count;
    for (std::size_t n = 0; n < curve[i].samples; ++n) ++count[order[n]];
    std::vector<std::uint64_t> counts;
    for (const auto& [state, times] : count) counts.push_back(times);
    CHECK(curve[i].occupied == counts.size());
    CHECK(curve[i].entropy_bits == Approx(entropy_bits(counts)).margin(1e-11).epsilon(0));
    CHECK(curve[i].miller_madow_bits ==
          Approx(entropy_bits(counts, EntropyEstimator::miller_madow)).margin(1e-11).epsilon(0));
  }
}

TEST_CASE("Uniform words use every bit and no other", "[entropy_curve]") {
  const std::vector<StateWord> states(4096, 0);
  const EntropyCurvePoint one_bit = entropy_curve(states, 1, {.replicates = 4}, RandomStream(3, "curve")).back();
  CHECK(one_bit.uniform_mean_bits == Approx(1).margin(2e-3));
  CHECK(one_bit.entropy_bits == 0);
  const EntropyCurvePoint all_bits = entropy_curve(states, 32, {.replicates = 4}, RandomStream(3, "curve")).back();
  CHECK(all_bits.uniform_mean_bits == Approx(12).margin(2e-3));
}

TEST_CASE("The curve does not depend on the number of threads", "[entropy_curve]") {
  const std::vector<StateWord> states = skewed_states(5000, 4);
  const auto bits = [&](int threads) {
    set_thread_count(threads);
    std::vector<double> values;
    for (const auto& point : entropy_curve(states, 12, {.replicates = 7}, RandomStream(4, "curve"))) {
      values.insert(values.end(), {point.entropy_bits, point.uniform_mean_bits, point.uniform_sd_bits});
    }
    return values;
  };
  CHECK(bits(1) == bits(4));
}

TEST_CASE("Small inputs of the curve have values, and bad ones are refused", "[entropy_curve]") {
  const RandomStream random(5, "curve");
  const std::vector<StateWord> one{3};
  const auto curve = entropy_curve(one, 5, {.replicates = 1}, random);
  REQUIRE(curve.size() == 1);
  CHECK(curve[0].samples == 1);
  CHECK(curve[0].entropy_bits == 0);
  CHECK(curve[0].uniform_mean_bits == 0);
  CHECK(std::isnan(curve[0].uniform_sd_bits));
  CHECK_THROWS_AS(entropy_curve({}, 5, {}, random), UsageError);
  CHECK_THROWS_AS(entropy_curve(one, 0, {}, random), UsageError);
  CHECK_THROWS_AS(entropy_curve(one, 33, {}, random), UsageError);
  CHECK_THROWS_AS(entropy_curve(one, 5, {.smallest = 0}, random), UsageError);
  CHECK_THROWS_AS(entropy_curve(one, 5, {.points = 1}, random), UsageError);
  CHECK_THROWS_AS(entropy_curve(one, 5, {.replicates = 0}, random), UsageError);
}
