#include "experiments/compare/statement.hpp"

#include <limits>

#include "core/error.hpp"
#include "tests/catch2.hpp"

namespace inforelay {

TEST_CASE("A statement is two terms and a relation", "[compare]") {
  const Statement better = parse_statement("composite.regression.r_squared > full.regression.r_squared");
  CHECK(better.left.network == "composite");
  CHECK(better.left.metric == "regression.r_squared");
  CHECK_FALSE(better.left.absolute);
  CHECK(better.relation == Statement::Relation::greater);
  CHECK(better.right.network == "full");

  const Statement number = parse_statement("full.layers.2.relay.test.total<=-1.5e-3");
  CHECK(number.left.metric == "layers.2.relay.test.total");
  CHECK(number.relation == Statement::Relation::at_most);
  CHECK(number.right.is_number());
  CHECK(number.right.number == -1.5e-3);

  const Statement sizes = parse_statement("abs( a-1.b ) >= abs(a-1.c_2)");
  CHECK(sizes.relation == Statement::Relation::at_least);
  CHECK((sizes.left.absolute && sizes.right.absolute));
  CHECK(sizes.left.network == "a-1");
  CHECK(sizes.left.metric == "b");
  CHECK(sizes.right.metric == "c_2");
  CHECK(parse_statement("0 < a.b").left.is_number());
}

TEST_CASE("Malformed statements are refused with the expected form", "[compare]") {
  for (const char* text : {"",
                           "<",
                           "a.b",
                           "a.b <",
                           "< a.b",
                           "a.b = 1",
                           "a.b == 1",
                           "a.b << 1",
                           "a.b =< 1",
                           "a.b < c",
                           "a. < 1",
                           ".b < 1",
                           "1 < 2",
                           "a.b < nan",
                           "a.b < 1e999",
                           "a.b < b.c < 1",
                           "abs(a.b < 1",
                           "abs() < 1",
                           "abs(1) < a.b",
                           "a.b + 1 < 2",
                           "a b.c < 1"}) {
    INFO(text);
    CHECK_THROWS_WITH(parse_statement(text), Catch::Contains("is not a statement: NETWORK.METRIC < NETWORK.METRIC"));
  }
}

TEST_CASE("No statement holds for NaN", "[compare]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(parse_statement("a.b < c.d").holds(1, 2));
  CHECK_FALSE(parse_statement("a.b < c.d").holds(1, 1));
  CHECK(parse_statement("a.b <= c.d").holds(1, 1));
  CHECK(parse_statement("a.b > c.d").holds(2, 1));
  CHECK(parse_statement("a.b >= c.d").holds(1, 1));
  for (const char* text : {"a.b < 1", "a.b <= 1", "a.b > 1", "a.b >= 1"})
    CHECK_FALSE(parse_statement(text).holds(nan, 1));
}

}  // namespace inforelay
