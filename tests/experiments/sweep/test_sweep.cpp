// Whole sweeps on small generated data: what they write, how they resume, how they fail.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <fstream>
#include <sstream>

#include "core/files/directory_lock.hpp"
#include "core/files/hdf5_file.hpp"
#include "experiments/reports/run_status.hpp"
#include "experiments/results/results_file.hpp"
#include "experiments/sweep/collect.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::Arguments;
using test::identical;
using test::numbers_of;
using test::ProgramResult;
using test::quick_config;
using test::run_program;
using test::TemporaryFolder;
using test::with;
namespace fs = std::filesystem;

// One small network, trained quickly.
const Arguments small{quick_config,
                      "data.train_limit=1000",
                      "data.test_limit=300",
                      "networks.full.layers=[784, 5, 10]",
                      "networks.full.train.max_epochs=8",
                      "networks.composite=null",
                      "figures=null"};
const std::string two_by_two =
    "sweep={parameters: {analysis.discretize: {values: [kmeans, sign]}}, replicates: 2, "
    "collect: [full.relay.test.total, full.states.test.entropy_bits]}";

// The lines of sweep.csv, cut at commas (no cell of these tests holds one), without the column of seconds.
std::vector<Arguments> table_of(const fs::path& folder) {
  std::vector<Arguments> rows = test::rows_of(folder / "sweep.csv");
  REQUIRE(!rows.empty());
  const auto seconds = std::find(rows[0].begin(), rows[0].end(), "wall_seconds") - rows[0].begin();
  for (Arguments& cells : rows) {
    REQUIRE(seconds < std::ssize(cells));
    cells.erase(cells.begin() + seconds);
  }
  return rows;
}

// Runs and collected values of two sweeps are bit-identical.
void check_same(const fs::path& a, const fs::path& b) {
  CHECK(table_of(a) == table_of(b));
  CHECK(identical(numbers_of(a / "results.h5"), numbers_of(b / "results.h5")));
  std::size_t runs = 0;
  for (const auto& run : fs::directory_iterator(a / "runs")) {
    INFO(run.path());
    CHECK(identical(numbers_of(run.path() / "results.h5"),
                    numbers_of(b / "runs" / run.path().filename() / "results.h5")));
    ++runs;
  }
  CHECK(runs == table_of(a).size() - 1);
}

// The number of runs that have begun and not finished: they have a stderr.log.
std::size_t unfinished_in(const fs::path& folder) {
  std::size_t count = 0;
  if (!fs::exists(folder / "runs")) return 0;
  for (const auto& run : fs::directory_iterator(folder / "runs"))
    count += fs::exists(run.path() / "stderr.log") ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("A sweep writes its runs, a table and a results file with all values", "[sweep][long]") {
  const TemporaryFolder folder;
  const ProgramResult result = run_program(with(small, {two_by_two, "-o", "a", "-j", "2"}), folder.path());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const fs::path a = folder.path() / "a";
  CHECK_THAT(result.out, Catch::StartsWith("quick: sweep, 2 points x 2 seeds = 4 runs, data digits") &&
                             Catch::Contains("4 finished, 0 failed") && Catch::Contains("discretize=sign"));
  const auto table = table_of(a);
  REQUIRE(table.size() == 5);
  CHECK(table[0] == Arguments{"run", "folder", "point", "replicate", "seed", "analysis.discretize", "status", "message",
                              "full.relay.test.total", "full.states.test.entropy_bits"});
  CHECK(Arguments(table[3].begin(), table[3].begin() + 8) ==
        Arguments{"3", "runs/0003-discretize-sign-seed-1", "2", "0", "1", "sign", "finished", ""});

  const Hdf5Reader file(a / "results.h5");
  CHECK(file.attribute<std::string>("", "format") == "inforelay-results");
  CHECK(file.attribute<std::string>("", "status") == "complete");
  CHECK(file.attribute<std::vector<std::string>>("sweep", "parameters") == Arguments{"analysis.discretize"});
  CHECK(file.texts("sweep/parameters/analysis.discretize") == Arguments{"kmeans", "kmeans", "sign", "sign"});
  CHECK(file.vector<std::int64_t>("sweep/seed") == std::vector<std::int64_t>{1, 2, 1, 2});
  CHECK(file.texts("sweep/status") == Arguments(4, "finished"));
  CHECK(file.dimension_names("sweep/by_class/full.relay.test.total") == Arguments{"run", "class"});
  CHECK(!file.exists("sweep/by_class/full.states.test.entropy_bits"));
  const auto seconds = file.vector<double>("sweep/wall_seconds", 4);
  CHECK(file.array<double>("provenance/wall_seconds").at(0) == seconds[0] + seconds[1] + seconds[2] + seconds[3]);

  // The collected values are those of the runs.
  const ExperimentResult third = read_results(a / "runs/0003-discretize-sign-seed-1/results.h5");
  const std::span<const double> all = third.network("full").vector<double>("layers/1/relay/test/total");
  double sum = 0;
  for (const double value : all) sum += value;
  CHECK(file.vector<double>("sweep/metrics/full.relay.test.total")[2] == sum / 10);
  const auto by_class = file.matrix<double>("sweep/by_class/full.relay.test.total", 4, 10);
  for (int c = 0; c < 10; ++c) CHECK(by_class(2, c) == all[static_cast<std::size_t>(c)]);

  SECTION("the same command again has nothing to do") {
    const auto written = fs::last_write_time(a / "results.h5");
    const ProgramResult again = run_program(with(small, {two_by_two, "-o", "a"}), folder.path());
    CHECK(again.exit_code == 0);
    CHECK(again.out == result.out);
    CHECK_THAT(again.err, Catch::Contains("'a' is complete; nothing to do"));
    CHECK(fs::last_write_time(a / "results.h5") == written);
  }
  SECTION("what a run left that was killed at its end is removed") {
    const fs::path run = a / "runs/0003-discretize-sign-seed-1", left = run / "status.json.123-4.tmp";
    const auto written = fs::last_write_time(run / "results.h5");
    std::ofstream(left) << "{";
    fs::remove(a / "results.h5");
    CHECK(run_program(with(small, {two_by_two, "-o", "a"}), folder.path()).exit_code == 0);
    CHECK(!fs::exists(left));
    CHECK(fs::last_write_time(run / "results.h5") == written);
    CHECK(fs::exists(a / "results.h5"));
  }
  SECTION("each run equals the single run with its values and seed") {
    REQUIRE(run_program(with(small, {"analysis.discretize=sign", "seed=2", "-o", "single"}), folder.path()).exit_code ==
            0);
    CHECK(identical(numbers_of(folder.path() / "single/results.h5"),
                    numbers_of(a / "runs/0004-discretize-sign-seed-2/results.h5")));
  }
  SECTION("results do not depend on the number of processes") {
    REQUIRE(run_program(with(small, {two_by_two, "-o", "b", "-j", "1"}), folder.path()).exit_code == 0);
    check_same(a, folder.path() / "b");
  }
  SECTION("a missing run is computed again and a damaged one is reported") {
    fs::remove_all(a / "runs/0001-discretize-kmeans-seed-1");
    fs::resize_file(a / "runs/0003-discretize-sign-seed-1/results.h5", 3000);
    const ProgramResult mended = run_program(with(small, {two_by_two, "-o", "a"}), folder.path());
    CHECK(mended.exit_code == 4);
    CHECK(table_of(a)[1] == table[1]);
    CHECK(table_of(a)[3][6] == "failed");
    CHECK_THAT(mended.out, Catch::Contains("FAILED runs/0003-discretize-sign-seed-1") &&
                               Catch::Contains("without its folder it is computed again"));
  }
}

TEST_CASE("A failed run is reported, the others finish, and the next start repeats it", "[sweep][long]") {
  const TemporaryFolder folder;
  // 1000 images have 100 of each class.
  const Arguments failing = with(small, {"networks.composite={detectors: {hidden: 1, positives: 50, negatives: 50, "
                                         "max_epochs: 3, restarts: 0, on_failure: keep_best}}",
                                         "sweep={parameters: {networks.composite.detectors.positives: {values: [500, "
                                         "50]}}, replicates: 2, collect: [composite.relay.test.total]}"});
  const ProgramResult result = run_program(with(failing, {"-o", "a"}), folder.path());
  INFO(result.err);
  CHECK(result.exit_code == 4);
  CHECK_THAT(run_program({"--status", "a"}, folder.path()).out,
             Catch::Contains("state     failed: 2 of 4 runs failed or were not started\n") &&
                 Catch::Contains("runs      2 of 4 done, 2 failed, 0 running, 0 left\n") &&
                 Catch::Contains(
                     "failed    0001-positives-500-seed-1: networks.composite.detectors.positives: 500: at most 100"));
  CHECK_THAT(result.err, Catch::Contains("error: run 0001-positives-500-seed-1 (networks.composite.detectors.positives"
                                         "=500, seed 1) failed: networks.composite.detectors.positives: "
                                         "500: at most 100: class 0") &&
                             Catch::Contains("error: 2 of 4 runs failed or were not started"));
  CHECK_THAT(result.out, Catch::Contains("2 finished, 2 failed, 0 not started") &&
                             Catch::Contains("FAILED runs/0002-positives-500-seed-2"));
  const Hdf5Reader file(folder.path() / "a/results.h5");
  CHECK(file.attribute<std::string>("", "status") == "incomplete");
  CHECK(file.texts("sweep/status") == Arguments{"failed", "failed", "finished", "finished"});
  CHECK_THAT(file.texts("sweep/message")[0], Catch::Contains("detectors.positives: 500: at most 100"));
  CHECK(file.vector<double>("sweep/parameters/networks.composite.detectors.positives") ==
        std::vector<double>{500, 500, 50, 50});
  CHECK(std::isnan(file.vector<double>("sweep/metrics/composite.relay.test.total")[0]));
  CHECK(std::isfinite(file.vector<double>("sweep/metrics/composite.relay.test.total")[2]));

  const auto third = folder.path() / "a/runs/0003-positives-50-seed-1/results.h5";
  const auto written = fs::last_write_time(third);
  const ProgramResult again = run_program(with(failing, {"-o", "a"}), folder.path());
  CHECK(again.exit_code == 4);
  CHECK_THAT(again.err, Catch::Contains("run 0001-positives-500-seed-1"));
  CHECK(fs::last_write_time(third) == written);

  const ProgramResult stopped =
      run_program(with(failing, {"sweep.on_error=stop", "-o", "b", "-j", "1"}), folder.path());
  REQUIRE(stopped.exit_code == 4);
  CHECK_THAT(stopped.out, Catch::Contains("0 finished, 1 failed, 3 not started"));
  CHECK(table_of(folder.path() / "b")[2][6] == "not started");
}

TEST_CASE("A run that cannot be started does not stop the others", "[sweep]") {
  const TemporaryFolder folder;
  const Arguments sweep = with(small, {"sweep={replicates: 3}", "-o", "a", "-j", "1"});
  const fs::path first = folder.path() / "a/runs/0001-seed-1";
  fs::create_directories(first.parent_path());
  std::ofstream(first) << "in the way";
  const ProgramResult result = run_program(sweep, folder.path());
  INFO(result.err);
  CHECK(result.exit_code == 4);
  CHECK_THAT(result.err, Catch::Contains("error: run 0001-seed-1 (seed 1) failed: cannot make a/runs/0001-seed-1: "));
  CHECK_THAT(result.out, Catch::Contains("2 finished, 1 failed, 0 not started"));
  fs::remove(first);
  CHECK(run_program(sweep, folder.path()).exit_code == 0);

  fs::create_directories(folder.path() / "b/runs");
  std::ofstream(folder.path() / "b/runs/0001-seed-1") << "in the way";
  const ProgramResult stopped =
      run_program(with(small, {"sweep={replicates: 3, on_error: stop}", "-o", "b", "-j", "1"}), folder.path());
  CHECK(stopped.exit_code == 4);
  CHECK_THAT(stopped.out, Catch::Contains("0 finished, 1 failed, 2 not started"));
}

TEST_CASE("An interrupted sweep resumes and ends with the same numbers", "[sweep][long]") {
  const TemporaryFolder folder;
  const Arguments sweep = with(small, {"sweep={replicates: 6}", "-j", "2"});
  REQUIRE(run_program(with(sweep, {"-o", "whole"}), folder.path()).exit_code == 0);
  int interruptions = 0;
  // As many complete sweeps as needed: a start may finish before its signal comes.
  for (int sweeps = 0; sweeps < 10 && interruptions < 4; ++sweeps) {
    fs::remove_all(folder.path() / "parts");
    int exit_code = -1;
    for (int start = 0; exit_code != 0; ++start) {
      const int signal = std::array{SIGINT, SIGTERM, SIGKILL}[static_cast<std::size_t>(start % 3)];
      const ProgramResult result =
          run_program(with(sweep, {"-o", "parts"}), folder.path(),
                      {.environment = {{"INFORELAY_SAVE_SECONDS", "0"}},
                       .signal_when = test::after_changes(folder.path() / "parts", 1 + 6 * start),
                       .signal = signal});
      exit_code = result.exit_code;
      INFO(result.err);
      REQUIRE((exit_code == 0 || exit_code == 128 + signal));
      interruptions += exit_code == 0 ? 0 : 1;
    }
    CHECK(unfinished_in(folder.path() / "parts") == 0);
    check_same(folder.path() / "whole", folder.path() / "parts");
  }
  CHECK(interruptions >= 4);
}

TEST_CASE("No process outlives a sweep that is killed", "[sweep]") {
  const TemporaryFolder folder;
  // Long enough that no run ends by itself.
  const Arguments sweep = with(small, {"networks.full.train.max_epochs=100000", "networks.full.train.stop=null",
                                       "sweep={replicates: 2}", "-j", "2", "-o", "a"});
  // The processes of both runs; none until both are training.
  const auto runs_at_work = [&] {
    std::vector<ProcessIdentity> processes;
    for (const char* run : {"0001-seed-1", "0002-seed-2"}) {
      const auto status = read_status(folder.path() / "a/runs" / run);
      if (status && status->stage && status->stage->done > 0) processes.push_back(status->process);
    }
    if (processes.size() < 2) processes.clear();
    return processes;
  };
  const ProgramResult killed =
      run_program(sweep, folder.path(),
                  {.environment = {}, .signal_when = [&] { return !runs_at_work().empty(); }, .signal = SIGKILL});
  REQUIRE(killed.exit_code == 128 + SIGKILL);
  const std::vector<ProcessIdentity> first = runs_at_work();
  REQUIRE(first.size() == 2);
  // A run waits for the lock of its folder, so those of a second start train only once those of the first are gone.
  const auto others_work = [&] {
    const std::vector<ProcessIdentity> second = runs_at_work();
    return !second.empty() && second[0].pid != first[0].pid && second[1].pid != first[1].pid;
  };
  const ProgramResult second =
      run_program(sweep, folder.path(), {.environment = {}, .signal_when = others_work, .signal = SIGINT});
  INFO(second.err);
  CHECK(second.exit_code == 130);
  CHECK_THAT(second.err, Catch::Contains("interrupted; ") && !Catch::Contains("failed"));
  for (const ProcessIdentity& process : first) CHECK(state_of(process) == ProcessState::ended);
}

TEST_CASE("A second sweep in the same folder is refused", "[sweep]") {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "a");
  const Arguments sweep = with(small, {"sweep={replicates: 1}", "-o", "a"});
  {
    const DirectoryLock other(folder.path() / "a");
    for (const char* fresh : {"", "--fresh"}) {
      const ProgramResult second = run_program(*fresh ? with(sweep, {fresh}) : sweep, folder.path());
      CHECK(second.exit_code == 2);
      CHECK_THAT(second.err, Catch::Contains(fmt::format("output folder 'a': in use by process {} on ", getpid())) &&
                                 Catch::Contains("; wait for it or stop it"));
    }
    CHECK(!fs::exists(folder.path() / "a/runs"));
    CHECK(!fs::exists(folder.path() / "a.1"));
  }
  CHECK(run_program(sweep, folder.path()).exit_code == 0);
}

TEST_CASE("With --fresh a sweep is not moved aside while one of its runs is in progress", "[sweep]") {
  const TemporaryFolder folder;
  const Arguments sweep = with(small, {"sweep={replicates: 1}", "-o", "a", "--fresh"});
  fs::create_directories(folder.path() / "a/runs/0001-seed-1");
  {
    const DirectoryLock run(folder.path() / "a/runs/0001-seed-1");
    CHECK(run_program(sweep, folder.path()).exit_code == 2);
    CHECK(fs::exists(folder.path() / "a/runs/0001-seed-1"));
  }
  CHECK(run_program(sweep, folder.path()).exit_code == 0);
  CHECK(fs::exists(folder.path() / "a.1/runs/0001-seed-1"));
}

TEST_CASE("A finished sweep redraws missing figures and --status reports it as complete", "[sweep]") {
  const TemporaryFolder folder;
  const Arguments sweep =
      with(small, {"sweep={replicates: 2, collect: [full.relay.test.total]}", "figures={formats: [svg]}", "-o", "a"});
  REQUIRE(run_program(sweep, folder.path()).exit_code == 0);
  const fs::path figure = folder.path() / "a/figures/sweep_full-relay-test-total.svg";
  REQUIRE(fs::remove(figure));
  const ProgramResult again = run_program(sweep, folder.path());
  INFO(again.err);
  CHECK(again.exit_code == 0);
  CHECK(fs::exists(figure));
  CHECK_THAT(again.err, Catch::Contains("[ 3/3] figures"));
  const ProgramResult status = run_program({"--status", "a"}, folder.path());
  CHECK(status.exit_code == 0);
  CHECK_THAT(status.out, Catch::StartsWith("sweep     quick in 'a'\nstate     complete\n") &&
                             Catch::Contains("2 of 2 done, 0 failed, 0 running, 0 left"));
}

TEST_CASE("Options that only check or print a sweep start no run", "[sweep]") {
  const TemporaryFolder folder;
  const auto say = [&](const Arguments& more) {
    const ProgramResult result = run_program(with(small, more), folder.path());
    INFO(result.err);
    CHECK(result.exit_code == 0);
    return result.out;
  };
  CHECK_THAT(say({two_by_two, "--validate"}), Catch::EndsWith("ok, a sweep of 2 points and 4 runs\n"));
  CHECK_THAT(say({two_by_two, "--print-config"}),
             Catch::Contains("    analysis.discretize: {values: [kmeans, sign]}\n"));
  CHECK_THAT(say({two_by_two, "-n"}), Catch::Contains("analysis.discretize=sign") && Catch::Contains("4 runs, 0 done"));
  const ProgramResult wrong =
      run_program(with(small, {"sweep.parameters={analysis.layers: {values: [[1], [2]]}}"}), folder.path());
  CHECK(wrong.exit_code == 2);
  CHECK_THAT(wrong.err, Catch::Contains("networks.full.layers: analysis.layers has 2, but there is 1 hidden layer") &&
                            Catch::Contains("(swept: analysis.layers=[2])"));
  CHECK(!fs::exists(folder.path() / "runs"));
}

TEST_CASE("A sweep draws a figure for each metric and swept setting", "[sweep][long]") {
  const TemporaryFolder folder;
  const Arguments drawn = with(small, {"figures={formats: [svg]}", "networks.full.train.max_epochs=2"});
  REQUIRE(run_program(with(drawn, {"-o", "grid",
                                   "sweep={parameters: {networks.full.layers: {values: [[784, 3, 10], [784, 4, 10]]}, "
                                   "analysis.discretize: {values: [mean, sign]}}, collect: [full.relay.test.total]}"}),
                      folder.path())
              .exit_code == 0);
  const fs::path figures = folder.path() / "grid/figures";
  CHECK(fs::exists(figures / "sweep_full-relay-test-total-over-networks-full-layers.svg"));
  CHECK(fs::exists(figures / "sweep_full-relay-test-total-over-analysis-discretize.svg"));
  CHECK(!fs::exists(folder.path() / "grid/runs/0001-layers-784-3-10-discretize-mean-seed-1/figures"));
  // Only the hidden layer differs, so its size is the axis.
  std::ifstream csv(figures / "sweep_full-relay-test-total-over-networks-full-layers.csv");
  std::string header, row;
  std::getline(csv, header);
  std::getline(csv, row);
  CHECK(header == "x,value,low,high,kind,level,series");
  CHECK_THAT(row, Catch::StartsWith("3,") && Catch::EndsWith(",run,3,discretize mean"));

  REQUIRE(run_program(with(drawn, {"-o", "seeds",
                                   "sweep={replicates: 2, collect: [full.relay.test.total, full.regression.set_size, "
                                   "full.regression.information], figures: true}"}),
                      folder.path())
              .exit_code == 0);
  CHECK(fs::exists(folder.path() / "seeds/figures/sweep_full-relay-test-total.svg"));
  const std::string regression = test::content(folder.path() / "seeds/figures/regression.csv");
  CHECK_THAT(regression, Catch::Contains(",run,set size,") && Catch::Contains(",median,information,"));
  CHECK(fs::exists(folder.path() / "seeds/runs/0002-seed-2/figures/training.svg"));
}

}  // namespace inforelay
