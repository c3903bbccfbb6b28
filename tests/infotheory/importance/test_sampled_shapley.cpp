#include <atomic>
#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/importance/sampled_shapley.hpp"
#include "infotheory/importance/shapley.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/importance/random_table.hpp"
#include "tests/infotheory/importance/reference_shapley.hpp"
#include "tests/set_scans.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

double value_of(const std::vector<double>& table, const std::vector<std::uint8_t>& present) {
  std::size_t index = 0;
  for (std::size_t k = 0; k < present.size(); ++k) index |= std::size_t{present[k]} << k;
  return table[index];
}

SetFunction function_of(const std::vector<double>& table) {
  return [&table](const std::vector<std::uint8_t>& present) {
    const double value = value_of(table, present);
    return Eigen::Vector2d(value, 2 - 3 * value);
  };
}

ChainFunction along(const SetFunction& function) {
  return [function](std::span<const std::uint32_t> order, RowMatrix<double>& values) {
    std::vector<std::uint8_t> present(order.size());
    values.row(0) = function(present).transpose();
    for (std::size_t n = 0; n < order.size(); ++n) {
      present[order[n]] = 1;
      values.row(static_cast<Eigen::Index>(n) + 1) = function(present).transpose();
    }
  };
}

SampledShapley sampled(const SetFunction& function, int functions, int units, const ShapleySamplingOptions& options,
                       const RandomStream& random) {
  ChainShapley sampler(along(function), functions, units, options, random);
  while (!sampler.done()) sampler.sample_batch();
  return sampler.result();
}

}  // namespace

TEST_CASE("Sampled Shapley values are within their standard errors of the exact ones", "[importance]") {
  const int units = 8;
  double squares = 0, count = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto table = random_table(units, RandomStream(1, "table").child(seed));
    const ExactImportance exact = exact_importance(std::span<const double>(table), IndexMeaning::present);
    const SampledShapley found =
        sampled(function_of(table), 2, units, {.least_permutations = 200, .most_permutations = 200},
                RandomStream(2, "sampled").child(seed));
    CHECK(found.permutations == 200);
    CHECK(!found.reached);
    double sum = 0;
    for (Eigen::Index i = 0; i < units; ++i) {
      const double z = (found.shapley(0, i) - exact.shapley[static_cast<std::size_t>(i)]) / found.standard_error(0, i);
      squares += z * z;
      count += 1;
      sum += found.shapley(0, i);
      CHECK(found.shapley(1, i) == Approx(-3 * found.shapley(0, i)).margin(1e-12));
      CHECK(found.standard_error(1, i) == Approx(3 * found.standard_error(0, i)).margin(1e-12));
    }
    CHECK(sum == Approx(table.back() - table.front()).margin(1e-12));  // efficient, whatever the sample
    CHECK(found.evaluations == 200 * (units + 1));
  }
  // Mean of 160 z^2, which are near chi-square: 1 +- 5 sqrt(2 / 160) and what few pairs add.
  CHECK(squares / count > 0.5);
  CHECK(squares / count < 1.7);
}

TEST_CASE("Sampling stops at the standard error that is asked for", "[importance]") {
  const auto table = random_table(10, RandomStream(3, "stop"));
  const SampledShapley loose = sampled(function_of(table), 2, 10, {.standard_error = 0.1, .most_permutations = 100'000},
                                       RandomStream(4, "loose"));
  CHECK(loose.reached);
  CHECK(loose.standard_error.maxCoeff() <= 0.1);
  CHECK(loose.permutations >= 32);
  const SampledShapley tight = sampled(
      function_of(table), 2, 10, {.standard_error = 0.05, .most_permutations = 100'000}, RandomStream(4, "loose"));
  CHECK(tight.permutations > 2 * loose.permutations);
}

TEST_CASE("Additive functions of many units need no more than the fewest permutations", "[importance]") {
  const int units = 100;
  const SetFunction sum = [](const std::vector<std::uint8_t>& present) {
    double total = 0;
    for (std::size_t k = 0; k < present.size(); ++k) total += present[k] * static_cast<double>(k);
    return Eigen::VectorXd(Eigen::VectorXd::Constant(1, total));
  };
  const SampledShapley found =
      sampled(sum, 1, units, {.standard_error = 1e-9, .least_permutations = 4}, RandomStream(5, "additive"));
  CHECK(found.reached);
  CHECK(found.permutations == 16);
  for (Eigen::Index k = 0; k < units; ++k) CHECK(found.shapley(0, k) == Approx(static_cast<double>(k)).margin(1e-9));
}

TEST_CASE("Sampled Shapley values are the same for any number of threads", "[importance]") {
  const auto table = random_table(9, RandomStream(6, "threads"));
  std::atomic<std::size_t> calls = 0;
  const SetFunction counted = [&](const std::vector<std::uint8_t>& present) {
    ++calls;
    return Eigen::VectorXd(Eigen::VectorXd::Constant(1, value_of(table, present)));
  };
  const ShapleySamplingOptions options{.least_permutations = 64, .most_permutations = 64};
  set_thread_count(1);
  const SampledShapley expected = sampled(counted, 1, 9, options, RandomStream(7, "same"));
  CHECK(calls == expected.evaluations);
  for (const int threads : {2, 5}) {
    set_thread_count(threads);
    const SampledShapley again = sampled(counted, 1, 9, options, RandomStream(7, "same"));
    CHECK(test::same_bits(again.shapley, expected.shapley));
    CHECK(test::same_bits(again.standard_error, expected.standard_error));
    CHECK(again.evaluations == expected.evaluations);
  }
}

TEST_CASE("Sampled Shapley values name what they cannot do", "[importance]") {
  const ChainFunction none = [](std::span<const std::uint32_t>, RowMatrix<double>&) {};
  const RandomStream random(8, "errors");
  CHECK_THROWS_AS(ChainShapley(none, 0, 4, {}, random), UsageError);
  CHECK_THROWS_AS(ChainShapley(none, 1, 0, {}, random), UsageError);
  CHECK_THROWS_AS(ChainShapley(none, 1, 4, {.least_permutations = 5}, random), UsageError);
  CHECK_THROWS_AS(ChainShapley(none, 1, 4, {.standard_error = NAN}, random), UsageError);
  CHECK_THROWS_WITH(ChainShapley(none, 1, 4, {.least_permutations = 10, .most_permutations = 8}, random),
                    "sampled Shapley values: most permutations is 8, expected an even number of at least the least "
                    "permutations");
}

TEST_CASE("Sampling along permutations gives the bits of sampling set by set, also resumed", "[importance]") {
  const auto table = random_table(9, RandomStream(9, "chain"));
  const SetFunction function = function_of(table);
  const ShapleySamplingOptions options{.least_permutations = 40, .most_permutations = 40};
  const SampledShapley expected = sampled_shapley(function, 9, 40, RandomStream(10, "same"));
  ChainShapley sampler(along(function), 2, 9, options, RandomStream(10, "same"));
  SampledShapley half;
  while (!sampler.done()) {
    sampler.sample_batch();
    if (sampler.result().permutations == 16) half = sampler.result();
  }
  CHECK(test::same_bits(sampler.result().shapley, expected.shapley));
  CHECK(test::same_bits(sampler.result().standard_error, expected.standard_error));
  CHECK(sampler.result().permutations == 40);
  CHECK(sampler.result().evaluations == 400);

  ChainShapley resumed(along(function), 2, 9, options, RandomStream(10, "same"));
  resumed.resume(half);
  while (!resumed.done()) resumed.sample_batch();
  CHECK(test::same_bits(resumed.result().shapley, expected.shapley));
  CHECK(test::same_bits(resumed.result().squares, expected.squares));

  ChainShapley other(along(function), 2, 8, options, RandomStream(10, "same"));
  CHECK_THROWS_AS(other.resume(half), UsageError);
  half.permutations = 41;
  CHECK_THROWS_AS(resumed.resume(half), UsageError);
}

TEST_CASE("A value along a permutation that is not finite is refused", "[importance]") {
  const ChainFunction broken = [](std::span<const std::uint32_t> order, RowMatrix<double>& values) {
    values(static_cast<Eigen::Index>(order[0]), 0) = NAN;
  };
  ChainShapley sampler(broken, 1, 4, {}, RandomStream(11, "broken"));
  CHECK_THROWS_AS(sampler.sample_batch(), ComputeError);
  CHECK_THROWS_WITH(sampler.sample_batch(),
                    Catch::Contains("along permutation") && Catch::Contains("is not a finite number"));
}
