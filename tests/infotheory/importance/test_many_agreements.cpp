#include "infotheory/importance/many_agreements.hpp"

#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {

void check_same(double x, double y, double margin) {
  CHECK((std::isnan(x) ? std::isnan(y) : y == Approx(x).margin(margin)));
}

/// r_squared of sums is that before they are rounded to floats.
void check_same(const AgreementBySize& found, const AgreementBySize& expected, double margin_of_r = 1e-11) {
  check_same(found.all.spearman, expected.all.spearman, 1e-11);
  check_same(found.all.r_squared, expected.all.r_squared, margin_of_r);
  REQUIRE(found.of_size.size() == expected.of_size.size());
  for (std::size_t size = 0; size < found.of_size.size(); ++size) {
    CAPTURE(size);
    check_same(found.of_size[size].spearman, expected.of_size[size].spearman, 1e-11);
    check_same(found.of_size[size].r_squared, expected.of_size[size].r_squared, margin_of_r);
  }
}

/// Values with few digits, so that many are equal, or many, so that few are.
std::vector<float> table(int units, bool coarse, RandomStream random) {
  std::vector<float> values(std::size_t{1} << units);
  for (float& value : values)
    value = coarse ? static_cast<float>(random.below(5)) / 4 : static_cast<float>(random.uniform(-1, 1));
  return values;
}

}  // namespace

TEST_CASE("Many agreements with one function are those of agreement", "[importance]") {
  const int units = GENERATE(1, 2, 3, 9);
  const bool coarse = GENERATE(false, true), coarse_function = GENERATE(false, true);
  CAPTURE(units, coarse, coarse_function);
  const std::vector<float> y = table(units, coarse_function, RandomStream(1, "y"));
  const RankedTable function(y);
  const ManyAgreements many(function);
  const std::vector<float> x = table(units, coarse, RandomStream(1, "x"));
  check_same(many.with_table(x), agreement(RankedTable(x), function));

  RandomStream random(2, "units");
  std::vector<double> value_of_unit;
  for (int k = 0; k < units; ++k)
    value_of_unit.push_back(coarse ? static_cast<double>(random.below(3)) - 1 : random.uniform(-1, 2));
  const std::vector<float> sums = additive_table(value_of_unit);
  check_same(many.with_additive(value_of_unit), agreement(RankedTable(sums), function), 1e-6);
}

TEST_CASE("Sums of more sets than products fit an integer agree as well", "[importance]") {
  const std::vector<float> y = table(14, false, RandomStream(3, "y"));
  const RankedTable function(y);
  std::vector<double> value_of_unit;
  RandomStream random(4, "units");
  for (int k = 0; k < 14; ++k) value_of_unit.push_back(random.uniform(0, 1));
  check_same(ManyAgreements(function).with_additive(value_of_unit),
             agreement(RankedTable(additive_table(value_of_unit)), function), 1e-6);
}

TEST_CASE("Constant measures and functions agree with nothing", "[importance]") {
  const std::vector<float> y = table(6, false, RandomStream(5, "y")), constant(64, 0.1f);
  const RankedTable function(y), flat(constant);
  const std::vector<double> zero(6, 0), equal(6, 0.1);
  CHECK(std::isnan(ManyAgreements(function).with_additive(zero).all.spearman));
  CHECK(std::isnan(ManyAgreements(function).with_additive(zero).all.r_squared));
  CHECK(std::isnan(ManyAgreements(function).with_additive(equal).of_size[3].r_squared));
  CHECK(!std::isnan(ManyAgreements(function).with_additive(equal).all.spearman));
  CHECK(std::isnan(ManyAgreements(flat).with_table(y).all.spearman));
  CHECK(std::isnan(ManyAgreements(flat).with_table(y).of_size[2].spearman));
}

TEST_CASE("Many agreements refuse tables of other sizes and numbers that are not finite", "[importance]") {
  const std::vector<float> y = table(4, false, RandomStream(6, "y"));
  const RankedTable function(y);
  const ManyAgreements many(function);
  CHECK_THROWS_AS(many.with_additive(std::vector<double>(3)), UsageError);
  CHECK_THROWS_AS(many.with_table(std::vector<float>(8)), UsageError);
  CHECK_THROWS_AS(many.with_additive(std::vector<double>(4, std::numeric_limits<double>::infinity())), ComputeError);
  CHECK_THROWS_AS(many.with_table(std::vector<float>(16, std::numeric_limits<float>::quiet_NaN())), ComputeError);
}
