// What is printed about runs: lists, tables of runs, comparisons, exports; figures drawn again with other settings.
#include <filesystem>
#include <fstream>

#include "core/text/csv.hpp"
#include "experiments/results/results_file.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

namespace fs = std::filesystem;
using test::content;
using test::ProgramResult;
using test::quick_config;
using test::run_program;
using test::TemporaryFolder;
using test::with;

const std::vector<std::string> two_figures{quick_config,
                                           "networks.composite=null",
                                           "networks.full.layers=[784, 4, 10]",
                                           "networks.full.train.max_epochs=2",
                                           "data.train_limit=300",
                                           "data.test_limit=200",
                                           "figures={formats: [svg], only: [node, density]}"};

}  // namespace

TEST_CASE("Other figures and another name are no other run", "[run][figures]") {
  const TemporaryFolder folder;
  const ProgramResult first = run_program(two_figures, folder.path());
  INFO(first.err);
  REQUIRE(first.exit_code == 0);
  const fs::path run = fs::weakly_canonical(folder.path() / "runs/quick-latest");
  CHECK(fs::exists(run / "figures/density_full.svg"));
  const auto written = fs::last_write_time(run / "results.h5");
  const ProgramResult second = run_program(
      with(two_figures, {"figures={formats: [svg], only: [density], classes: ['3']}", "name=other"}), folder.path());
  INFO(second.err);
  CHECK(second.exit_code == 0);
  CHECK_THAT(second.err, Catch::Contains("redrawing all figures"));
  CHECK(fs::last_write_time(run / "results.h5") == written);
  CHECK(!fs::exists(run / "figures/node_full.svg"));
  const CsvFile csv = parse_csv(content(run / "figures/density_full.csv"), "density");
  for (const auto& row : csv.rows) CHECK(row.back() == "3");
  const ProgramResult third =
      run_program(with(two_figures, {"figures={formats: [svg], only: [density], classes: ['3']}"}), folder.path());
  CHECK_THAT(third.err, Catch::Contains("nothing to do"));
  const ProgramResult wrong = run_program(with(two_figures, {"figures.only=[densty]"}), folder.path());
  CHECK(wrong.exit_code == 2);
  CHECK_THAT(wrong.err, Catch::Contains("did you mean 'density'?"));
}

TEST_CASE("A quiet run prints its folder alone", "[run]") {
  const TemporaryFolder folder;
  // Trained as long as it needs: a network at chance level is warned of also in a quiet run.
  const std::vector<std::string> arguments{
      two_figures.front(), "networks.composite=null", "figures=null", "-q", "-o", "a"};
  const ProgramResult run = run_program(arguments, folder.path());
  CHECK(run.out == "a\n");
  CHECK(run.err.empty());
  CHECK(run_program(arguments, folder.path()).out == "a\n");
}

TEST_CASE("Runs are listed, compared and exported", "[run]") {
  const TemporaryFolder folder;
  for (const char* seed : {"1", "2"}) {
    const std::vector<std::string> more{"figures=null", "-q", std::string("seed=") + seed};
    const ProgramResult run = run_program(with(two_figures, more), folder.path());
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
    fs::rename(fs::weakly_canonical(folder.path() / "runs/quick-latest"), folder.path() / "runs" / seed);
  }
  const ProgramResult runs = run_program({"--runs"}, folder.path());
  CHECK_THAT(runs.out, Catch::Contains("complete") && Catch::Contains("seed"));
  const ProgramResult compared = run_program({"--compare", "runs/1", "runs/2"}, folder.path());
  CHECK_THAT(compared.out, Catch::Contains("  seed: 1 | 2\n") && Catch::Contains("relay_information"));
  CHECK_THAT(run_program({"--compare", "runs/1", "runs/1"}, folder.path()).out,
             Catch::Contains("  none\n") && !Catch::Contains("full relay_test relay_information"));
  const CsvFile csv = parse_csv(run_program({"--export", "runs/1", "--csv"}, folder.path()).out, "export");
  CHECK(csv.header.back() == "value");
  CHECK(run_program({"--export", "."}, folder.path()).exit_code == 2);
  for (const char* topic : {"configs", "datasets", "measures", "metrics", "figures", "settings"}) {
    INFO(topic);
    CHECK(run_program({"--list", topic}, folder.path()).out.size() > 100);
  }
  CHECK_THAT(run_program({"--list", "figurs"}, folder.path()).err, Catch::Contains("did you mean 'figures'?"));
}

TEST_CASE("Typical mistakes are answered with what to type", "[run]") {
  const TemporaryFolder folder;
  const auto answer = [&](const std::vector<std::string>& arguments) {
    const ProgramResult result = run_program(arguments, folder.path());
    CHECK(result.exit_code == 2);
    return result.err;
  };
  fs::create_directories(folder / "configs");
  std::ofstream(folder / "configs/mnist_relay.yaml") << "name: a\n";
  std::ofstream(folder / "x.h5", std::ios::binary) << "\x89HDF\r\n\x1a\n";
  CHECK_THAT(answer({"mnist"}), Catch::Contains("mnist_relay?"));
  CHECK_THAT(answer({"configs"}), Catch::Contains("name a configuration in it: mnist_relay.yaml"));
  CHECK_THAT(answer({"x.h5"}), Catch::Contains("is an HDF5 file"));
  CHECK_THAT(answer({"status", "runs/a"}), Catch::Contains("--status DIR"));
  CHECK_THAT(answer({"--seed", "3"}), Catch::Contains("settings are given as seed=VALUE"));
  CHECK_THAT(answer(with(two_figures, {"networks.full.train.epochs=3"})),
             Catch::Contains("it is called 'max_epochs' here"));
  CHECK_THAT(answer(with(two_figures, {"networks.full.activation=ReLU"})), Catch::Contains("did you mean 'relu'?"));
  CHECK_THAT(answer({"--progress", "plan", "a.yaml"}),
             Catch::Contains("expected one of auto, bar, plain, off, found 'plan'; did you mean 'plain'?"));
  for (const char* other : {"optimizer=adamw", "optimizer=AdamW"})
    CHECK_THAT(answer(with(two_figures, {std::string("networks.full.train.") += other})),
               !Catch::Contains("did you mean"));
}

}  // namespace inforelay
