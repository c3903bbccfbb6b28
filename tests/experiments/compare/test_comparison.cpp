#include "experiments/compare/comparison.hpp"

#include <cmath>
#include <fstream>
#include <limits>

#include "core/error.hpp"
#include "experiments/compare/seed_replication.hpp"
#include "experiments/results/results_file.hpp"
#include "tests/catch2.hpp"
#include "tests/temporary_folder.hpp"

namespace inforelay {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// A network whose regression gave these R^2, and whose greedy search ended with these neurons.
NetworkResult network_with(const std::vector<double>& r_squared) {
  NetworkResult network;
  network.regression.emplace();
  RelayResult& relay = network.relay[Split::train];
  relay.greedy.removal_order.resize(static_cast<Eigen::Index>(r_squared.size()), 3);
  for (std::size_t c = 0; c < r_squared.size(); ++c) {
    Regression fit;
    fit.r_squared = r_squared[c];
    network.regression->fits.push_back(fit);
    relay.greedy.removal_order.row(static_cast<Eigen::Index>(c)) << 2, 1, 0;
  }
  return network;
}

class Published {
 public:
  explicit Published(const std::string& csv) : file_(folder_ / "table.csv") {
    std::ofstream(file_) << csv;
    config.published = file_;
    config.network = "full";
    config.by = "numeral";
  }

  PublishedValues read() const { return read_published(config, "compare.t"); }
  ReproductionResult compare(const NetworkResult& network) const {
    return reproduce({{"t", read()}}, {{"full", network}});
  }
  std::string message() const {
    try {
      read();
    } catch (const DataError& error) {
      const std::string text = error.what(), path = file_.string();
      const std::size_t at = text.find(path);
      return at == std::string::npos ? text : text.substr(0, at) + "t.csv" + text.substr(at + path.size());
    }
    return "read";
  }

  CompareConfig config;

 private:
  test::TemporaryFolder folder_;
  std::filesystem::path file_;
};

CompareColumnConfig column(const std::string& quantity) {
  CompareColumnConfig config;
  config.metric = quantity;
  return config;
}

std::vector<int> verdicts(const ReproductionResult& result) {
  std::vector<int> all;
  for (const ReproductionRow& row : result.rows) all.push_back(row.ok ? int{*row.ok} : -1);
  return all;
}

}  // namespace

TEST_CASE("A value is ok up to its tolerance and not beyond", "[reproduction]") {
  Published published("numeral,r2\n0,0.5\n1,0.5\n2,0.5\n3,\n");
  const NetworkResult network = network_with({0.5625, 0.5626, none, 0.1});
  published.config.columns = {{"r2", column("regression.r_squared")}};
  auto& tolerance = published.config.columns[0].second;

  tolerance.absolute = 0.0625;
  ReproductionResult result = published.compare(network);
  CHECK(verdicts(result) == std::vector<int>{1, 0, 0, -1});  // what is undefined is not ok; what is not published, open
  CHECK(result.columns[0].rows == 4);
  CHECK(result.columns[0].ok == 1);
  CHECK(result.columns[0].needed == 3);
  CHECK_FALSE(result.met());

  tolerance.at_least = 1;
  CHECK(published.compare(network).met());
  tolerance.at_least = 2;
  CHECK_FALSE(published.compare(network).met());
  tolerance.at_least = 0;

  tolerance.absolute.reset();
  tolerance.relative = 0.125;
  CHECK(verdicts(published.compare(network)) == std::vector<int>{1, 0, 0, -1});
  tolerance.relative.reset();
  result = published.compare(network);
  CHECK(verdicts(result) == std::vector<int>{-1, -1, -1, -1});
  CHECK(result.met());
}

TEST_CASE("Sets of neurons are equal or not", "[reproduction]") {
  Published published("numeral,pair\n1,0 1\n0,0 2\n");
  published.config.columns = {{"pair", column("relay.train.last_2")}};
  const ReproductionResult result = published.compare(network_with({0.1, 0.2}));
  CHECK(verdicts(result) == std::vector<int>{1, 0});
  CHECK(result.rows[0].cls == 1);
  CHECK_FALSE(result.met());
  CHECK_THAT(reproduction_table(result), Catch::Contains("NOT OK") && Catch::Contains("OUT OF TOLERANCE"));
  CHECK(reproduction_csv(result) ==
        "comparison,column,network,quantity,class,published,ours,difference,tolerance,ok\n"
        "t,pair,full,relay.train.last_2,1,0 1,0 1,,equal,ok\n"
        "t,pair,full,relay.train.last_2,0,0 2,0 1,,equal,NOT OK\n");
}

TEST_CASE("Of a training's table the last row counts", "[reproduction]") {
  Published by_class("numeral,epoch,r2\n0,1,0.1\n0,2,0.2\n1,1,0.3\n1,2,0.4\n1,3,0.5\n");
  by_class.config.columns = {{"r2", column("regression.r_squared")}};
  CHECK(by_class.message() == "'t.csv', line 3, column 'numeral': '0', expected each class once (or rows: last)");
  by_class.config.rows = PublishedRows::last;
  const PublishedValues values = by_class.read();
  CHECK(std::get<double>(values.columns[0].values.at(0)) == 0.2);
  CHECK(std::get<double>(values.columns[0].values.at(1)) == 0.5);

  Published wide("epoch,train_1\n1,0.25\n2,0.75\n");
  wide.config.rows = PublishedRows::last;
  wide.config.columns = {{"train_1", column("regression.r_squared")}};
  wide.config.columns[0].second.cls = 1;
  const ReproductionResult result = wide.compare(network_with({0.1, 0.5}));
  REQUIRE(result.rows.size() == 1);
  CHECK(result.rows[0].difference() == -0.25);
}

TEST_CASE("Tables that do not fit are named with their place", "[reproduction]") {
  const auto message = [](const std::string& csv, const CompareColumnConfig& config, const char* name = "r2") {
    Published published(csv);
    published.config.columns = {{name, config}};
    return published.message();
  };
  const CompareColumnConfig number = column("regression.r_squared"), set = column("relay.train.last_2");
  CHECK(message("numeral,r2\n0,high\n", number) == "'t.csv', line 2, column 'r2': 'high', expected a number");
  CHECK(message("numeral,r2\n0,inf\n", number) == "'t.csv', line 2, column 'r2': 'inf', expected a number");
  CHECK(message("numeral,r2\nten,1\n", number) ==
        "'t.csv', line 2, column 'numeral': 'ten', expected a class in [0, 9]");
  CHECK(message("numeral,r2\n10,1\n", number) == "'t.csv', line 2, column 'numeral': '10', expected a class in [0, 9]");
  CHECK(message("numeral,r2\n0,1\n", number, "r3") == "compare.t: 't.csv' has no column 'r3'; it has 'numeral', 'r2'");
  CHECK(message("class,r2\n0,1\n1,1\n", number) ==
        "'t.csv' has 2 rows and no column 'numeral' that says which class each is about; it has 'class', 'r2'");
  for (const char* cell : {"5,5", "8 8", "-1", "32", "1  2", "1 two"}) {
    CHECK_THAT(message(std::string("numeral,r2\n0,\"") + cell + "\"\n", set), Catch::Contains("a set of neurons"));
  }
  CompareColumnConfig with_class = number;
  with_class.cls = 1;
  CHECK_THAT(message("numeral,r2\n0,1\n", with_class), Catch::Contains("have classes of their own"));

  Published too_many("numeral,r2\n7,1\n");
  too_many.config.columns = {{"r2", number}};
  CHECK_THROWS_WITH(too_many.compare(network_with({0.1})), Catch::Contains("compare.t.columns.r2"));
}

TEST_CASE("A comparison comes back from a results file as it was", "[reproduction][hdf5]") {
  Published published("numeral,r2,pair\n0,0.5,0 1\n1,,1 2\n");
  published.config.columns = {{"r2", column("regression.r_squared")}, {"pair", column("relay.train.last_2")}};
  published.config.columns[0].second.absolute = 0.01;
  const ReproductionResult result = published.compare(network_with({0.505, 0.3}));
  const std::vector<ClaimResult> claims{{"it holds", 10, {10, 9, 3}}, {"it does not", 10, {0, 5, 6}}};
  CHECK(claims[0].runs_all() == 1);
  CHECK(claims[0].runs_most() == 2);
  CHECK(claims[1].runs_most() == 1);

  const test::TemporaryFolder folder;
  {
    Hdf5Writer file(folder / "r.h5");
    write_reproduction(file, "reproduction", result);
    write_claims(file, "claims", claims, {5, 6, 7});
    file.commit();
  }
  const Hdf5Reader file(folder / "r.h5");
  const ReproductionResult again = read_reproduction(file, "reproduction");
  CHECK(reproduction_csv(again) == reproduction_csv(result));
  CHECK(reproduction_table(again) == reproduction_table(result));
  CHECK_FALSE(again.met());
  CHECK(file.attribute<std::int64_t>("reproduction", "within_tolerance") == 0);
  const std::vector<ClaimResult> claims_again = read_claims(file, "claims");
  REQUIRE(claims_again.size() == 2);
  CHECK(claims_again[1].claim == "it does not");
  CHECK(claims_again[1].classes_holding == claims[1].classes_holding);
  CHECK(read_reproduction(file, "nothing").rows.empty());
}

TEST_CASE("A study tells where the published value falls", "[study]") {
  Published published("numeral,r2\n0,0.5\n1,0.05\n2,2\n");
  published.config.columns = {{"r2", column("regression.r_squared")}};
  ExperimentConfig config;
  config.networks = {{"full", {}}, {"composite", {}}};
  config.compare = {{"t", published.config}};
  Study study(config, {{"t", published.read()}});
  for (int seed = 0; seed <= 10; ++seed) {
    // 0, 0.1 ... 1; the last seed has no fit in class 2.
    const double value = seed / 10.0;
    const NetworkResult full = network_with({value, value, seed == 10 ? none : value});
    study.add(seed, {{"full", full}, {"composite", network_with({1, 1, 1})}});
  }
  const StudyResult& result = study.result();
  REQUIRE(result.rows.size() == 3);
  CHECK(result.rows[0].at(0.5) == Approx(0.5));
  CHECK(result.rows[0].at(0.05) == Approx(0.05));
  CHECK(result.rows[0].at(0.95) == Approx(0.95));
  CHECK(result.rows[0].rank() == Approx(0.5));  // five below, one equal, five above
  CHECK(result.rows[1].rank() == Approx(1.0 / 11));
  CHECK(result.rows[2].at(0.5) == Approx(0.45));
  CHECK(result.rows[2].rank() == 1);
  CHECK(result.others.size() == 3);
  CHECK(std::isnan(result.others[0].rank()));
  CHECK_THAT(study_table(result), Catch::Contains("2 of 3 published values lie between"));
}

}  // namespace inforelay
