#include "experiments/compare/comparison.hpp"

#include <cmath>
#include <fstream>
#include <limits>

#include "core/error.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/compare/results_of.hpp"
#include "tests/temporary_folder.hpp"

namespace inforelay {
namespace {

using test::result_of;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

CompareColumnConfig column(const std::string& metric) {
  CompareColumnConfig config;
  config.metric = metric;
  return config;
}

// A configuration that compares the network "full" with a table.
class Published {
 public:
  explicit Published(const std::string& csv) : file_(folder_ / "table.csv") {
    std::ofstream(file_) << csv;
    config.networks = {{"full", {}}};
    config.compare = {{"t", {}}};
    config.analysis.regression.emplace();
    entry().published = file_;
    entry().network = "full";
  }

  CompareConfig& entry() { return config.compare[0].second; }
  ComparisonResult compare_with(const ExperimentResult& result) const {
    return compare(config, read_published_tables(config), result);
  }
  // The error of reading the table, whose path is shortened.
  std::string message() const {
    try {
      read_published_tables(config);
    } catch (const DataError& error) {
      const std::string text = error.what(), path = file_.string();
      const std::size_t at = text.find(path);
      return at == std::string::npos ? text : text.substr(0, at) + "t.csv" + text.substr(at + path.size());
    }
    return "";
  }

  ExperimentConfig config;

 private:
  test::TemporaryFolder folder_;
  std::filesystem::path file_;
};

std::vector<std::int64_t> verdicts(const ComparisonResult& result) {
  std::vector<std::int64_t> all;
  for (const ComparisonRow& row : result.rows) all.push_back(row.ok);
  return all;
}

using Verdicts = std::vector<std::int64_t>;

// The comparison of full and composite by a single statement.
ComparisonResult stated(const std::string& statement, std::optional<std::int64_t> at_least = {}) {
  ExperimentResult result;
  test::add_network(result, "full", {0.5, -0.75, none});
  test::add_network(result, "composite", {0.625, 0.25, 0.5});
  ExperimentConfig config;
  config.networks = {{"full", {}}, {"composite", {}}};
  config.analysis.regression.emplace();
  config.compare = {{"s", {}}};
  config.compare[0].second.statement = statement;
  config.compare[0].second.at_least = at_least;
  return compare(config, {}, result);
}

}  // namespace

TEST_CASE("A value is ok if it differs by at most its tolerance", "[compare]") {
  Published published("class,r2\na,0.5\nb,0.5\nc,0.5\nd,\n");
  const ExperimentResult results = result_of({0.5625, 0.5626, none, 0.1});
  published.entry().columns = {{"r2", column("regression.r_squared")}};
  CompareColumnConfig& tolerance = published.entry().columns[0].second;

  tolerance.absolute = 0.0625;
  ComparisonResult result = published.compare_with(results);
  // An undefined value is not ok; a value that was not published is not judged.
  CHECK(verdicts(result) == Verdicts{1, 0, 0, -1});
  REQUIRE(result.columns().size() == 1);
  CHECK(result.columns()[0].rows.size() == 4);
  CHECK(result.columns()[0].ok() == 1);
  CHECK(result.columns()[0].needed() == 3);
  CHECK_FALSE(result.met());

  tolerance.at_least = 1;
  CHECK(published.compare_with(results).met());
  tolerance.at_least = 2;
  CHECK_FALSE(published.compare_with(results).met());
  tolerance.at_least = 0;

  tolerance.absolute.reset();
  tolerance.relative = 0.125;
  CHECK(verdicts(published.compare_with(results)) == Verdicts{1, 0, 0, -1});
  tolerance.relative.reset();
  result = published.compare_with(results);
  CHECK(verdicts(result) == Verdicts{-1, -1, -1, -1});
  CHECK(result.met());
}

TEST_CASE("Sets of units are compared for equality", "[compare]") {
  Published published("class,pair\nb,0 1\na,0 2\n");
  published.entry().columns = {{"pair", column("relay.train.last_2")}};
  const ComparisonResult result = published.compare_with(result_of({0.1, 0.2}));
  CHECK(verdicts(result) == Verdicts{1, 0});
  CHECK(result.rows[0].cls == "b");
  CHECK_FALSE(result.met());
  CHECK_THAT(comparison_table(result), Catch::Contains("NOT OK") && Catch::Contains("OUT OF TOLERANCE"));
  CHECK(comparison_csv(result) ==
        "comparison,column,network,metric,class,reference,value,difference,tolerance,verdict\n"
        "t,pair,full,relay.train.last_2,b,0 1,0 1,,equal,ok\n"
        "t,pair,full,relay.train.last_2,a,0 2,0 1,,equal,NOT OK\n");
}

TEST_CASE("With rows set to last only the last row of each class is compared", "[compare]") {
  Published by_class("class,epoch,r2\na,1,0.1\na,2,0.2\nb,1,0.3\nb,2,0.4\nb,3,0.5\n");
  by_class.entry().columns = {{"r2", column("regression.r_squared")}};
  CHECK(by_class.message() == "'t.csv', line 3, column 'class': 'a', expected each class once (or rows: last)");
  by_class.entry().rows = PublishedRows::last;
  const PublishedTables tables = read_published_tables(by_class.config);
  CHECK(std::get<double>(tables.at(0).columns.at(0).values.at(0)) == 0.2);
  CHECK(std::get<double>(tables.at(0).columns.at(0).values.at(1)) == 0.5);

  Published one_row("epoch,train_b\n1,0.25\n2,0.75\n");
  one_row.entry().rows = PublishedRows::last;
  one_row.entry().columns = {{"train_b", column("regression.r_squared")}};
  one_row.entry().columns[0].second.cls = "b";
  const ComparisonResult result = one_row.compare_with(result_of({0.1, 0.5}));
  REQUIRE(result.rows.size() == 1);
  CHECK(result.rows[0].difference == -0.25);
}

TEST_CASE("Errors of published tables name file, line and column", "[compare]") {
  const auto message = [](const std::string& csv, const CompareColumnConfig& config, const char* name = "r2") {
    Published published(csv);
    published.entry().columns = {{name, config}};
    return published.message();
  };
  const CompareColumnConfig number = column("regression.r_squared"), set = column("relay.train.last_2");
  CHECK(message("class,r2\na,high\n", number) == "'t.csv', line 2, column 'r2': 'high', expected a number");
  CHECK(message("class,r2\na,inf\n", number) == "'t.csv', line 2, column 'r2': 'inf', expected a number");
  CHECK(message("class,r2\n,1\n", number) == "'t.csv', line 2, column 'class': '', expected the name of a class");
  CHECK(message("class,r2\na,1\n", number, "r3") ==
        "compare.t.columns.r3: 't.csv' has no column 'r3'; it has 'class', 'r2'");
  CHECK(message("numeral,r2\na,1\nb,1\n", number) ==
        "'t.csv' has 2 rows and no column 'class' that gives the class of each; it has 'numeral', 'r2'");
  for (const char* cell : {"5,5", "8 8", "-1", "32", "1  2", "1 two"}) {
    CHECK_THAT(message(std::string("class,r2\na,\"") + cell + "\"\n", set), Catch::Contains("a set of units"));
  }
  CompareColumnConfig with_class = number;
  with_class.cls = "b";
  CHECK_THAT(message("class,r2\na,1\n", with_class), Catch::Contains("have classes of their own"));
  CompareColumnConfig too_many = number;
  too_many.at_least = 2;
  CHECK(message("class,r2\na,1\n", too_many) == "compare.t.columns.r2.at_least: 2, but 't.csv' gives 1 values");

  Published unknown("class,r2\nz,1\n");
  unknown.entry().columns = {{"r2", number}};
  CHECK_THROWS_WITH(unknown.compare_with(result_of({0.1, 0.2})),
                    "compare.t.columns.r2: there is no class 'z'; classes are a, b");
}

TEST_CASE("A statement is evaluated for each class", "[compare]") {
  // No statement holds for NaN, the value of a regression without a fit.
  CHECK(verdicts(stated("full.regression.r_squared < composite.regression.r_squared")) == Verdicts{1, 1, -1});
  CHECK(verdicts(stated("abs(full.regression.r_squared) > abs(composite.regression.r_squared)")) == Verdicts{0, 1, -1});
  CHECK(verdicts(stated("full.regression.r_squared >= 0.5")) == Verdicts{1, 0, -1});
  CHECK(verdicts(stated("0.5 >= composite.regression.r_squared")) == Verdicts{0, 1, 1});
  const ComparisonResult whole = stated("full.states.test.argmax_accuracy <= 0.75");
  CHECK(verdicts(whole) == Verdicts{1});
  CHECK(whole.rows[0].cls.empty());
  CHECK(stated("full.regression.r_squared < 1").rows[1].cls == "b");
}

TEST_CASE("A statement decides only if it says for how many classes it must hold", "[compare]") {
  const std::string statement = "full.regression.r_squared < composite.regression.r_squared";
  CHECK(stated(statement).met());
  CHECK(stated(statement, 2).met());
  CHECK_FALSE(stated(statement, 3).met());
  CHECK_FALSE(stated(statement, 0).met());  // all
  CHECK_THAT(comparison_table(stated(statement, 0)), Catch::Contains("2 of 3, 1 undefined, 3 needed: NOT MET"));
  CHECK_THAT(comparison_csv(stated(statement)), Catch::Contains(",c,0.5,nan,,,undefined\n"));
}

TEST_CASE("A comparison is read back from its arrays unchanged", "[compare]") {
  Published published("class,r2,pair\na,0.5,0 1\nb,,1 2\n");
  published.entry().columns = {{"r2", column("regression.r_squared")}, {"pair", column("relay.train.last_2")}};
  published.entry().columns[0].second.absolute = 0.01;
  published.config.compare.emplace_back("s", CompareConfig{}).second.statement = "full.regression.r_squared > 0";
  const ComparisonResult result = published.compare_with(result_of({0.505, 0.3}));
  REQUIRE(result.rows.size() == 6);

  const test::TemporaryFolder folder;
  {
    Hdf5Writer file(folder / "r.h5");
    write_arrays(file, comparison_arrays(result), "comparison");
    file.commit();
  }
  const Hdf5Reader file(folder / "r.h5");
  const ResultArrays arrays = read_arrays(file, "comparison");
  const ComparisonResult again = comparison_from(arrays.view());
  CHECK(comparison_csv(again) == comparison_csv(result));
  CHECK(comparison_table(again) == comparison_table(result));
  CHECK_FALSE(again.met());
  CHECK(file.attribute<std::int64_t>("comparison", "within_tolerance") == 0);
  CHECK(ResultArrays().view("comparison").children().empty());
  CHECK(comparison_from(ResultArrays().view("comparison")).empty());
}

}  // namespace inforelay
