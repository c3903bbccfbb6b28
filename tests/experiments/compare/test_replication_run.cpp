// A study over seeds through the program: distributions, figures, and what fails on the way.
#include <fstream>

#include "core/files/hdf5_file.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::content;
using test::ProgramResult;
using test::run_program;
using test::TemporaryFolder;

// Two small networks on a few hundred generated digits, over three seeds.
const std::string study = R"(
name: t
data: {dataset: digits, train_limit: 800, test_limit: 400}
networks:
  full: {layers: [784, 5, 10], train: {batch_size: 50, learning_rate: 5e-3, max_epochs: 15}}
  composite: {detectors: {hidden: 1, positives: 40, negatives: 40, max_epochs: 30, restarts: 0, on_failure: keep_best}}
analysis: {relay: {subsets: [train, test]}, knockout: {}, regression: {}}
compare:
  fit:
    published: published.csv
    network: full
    by: numeral
    columns: {r2: {metric: regression.r_squared}, all: {metric: relay.test.all}}
  epochs:
    published: published.csv
    network: full
    by: nothing
    rows: last
    columns: {epoch: {metric: training.epochs}}
figures: {formats: [svg]}
sweep: {replicates: 3}
)";

void write_study(const std::filesystem::path& folder) {
  std::ofstream(folder / "study.yaml") << study;
  std::ofstream(folder / "published.csv") << "numeral,r2,all,epoch\n0,0,0.2,1\n1,2,0.2,2\n2,0.5,,3\n";
}

}  // namespace

TEST_CASE("A study shows published values amid the seeds, and survives a damaged run", "[run][study]") {
  const TemporaryFolder folder;
  write_study(folder.path());
  ProgramResult result = run_program({"study.yaml", "-o", "a"}, folder.path());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, Catch::Contains("fit: regression.r_squared of full, 3 seeds") &&
                             Catch::Contains("published values lie between the 5 and 95 % points of the seeds."));
  const std::filesystem::path a = folder.path() / "a";
  for (const char* name : {"study.csv", "figures/study_fit.svg", "figures/study_fit.csv"}) {
    INFO(name);
    CHECK(std::filesystem::exists(a / name));
  }
  CHECK_FALSE(std::filesystem::exists(a / "figures/study_epochs.svg"));  // a single number needs no picture
  CHECK_THAT(content(a / "study.csv"),
             Catch::Contains(",seed_1,seed_2,seed_3\n") && Catch::Contains("\nepochs,epoch,full,training.epochs,,3,"));
  {
    const Hdf5Reader file(a / "results.h5");
    const auto values = file.matrix<double>("study/values");
    const auto quantiles = file.matrix<double>("study/quantiles", static_cast<std::size_t>(values.rows()), 3);
    CHECK(values.cols() == 3);
    CHECK(file.dimension_names("study/values") == std::vector<std::string>{"row", "seed"});
    CHECK(file.vector<std::int64_t>("study/dimensions/seed") == std::vector<std::int64_t>{1, 2, 3});
    // r2 of class 0 is published as 0: below all seeds; of class 1 as 2: above.
    const auto below = file.vector<double>("study/fraction_below");
    CHECK(below[0] == 0);
    CHECK(below[1] == 1);
    CHECK(quantiles(0, 0) <= quantiles(0, 1));
    CHECK(quantiles(0, 1) <= quantiles(0, 2));
    // A run's own numbers, in the row of its class.
    const Hdf5Reader run(a / "runs/0002-seed-2/results.h5");
    CHECK(values(4, 1) == run.vector<double>("networks/full/relay/test/all")[1]);
  }

  std::filesystem::resize_file(a / "runs/0002-seed-2/results.h5", 5000);
  std::filesystem::remove(a / "summary.txt");
  result = run_program({"study.yaml", "-o", "a"}, folder.path());
  INFO(result.err);
  CHECK(result.exit_code == 4);
  CHECK_THAT(result.out, Catch::Contains("FAILED runs/0002-seed-2") && Catch::Contains("of full, 2 seeds"));
  CHECK(Hdf5Reader(a / "results.h5").vector<std::int64_t>("study/dimensions/seed") == std::vector<std::int64_t>{1, 3});
}

TEST_CASE("A study without any finished run ends with its failures", "[run][study]") {
  const TemporaryFolder folder;
  write_study(folder.path());
  const ProgramResult result = run_program({"study.yaml", "networks.composite.detectors.on_failure=error",
                                            "networks.composite.detectors.max_epochs=1", "-o", "a"},
                                           folder.path());
  INFO(result.err);
  CHECK(result.exit_code == 4);
  CHECK_THAT(result.out, Catch::Contains("0 finished, 3 failed, 0 not started"));
}

TEST_CASE("A comparison that cannot be made is refused before any work", "[run][study][reproduction]") {
  const TemporaryFolder folder;
  write_study(folder.path());
  const auto refused = [&](const std::vector<std::string>& overrides, const std::string& message, int code = 2) {
    std::vector<std::string> arguments{"study.yaml", "-o", "a"};
    arguments.insert(arguments.end(), overrides.begin(), overrides.end());
    const ProgramResult result = run_program(arguments, folder.path());
    INFO(result.err);
    CHECK(result.exit_code == code);
    CHECK_THAT(result.err, Catch::Contains(message));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "a"));
  };
  refused({"compare.fit.columns.r2.metric=relay.train.above_greedy"},
          "compare.fit.columns.r2.metric: relay.train.above_greedy will not be computed: that subset is not among "
          "analysis.relay.exhaustive");
  refused({"compare.fit.columns.r2.metric=relay.test.last_2"}, "over seeds only numbers compare");
  refused({"compare.fit.columns.r2.absolute=0.1"}, "no tolerance with sweep");
  refused({"compare.fit.columns.r2.metric=training.epochs"},
          "compare.fit.columns.r2: training.epochs of full is one number for the network, but the table's row is about "
          "class 0");
  refused(
      {"compare.epochs.columns.epoch.metric=regression.r_squared"},
      "regression.r_squared of full is a number for each class, but the table's row is about the network as a whole");
  refused({"sweep=null", "compare.fit.columns.r2.absolute=0.1", "compare.fit.columns.r2.at_least=4"},
          "compare.fit.columns.r2.at_least: 4, but", 3);
  refused({"sweep=null", "compare.fit.columns.r2.at_least=2"}, "at_least: needs a tolerance");
}

}  // namespace inforelay
