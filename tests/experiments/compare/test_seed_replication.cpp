#include "experiments/compare/seed_replication.hpp"

#include <cmath>
#include <limits>

#include "tests/catch2.hpp"
#include "tests/experiments/compare/results_of.hpp"

namespace inforelay {

TEST_CASE("A replication shows where the published value falls among the seeds", "[compare]") {
  constexpr double no_fit = std::numeric_limits<double>::quiet_NaN();
  ExperimentConfig config;
  NetworkConfig shallow, deep;  // several layers are analysed: of the deep one the metric names none
  shallow.layers = {4, 2, 3};
  deep.layers = {4, 2, 2, 3};
  config.analysis.layers.word = LayerWord::all;
  config.analysis.knockout.emplace();
  config.analysis.regression.emplace();
  config.networks = {{"full", shallow}, {"deep", deep}, {"composite", shallow}};
  config.compare = {{"t", {}}, {"s", {}}};
  config.compare[1].second.statement = "full.regression.r_squared > 0.15";
  PublishedColumn column{.name = "r2", .config = {}, .values = {0.5, 0.05, 2.0}, .classes = {"a", "b", "c"}};
  column.config.metric = "regression.r_squared";
  SeedReplication replication(config, {{"t", "full", {column}, ""}});
  CHECK(replication.empty());
  CHECK(replication_table(replication).empty());
  for (int seed = 0; seed <= 10; ++seed) {
    // 0, 0.1 ... 1; the last seed has no fit in class c.
    const double value = seed / 10.0;
    ExperimentResult result = test::result_of({value, value, seed == 10 ? no_fit : value});
    test::add_network(result, "composite", {1, 1, 1});
    replication.add(seed, result);
  }
  const std::vector<ReplicationRow>& rows = replication.rows();
  REQUIRE(rows.size() == 7);
  CHECK(replication.published_rows() == 3);
  CHECK(rows[0].at(0.5) == Approx(0.5));
  CHECK(rows[0].at(0.05) == Approx(0.05));
  CHECK(rows[0].at(0.95) == Approx(0.95));
  CHECK(rows[0].fraction_below() == Approx(0.5));  // five below, one equal, five above
  CHECK(rows[1].fraction_below() == Approx(1.0 / 11));
  CHECK(rows[2].at(0.5) == Approx(0.45));
  CHECK(rows[2].fraction_below() == 1);
  CHECK(rows[3].network == "composite");  // for the figure; nothing was published
  CHECK(std::isnan(rows[3].fraction_below()));
  // The statement holds for all classes of seeds 2 to 9 and for two of three of seed 10.
  CHECK(rows[6].values == std::vector<double>{0, 0, 3, 3, 3, 3, 3, 3, 3, 3, 2});
  CHECK_THAT(
      replication_table(replication),
      Catch::Contains("2 of 3 published values lie between") &&
          Catch::Contains("full.regression.r_squared > 0.15: most classes of most seeds\n"
                          "  all    8 / 11    43 to 90 %    most    9 / 11    52 to 95 %    26 of 33 classes\n"));
  CHECK_THAT(replication_csv(replication), Catch::Contains("\ns,,,full.regression.r_squared > 0.15,,3,"));
  const ResultArrays arrays = replication_arrays(replication);
  CHECK(arrays.view().matrix<double>("value").cols() == 11);
  CHECK(arrays.view().vector<double>("reference")[1] == 0.05);
}

}  // namespace inforelay
