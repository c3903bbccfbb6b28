// Tables of published values of every set of units.
#include "experiments/compare/set_tables.hpp"

#include <cmath>

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

TEST_CASE("Columns with the same bound share a root mean square, and a NaN is out of every bound",
          "[compare][recurrent]") {
  ExperimentResult result;
  result.networks.push_back("n");
  const std::string layer = "networks/n/layers/h1/";
  const auto put = [&](const std::string& path, std::vector<std::string> axes, std::vector<std::size_t> shape,
                       const RowMatrix<double>& values) {
    result.arrays.put_array(layer + path, {"1", "", std::move(axes), std::move(shape), values});
  };
  RowMatrix<double> representation(2, 4), rate(1, 4);
  representation << 0, 0.1, 0.2, 0.3, 0, 0.4, 0.5, std::nan("");
  rate << 0.5, 0.25, 0.125, 0;
  put("measures/test/lag", {"lag"}, {2}, RowMatrix<double>{{1, 2}});
  put("measures/test/temporal_representation", {"lag", "set"}, {2, 4}, representation);
  put("time_knockout/test/error_rate", {"set"}, {4}, rate);
  const auto column = [](const std::string& metric, std::optional<double> rms, std::vector<MetricValue> values) {
    PublishedColumn made{.name = metric, .config = {}, .values = std::move(values), .classes = {"", ""}};
    made.config.metric = metric;
    made.config.rms = rms;
    return made;
  };
  PublishedTable table{
      "c",
      "n",
      {column("temporal_representation_1", 0.2, {0.2, 0.0}), column("error_rate", std::nullopt, {0.25, 0.0}),
       column("temporal_representation_2", 0.2, {0.4, 0.4})},
      "",
      {NeuronSet(1), NeuronSet(2)}};
  const std::vector<SetDifference> found = set_differences(table, "test", result);
  REQUIRE(found.size() == 4);
  CHECK(found[0].value == Approx(0.2));    // 0.1 and 0.2 against 0.2 and 0
  CHECK(found[1].value == Approx(0.125));  // 0.25 and 0.125 against 0.25 and 0
  CHECK(found[2].value == Approx(0.1));    // 0.4 and 0.5 against 0.4 and 0.4
  CHECK(found[3].column == "temporal_representation_1, temporal_representation_2 rms");
  CHECK(found[3].value == Approx(std::sqrt((0.01 + 0.04 + 0 + 0.01) / 4)));
  CHECK(found[3].allowed == 0.2);

  table.sets = {NeuronSet(3), NeuronSet(2)};
  const std::vector<SetDifference> undefined = set_differences(table, "test", result);
  CHECK(std::isnan(undefined[2].value));
  CHECK(std::isnan(undefined[3].value));
}
