#include "infotheory/importance/additive_fit.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/statistics/statistics.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/importance/reference_agreement.hpp"

using namespace inforelay;
using namespace inforelay::test;

TEST_CASE("The additive fit is least squares on the indicators of all units", "[importance]") {
  const int units = GENERATE(2, 3, 7);
  const std::size_t sets = std::size_t{1} << units;
  RandomStream random(1, "additive");
  std::vector<float> values(sets);
  for (float& value : values) value = static_cast<float>(random.uniform(0.5, 1));
  std::vector<std::vector<double>> indicators(static_cast<std::size_t>(units), std::vector<double>(sets));
  std::vector<Column> columns;
  std::vector<double> weight;
  for (std::size_t k = 0; k < indicators.size(); ++k) {
    for (std::size_t set = 0; set < sets; ++set) indicators[k][set] = static_cast<double>(set >> k & 1u);
    columns.push_back({"unit", std::span<const double>(indicators[k])});
    weight.push_back(random.uniform(0, 1));
  }
  const AdditiveFit fit = additive_fit(values);
  if (sets > indicators.size() + 1) {
    const Regression regression = ordinary_least_squares({"v", std::span<const float>(values)}, columns);
    REQUIRE(regression.defined());
    CHECK(fit.r_squared == Approx(regression.r_squared).margin(1e-10));
    for (std::size_t k = 0; k < fit.effect.size(); ++k)
      CHECK(fit.effect[k] == Approx(regression.coefficient[k + 1]).margin(1e-10));
  }
  const std::vector<float> sums = additive_table(weight);
  const std::vector<Column> both{{"v", std::span<const float>(values)}, {"w", std::span<const float>(sums)}};
  const double r = pearson_correlations(both)(0, 1);
  CHECK(additive_r_squared(fit, weight) == Approx(r * r).margin(1e-6));  // sums are floats
}

TEST_CASE("An additive function is explained by its units, exclusive or is not at all", "[importance]") {
  std::vector<float> sum(8), exclusive_or(4);
  for (std::size_t set = 0; set < 8; ++set)
    sum[set] = 1 + 2 * static_cast<float>(set & 1u) - 3 * static_cast<float>(set >> 2);
  const AdditiveFit fit = additive_fit(sum);
  CHECK(fit.r_squared == Approx(1));
  CHECK(fit.effect[0] == Approx(2));
  CHECK(fit.effect[1] == Approx(0).margin(1e-12));
  CHECK(fit.effect[2] == Approx(-3));
  exclusive_or[1] = exclusive_or[2] = 1;
  CHECK(additive_fit(exclusive_or).r_squared == 0);
}

TEST_CASE("A constant has no additive fit", "[importance]") {
  const std::vector<float> constant(16, 0.1f);
  const AdditiveFit fit = additive_fit(constant);
  CHECK(std::isnan(fit.r_squared));
  CHECK(std::isnan(additive_r_squared(fit, std::vector<double>(4, 1))));
  CHECK_THROWS_AS(additive_r_squared(fit, std::vector<double>(3, 1)), UsageError);
  CHECK_THROWS_AS(additive_fit(std::vector<float>(3)), UsageError);
  CHECK_THROWS_WITH(additive_fit(std::vector<float>{0, 1, NAN, 2}),
                    "additive fit: the value of set 0x2 is nan, expected a finite number");
  CHECK_THROWS_AS(additive_fit(std::vector<float>{0, 1, INFINITY, -INFINITY}), DataError);
}
