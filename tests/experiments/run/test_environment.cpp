// What surrounds a run: variables, limits, links, signals of batch systems. It changes no result, or is named.
#include <csignal>
#include <fstream>

#include "core/files/hdf5_file.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

namespace fs = std::filesystem;
using test::Arguments;
using test::ProgramOptions;
using test::ProgramResult;
using test::quick_config;
using test::run_program;
using test::TemporaryFolder;
using test::with;

const Arguments one_epoch{quick_config,
                          "networks={full: {layers: [784, 4, 10], train: {max_epochs: 1}}}",
                          "data.train_limit=300",
                          "data.test_limit=200",
                          "analysis={relay: {subsets: [test]}}",
                          "figures=null"};

}  // namespace

TEST_CASE("The environment of gnuplot has no influence on figures", "[run][environment]") {
  const TemporaryFolder folder;
  const Arguments drawn = with(one_epoch, {"figures={formats: [svg]}"});
  REQUIRE(run_program(with(drawn, {"-o", "plain"}), folder.path()).exit_code == 0);
  std::ofstream(folder.path() / ".gnuplot") << "set term dumb\nset output 'elsewhere'\nthis is wrong\n";
  fs::create_directories(folder.path() / "library");
  ProgramOptions options;
  options.environment = {{"GNUTERM", "x11"},
                         {"GNUPLOT_LIB", (folder.path() / "library").string()},
                         {"GNUPLOT_FONTPATH", "/nowhere"},
                         {"GNUPLOT_DEFAULT_GDFONT", "nothing"},
                         {"GNUPLOT_DRIVER_DIR", "/nowhere"},
                         {"GNUPLOT_PS_DIR", "/nowhere"},
                         {"HOME", folder.path().string()}};
  const ProgramResult run = run_program(with(drawn, {"-o", "other"}), folder.path(), options);
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  int figures = 0;
  for (const auto& entry : fs::directory_iterator(folder.path() / "plain/figures")) {
    INFO(entry.path());
    CHECK(test::content(entry.path()) == test::content(folder.path() / "other/figures" / entry.path().filename()));
    ++figures;
  }
  CHECK(figures > 5);
}

TEST_CASE("The plan and the log say how many threads there are and why", "[run][environment]") {
  const TemporaryFolder folder;
  const auto plan = [&](const Arguments& more, const std::map<std::string, std::string>& environment) {
    ProgramOptions options;
    options.environment = environment;
    options.environment.insert({"SLURM_CPUS_PER_TASK", ""});
    return run_program(with(one_epoch, with(more, {"-n"})), folder.path(), options).out;
  };
  CHECK_THAT(plan({}, {{"OMP_NUM_THREADS", "1"}}), Catch::Contains("threads  1 ("));
  CHECK_THAT(plan({"-j", "3"}, {{"OMP_NUM_THREADS", "1"}}), Catch::Contains("threads  3 (-j)"));
  CHECK_THAT(plan({"sweep={replicates: 2}", "-j", "3"}, {}), Catch::Contains("threads  3 (-j)"));
  REQUIRE(run_program(with(one_epoch, {"-o", "run", "-j", "2"}), folder.path()).exit_code == 0);
  CHECK_THAT(test::content(folder.path() / "run/run.log"), Catch::Contains("threads: 2 (-j)"));
}

TEST_CASE("Paths of the command line that a shell left unexpanded are refused", "[run][environment]") {
  const TemporaryFolder folder;
  ProgramOptions options;
  options.environment = {{"HOME", "/home/ada"}};
  const auto refused = [&](const Arguments& arguments, const std::string& message) {
    const ProgramResult result = run_program(arguments, folder.path(), options);
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Catch::Contains(message));
  };
  refused(with(one_epoch, {"--output=~/x"}), "--output: '~/x': ~ is not expanded here; write /home/ada/x");
  refused(with(one_epoch, {"-o", "$SCRATCH/x"}), "--output: '$SCRATCH/x': ");
  refused({"--status=~/x"}, "--status: '~/x': ~ is not expanded here; write /home/ada/x");
  refused({"~/a.yaml"}, "CONFIG: '~/a.yaml': ~ is not expanded here; write /home/ada/a.yaml");
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("Links to folders are kept, and links that lead nowhere are named", "[run][environment]") {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "disk/results");
  fs::create_directory_symlink("disk/results", folder.path() / "link");
  REQUIRE(run_program(with(one_epoch, {"-o", "link"}), folder.path()).exit_code == 0);
  REQUIRE(run_program(with(one_epoch, {"-o", "link/", "--fresh"}), folder.path()).exit_code == 0);
  CHECK(fs::is_symlink(folder.path() / "link"));
  CHECK(fs::exists(folder.path() / "disk/results/results.h5"));
  CHECK(fs::exists(folder.path() / "disk/results.1/results.h5"));

  fs::create_directory_symlink("/nowhere/at/all", folder.path() / "dangling");
  fs::create_directory_symlink("circle", folder.path() / "circle");
  const auto refused = [&](const Arguments& arguments, const std::string& message) {
    const ProgramResult result = run_program(with(one_epoch, arguments), folder.path());
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Catch::Contains(message));
  };
  const std::string there = "is a link to '/nowhere/at/all', which is not there";
  refused({"-o", "dangling"}, "output folder 'dangling': 'dangling' " + there);
  refused({"-o", "dangling/"}, "'dangling' " + there);
  refused({"-o", "dangling/run", "--fresh"}, "output folder 'dangling/run': 'dangling' " + there);
  refused({"-o", "circle/run"}, "'circle' is a link to 'circle', which cannot be followed: ");
  CHECK(fs::is_symlink(folder.path() / "dangling"));
}

TEST_CASE("A complete run without its tables says so where they fit now", "[run][environment][tables]") {
  const TemporaryFolder folder;
  const Arguments run = with(one_epoch, {"networks.full.layers=[784, 19, 10]", "-o", "run"});
  const std::string sentence = "was computed without the tables of all sets, which fit into memory now; --fresh";
  // 19 units: 21 MB of tables.
  const ProgramResult first = run_program(with(run, {"max_memory=100 MB"}), folder.path());
  INFO(first.err);
  REQUIRE(first.exit_code == 0);
  const std::string table = "networks/full/layers/1/relay/test/information";
  REQUIRE(!Hdf5Reader(folder.path() / "run/results.h5").exists(table));
  CHECK_THAT(run_program(with(run, {"max_memory=100 MB"}), folder.path()).err, !Catch::Contains(sentence));
  const ProgramResult again = run_program(with(run, {"max_memory=2 GB"}), folder.path());
  CHECK(again.exit_code == 0);
  CHECK_THAT(again.err, Catch::Contains("'run' " + sentence));
  REQUIRE(run_program(with(run, {"max_memory=2 GB", "--fresh"}), folder.path()).exit_code == 0);
  CHECK(Hdf5Reader(folder.path() / "run/results.h5").exists(table));
  CHECK_THAT(run_program(with(run, {"max_memory=2 GB"}), folder.path()).err, !Catch::Contains(sentence));
}

TEST_CASE("Signals of batch systems save and stop a run", "[run][environment]") {
  for (const int signal : {SIGUSR1, SIGUSR2, SIGXCPU}) {
    INFO(signal);
    const TemporaryFolder folder;
    const Arguments long_run = with(
        one_epoch, {"networks.full.train.max_epochs=100000", "networks.full.train.stop={accuracy: 1}", "-o", "run"});
    ProgramOptions options;
    options.environment = {{"INFORELAY_SAVE_SECONDS", "0"}};
    options.signal = signal;
    options.signal_when = [&] { return fs::exists(folder.path() / "run/stages/full-training.state.h5"); };
    const ProgramResult run = run_program(long_run, folder.path(), options);
    INFO(run.err);
    if (run.exit_code != 0) CHECK(run.exit_code == 143);
    CHECK((run.exit_code == 0 || run.err.find("interrupted; rerun the same command") != std::string::npos));
  }
}

TEST_CASE("Labels of a sweep tell its points apart", "[run][environment][sweep]") {
  const TemporaryFolder folder;
  const ProgramResult sweep = run_program(
      with(one_epoch, {"-o", "s", "figures={formats: [svg]}",
                       "sweep={parameters: {networks.full.activation: {values: [tanh, relu]}, "
                       "networks.full.train.learning_rate: {values: [0.001, 0.0010001]}, "
                       "networks.full.train.batch_size: {values: [50, 100]}}, collect: [full.relay.test.total]}"}),
      folder.path());
  INFO(sweep.err);
  REQUIRE(sweep.exit_code == 0);
  for (const char* activation : {"tanh", "relu"}) {
    for (const char* rate : {"0.001", "0.0010001"}) {
      for (const char* size : {"50", "100"}) {
        const std::string label =
            std::string("activation=") + activation + ", learning_rate=" + rate + ", batch_size=" + size + " ";
        INFO(label);
        CHECK_THAT(sweep.out, Catch::Contains("\n" + label));
        CHECK(sweep.out.find("\n" + label) == sweep.out.rfind("\n" + label));
      }
    }
  }
  const std::string svg =
      test::content(folder.path() / "s/figures/sweep_full-relay-test-total-over-networks-full-train-learning_rate.svg");
  CHECK_THAT(svg, Catch::Contains("0.0010001"));
}

}  // namespace inforelay
