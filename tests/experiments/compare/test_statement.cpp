#include "experiments/compare/statement.hpp"

#include "core/error.hpp"
#include "tests/catch2.hpp"

namespace inforelay {

TEST_CASE("A statement has two terms and a relation", "[compare]") {
  const Statement statement = parse_statement("abs( full.regression.information )>=-2e-1");
  CHECK(statement.left.metric == "full.regression.information");
  CHECK(statement.left.absolute);
  CHECK(statement.relation == ">=");
  CHECK(statement.right.is_constant());
  CHECK(statement.right.constant == -0.2);
  CHECK(statement.holds(-0.2, -0.2));
  CHECK_FALSE(statement.holds(-0.3, -0.2));
}

TEST_CASE("Wrong statements are refused with what was expected", "[compare]") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"a.b", "'a.b', expected two terms and one of <, <=, >, >= between them"},
      {"a.b == c.d", "'a.b == c.d', expected two terms and one of <, <=, >, >= between them"},
      {"a.b < c.d < e.f", "'a.b < c.d < e.f', expected two terms and one of <, <=, >, >= between them"},
      {"a.b <", "nothing on one side, expected a number, NETWORK.METRIC or abs(NETWORK.METRIC)"},
      {"a b < 1", "'a b', expected a number, NETWORK.METRIC or abs(NETWORK.METRIC)"},
      {"sqrt(a.b) < 1", "'sqrt(a.b)', expected a number, NETWORK.METRIC or abs(NETWORK.METRIC)"},
      {"1 < 2", "'1 < 2', expected NETWORK.METRIC on at least one side"},
  }));
  CHECK_THROWS_WITH(parse_statement(text), expected);
}

}  // namespace inforelay
