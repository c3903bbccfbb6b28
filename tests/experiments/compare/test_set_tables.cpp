// Tables of published values of every set of units.
#include "experiments/compare/set_tables.hpp"

#include "core/error.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {

std::vector<std::pair<std::string, CompareColumnConfig>> columns() {
  CompareColumnConfig rate, first;
  rate.metric = "error_rate";
  first.column = "t1";
  first.metric = "temporal_representation_1";
  return {{"W", rate}, {"one", first}};
}

SetTable parse(const std::string& rows, int units = 3) {
  return parse_set_table(",noiseSet,nodeSet,W,t1\n" + rows, "t.csv", columns(), units);
}

}  // namespace

TEST_CASE("A table of sets is read by its column of sets", "[compare][recurrent]") {
  const SetTable table = parse("0,\"(0,)\",\"(5,)\",0.25,1e-05\n1,\"(0, 2)\",\"(5, 7)\",0.5,0\n");
  REQUIRE(table.sets.size() == 2);
  CHECK(table.sets[0] == NeuronSet{0});
  CHECK(table.sets[1].bits() == 5);
  CHECK(table.names == std::vector<std::string>{"W", "one"});
  CHECK(table.values(0, 0) == 0.25);
  CHECK(table.values(0, 1) == 1e-05);
  CHECK(table.values(1, 0) == 0.5);
}

TEST_CASE("Damaged tables of sets are refused with their place", "[compare][recurrent]") {
  CHECK_THROWS_WITH(parse(""), Contains("no rows"));
  CHECK_THROWS_WITH(parse("0,\"(3,)\",,0,0\n"), Contains("line 2") && Contains("units in [0,3)"));
  CHECK_THROWS_WITH(parse("0,\"(0, 0)\",,0,0\n"), Contains("a set of units"));
  CHECK_THROWS_WITH(parse("0,\"(0,\",,0,0\n"), Contains("a set of units"));
  CHECK_THROWS_WITH(parse("0,\"(0,)\",,0,0\n1,\"(0,)\",,0,0\n"), Contains("line 3") && Contains("each set once"));
  CHECK_THROWS_WITH(parse("0,\"(0,)\",,x,0\n"), Contains("'W'") && Contains("a number"));
  CHECK_THROWS_WITH(parse("0,\"(0,)\",,0,nan\n"), Contains("'t1'"));
  CHECK_THROWS_AS(parse("0,\"(0,)\",,0\n"), DataError);
  CHECK_THROWS_WITH(parse_set_table(",noiseSet,W\n0,\"(0,)\",1\n", "t.csv", columns(), 3), Contains("no column 't1'"));
}
