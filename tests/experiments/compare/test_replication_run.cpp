// Replications over seeds by the program: distributions, statements, figures and errors.
#include <fstream>

#include "core/files/hdf5_file.hpp"
#include "experiments/results/results_file.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::content;
using test::ProgramResult;
using test::run_program;
using test::TemporaryFolder;

// Two small networks on a few hundred generated digits, over three seeds.
const std::string three_seeds = R"(
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
    columns: {r2: {metric: regression.r_squared}, total: {metric: relay.test.total}}
  epochs:
    published: published.csv
    network: full
    by: nothing
    rows: last
    columns: {epoch: {metric: training.epochs}}
  negative: {statement: full.regression.information < 0}
figures: {formats: [svg]}
sweep: {replicates: 3}
)";

void write_replication(const std::filesystem::path& folder) {
  std::ofstream(folder / "t.yaml") << three_seeds;
  std::ofstream(folder / "published.csv") << "numeral,r2,total,epoch\n0,0,0.2,1\n1,2,0.2,2\n2,0.5,,3\n";
}

std::vector<std::int64_t> seeds_in(const std::filesystem::path& results) {
  const ResultArrays arrays = read_arrays(Hdf5Reader(results), "replication");
  const auto seeds = arrays.view().vector<std::int64_t>("seed");
  return {seeds.begin(), seeds.end()};
}

}  // namespace

TEST_CASE("A replication compares published values with all seeds and reports a damaged run", "[run][compare][long]") {
  const TemporaryFolder folder;
  write_replication(folder.path());
  ProgramResult result = run_program({"t.yaml", "-o", "a"}, folder.path());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, Catch::Contains("fit: regression.r_squared of full, 3 seeds") &&
                             Catch::Contains("published values lie between the 5 and 95 % points of the seeds.") &&
                             Catch::Contains("full.regression.information < 0"));
  const std::filesystem::path a = folder.path() / "a";
  for (const char* name : {"replication.csv", "figures/replication_fit.svg", "figures/replication_fit.csv"}) {
    INFO(name);
    CHECK(std::filesystem::exists(a / name));
  }
  CHECK_FALSE(std::filesystem::exists(a / "figures/replication_epochs.svg"));  // no figure of a single number
  // r2 of class 0 is published as 0: below all seeds; of class 1 as 2: above.
  const std::string csv = content(a / "replication.csv");
  CHECK_THAT(csv, Catch::Contains(",seed_1,seed_2,seed_3\n") &&
                      Catch::Contains("\nepochs,epoch,full,training.epochs,,3,") && Catch::Contains(",0,below,") &&
                      Catch::Contains(",1,above,"));
  CHECK(seeds_in(a / "results.h5") == std::vector<std::int64_t>{1, 2, 3});
  {
    const Hdf5Reader file(a / "results.h5");
    const auto values = file.matrix<double>("replication/value");
    CHECK(values.cols() == 3);
    CHECK(file.dimension_names("replication/value") == std::vector<std::string>{"row", "seed"});
    // The value of a run in the row of its class.
    const Hdf5Reader run(a / "runs/0002-seed-2/results.h5");
    CHECK(values(4, 1) == run.vector<double>("networks/full/layers/1/relay/test/total")[1]);
    CHECK_FALSE(run.exists("comparison"));
  }

  std::filesystem::resize_file(a / "runs/0002-seed-2/results.h5", 5000);
  std::filesystem::remove(a / "summary.txt");
  result = run_program({"t.yaml", "-o", "a"}, folder.path());
  INFO(result.err);
  CHECK(result.exit_code == 4);
  CHECK_THAT(result.out, Catch::Contains("FAILED runs/0002-seed-2") && Catch::Contains("of full, 2 seeds"));
  CHECK(seeds_in(a / "results.h5") == std::vector<std::int64_t>{1, 3});
}

TEST_CASE("A replication without a finished run exits with code 4", "[run][compare]") {
  const TemporaryFolder folder;
  write_replication(folder.path());
  const ProgramResult result = run_program({"t.yaml", "networks.composite.detectors.on_failure=error",
                                            "networks.composite.detectors.max_epochs=1", "-o", "a"},
                                           folder.path());
  INFO(result.err);
  CHECK(result.exit_code == 4);
  CHECK_THAT(result.out, Catch::Contains("0 finished, 3 failed, 0 not started"));
}

TEST_CASE("Invalid comparisons are refused before any work", "[run][compare]") {
  const TemporaryFolder folder;
  write_replication(folder.path());
  const auto refused = [&](const std::vector<std::string>& overrides, const std::string& message, int code = 2) {
    std::vector<std::string> arguments{"t.yaml", "-o", "a"};
    arguments.insert(arguments.end(), overrides.begin(), overrides.end());
    const ProgramResult result = run_program(arguments, folder.path());
    INFO(result.err);
    CHECK(result.exit_code == code);
    CHECK_THAT(result.err, Catch::Contains(message));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "a"));
  };
  refused({"compare.fit.columns.r2.metric=relay.train.above_greedy"},
          "compare.fit.columns.r2: relay.train.above_greedy will not be computed: train is not among "
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
  refused({"compare.fit.network=ful"}, "compare.fit.network: there is no network 'ful'; networks are full, composite");
  refused({"compare.fit.published=null"}, "compare.fit: needs one of 'statement', 'published'");
  refused({"compare.negative.at_least=0"}, "compare.negative.at_least: over seeds statements are counted");
  refused({"compare.negative.statement=full.regression.information"}, "is not a statement");
  refused({"compare.negative.statement=ful.regression.information < 0"}, "did you mean 'full'?");
  refused({"compare.negative.statement=full.relay.train.smallest_set_50 > 1"},
          "compare.negative.statement: full.relay.train.smallest_set_50 will not be computed: train is not among");
}

TEST_CASE("A statement that holds for too few classes gives exit code 5", "[run][compare][long]") {
  const TemporaryFolder folder;
  write_replication(folder.path());
  const auto run = [&](const std::string& statement, const std::string& output) {
    return run_program({"t.yaml", "sweep=null", "figures=null", "compare={s: " + statement + "}", "-o", output},
                       folder.path());
  };
  const ProgramResult met = run("{statement: full.relay.test.total >= -1, at_least: 0}", "met");
  INFO(met.err);
  CHECK(met.exit_code == 0);
  CHECK_THAT(met.out, Catch::Contains("10 of 10, 10 needed: ok"));
  CHECK(run("{statement: full.relay.test.total < -1}", "shown").exit_code == 0);
  const ProgramResult missed = run("{statement: full.relay.test.total < -1, at_least: 1}", "missed");
  CHECK(missed.exit_code == 5);
  CHECK_THAT(missed.out, Catch::Contains("0 of 10, 1 needed: NOT MET"));
  CHECK_THAT(content(folder.path() / "missed/comparison.csv"), Catch::Contains("s,,,full.relay.test.total < -1,0,-1,"));
}

}  // namespace inforelay
