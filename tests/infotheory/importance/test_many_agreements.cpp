#include "infotheory/importance/many_agreements.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/importance/reference_agreement.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

void check_same(double x, double y, double margin) {
  CHECK((std::isnan(x) ? std::isnan(y) : y == Approx(x).margin(margin)));
}

/// `found` is the agreement of x and y. r_squared of sums is that before they are rounded to floats.
void check_agreement(const AgreementBySize& found, const std::vector<float>& x, const std::vector<float>& y,
                     double margin_of_r = 1e-11) {
  const auto sizes = static_cast<int>(std::bit_width(y.size()));  // K+1
  REQUIRE(static_cast<int>(found.of_size.size()) == sizes);
  for (int size = -1; size < sizes; ++size) {
    CAPTURE(size);
    const Agreement& its = size < 0 ? found.all : found.of_size[static_cast<std::size_t>(size)];
    const Agreement expected = agreement(x, y, size);
    check_same(its.spearman, expected.spearman, 1e-11);
    check_same(its.r_squared, expected.r_squared, margin_of_r);
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

TEST_CASE("Many agreements with one function are those of the selected values", "[importance]") {
  const int units = GENERATE(1, 2, 3, 7, 9);
  const bool coarse = GENERATE(false, true), coarse_function = GENERATE(false, true), related = GENERATE(false, true);
  CAPTURE(units, coarse, coarse_function, related);
  const std::vector<float> x = table(units, coarse, RandomStream(1, "x"));
  std::vector<float> y = table(units, coarse_function, RandomStream(1, "y"));
  for (std::size_t set = 0; set < y.size(); ++set) y[set] += related ? x[set] : 0;
  const RankedTable function(y);
  const ManyAgreements many(function);
  const AgreementBySize found = many.with_table(x);
  check_agreement(found, x, y);
  CHECK(std::isnan(found.of_size[0].spearman));  // there is one set of this size

  RandomStream random(2, "units");
  std::vector<double> value_of_unit;
  for (int k = 0; k < units; ++k)
    value_of_unit.push_back(coarse ? static_cast<double>(random.below(3)) - 1 : random.uniform(-1, 2));
  check_agreement(many.with_additive(value_of_unit), additive_table(value_of_unit), y, 1e-6);
}

TEST_CASE("Sums of more sets than products fit an integer agree as well", "[importance]") {
  const std::vector<float> y = table(14, false, RandomStream(3, "y"));
  const RankedTable function(y);
  std::vector<double> value_of_unit;
  RandomStream random(4, "units");
  for (int k = 0; k < 14; ++k) value_of_unit.push_back(random.uniform(0, 1));
  check_agreement(ManyAgreements(function).with_additive(value_of_unit), additive_table(value_of_unit), y, 1e-6);
}

TEST_CASE("Sums of products of the ranks of 2^20 sets are exact", "[importance]") {
  constexpr int units = 20;
  const std::vector<float> y = table(units, false, RandomStream(7, "y"));
  const RankedTable function(y);
  const ManyAgreements many(function);
  const std::vector<double> size(units, 1);
  const AgreementBySize found = many.with_additive(size);
  for (const int chosen : {-1, 1, 10}) {
    CAPTURE(chosen);
    const Agreement expected = agreement(additive_table(size), y, chosen);
    const Agreement& its = chosen < 0 ? found.all : found.of_size[static_cast<std::size_t>(chosen)];
    check_same(its.spearman, expected.spearman, 1e-12);
    check_same(its.r_squared, expected.r_squared, 1e-11);
  }
  const std::vector<float> constant(y.size(), 0.1f);
  const RankedTable flat(constant);
  for (const AgreementBySize& none : {many.with_table(constant), many.with_additive(std::vector<double>(units, 0)),
                                      ManyAgreements(flat).with_table(y), ManyAgreements(flat).with_additive(size)}) {
    CHECK((std::isnan(none.all.spearman) && std::isnan(none.all.r_squared)));
    for (const Agreement& its : none.of_size) CHECK((std::isnan(its.spearman) && std::isnan(its.r_squared)));
  }
  CHECK(many.with_table(y).all.spearman == Approx(1).epsilon(1e-15));
}

TEST_CASE("A function that is constant within a size agrees with nothing there", "[importance]") {
  const std::vector<float> y{0, 1, 2, 5, 3, 5, 5, 6};  // 5 for every pair
  const RankedTable function(y);
  const ManyAgreements many(function);
  const std::vector<double> value_of_unit{1, 2, 4};
  for (const AgreementBySize& found :
       {many.with_additive(value_of_unit), many.with_table(additive_table(value_of_unit))}) {
    CHECK((std::isnan(found.of_size[2].r_squared) && std::isnan(found.of_size[2].spearman)));
    CHECK((std::isfinite(found.of_size[1].r_squared) && std::isfinite(found.all.r_squared)));
  }
  // The same of random values, where products are at rounding level.
  RandomStream random(8, "units");
  std::vector<float> by_size = table(7, false, RandomStream(8, "y"));
  for (std::size_t set = 0; set < by_size.size(); ++set) {
    if (std::popcount(set) == 4) by_size[set] = 0.1f;
  }
  const RankedTable partly(by_size);
  const ManyAgreements of_partly(partly);
  for (int i = 0; i < 20; ++i) {
    std::vector<double> values;
    for (int k = 0; k < 7; ++k) values.push_back(random.uniform(-1, 2));
    CHECK(std::isnan(of_partly.with_additive(values).of_size[4].r_squared));
    CHECK(std::isnan(of_partly.with_table(additive_table(values)).of_size[4].r_squared));
  }
}

TEST_CASE("Constant measures and functions agree with nothing", "[importance]") {
  const std::vector<float> y = table(6, false, RandomStream(5, "y")), constant(64, 0.1f);
  const RankedTable function(y), flat(constant);
  const std::vector<double> zero(6, 0), equal(6, 0.1);
  CHECK(std::isnan(ManyAgreements(function).with_additive(zero).all.spearman));
  CHECK(std::isnan(ManyAgreements(function).with_additive(zero).all.r_squared));
  CHECK(std::isnan(ManyAgreements(function).with_additive(equal).of_size[3].r_squared));
  CHECK(!std::isnan(ManyAgreements(function).with_additive(equal).all.spearman));
  CHECK(std::isnan(ManyAgreements(function).with_table(constant).all.spearman));
  CHECK(std::isnan(ManyAgreements(function).with_table(constant).all.r_squared));
  CHECK(std::isnan(ManyAgreements(function).with_table(constant).of_size[3].r_squared));
  CHECK(std::isnan(ManyAgreements(flat).with_table(y).all.spearman));
  CHECK(std::isnan(ManyAgreements(flat).with_table(y).of_size[2].spearman));
}

TEST_CASE("The size of a set agrees with itself, and is constant among the sets of a size", "[importance]") {
  const std::vector<double> equal(6, 0.1);
  const std::vector<float> size = additive_table(equal);
  const RankedTable function(size);
  const ManyAgreements many(function);
  for (const AgreementBySize& found : {many.with_table(size), many.with_additive(equal)}) {
    CHECK(found.all.r_squared == Approx(1));
    CHECK(std::isnan(found.of_size[3].spearman));
  }
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
