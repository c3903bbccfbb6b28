// results.h5 of real runs opens with the programs that users have.
#include <cstdlib>

#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"
#include "tests/python.hpp"

namespace inforelay {
namespace {

using test::Arguments;
using test::ProgramResult;
using test::run_program;
using test::TemporaryFolder;
using test::with;

const Arguments few_images{"data.dataset=digits", "data.train_limit=300", "data.test_limit=200", "figures=null"};

// Runs `arguments`; the path of the results that it leaves in `folder`/`output`.
std::string results_of(const Arguments& arguments, const TemporaryFolder& folder, const std::string& output) {
  const ProgramResult run = run_program(with(arguments, with(few_images, {"-o", output})), folder.path());
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  return (folder / output / "results.h5").string();
}

}  // namespace

TEST_CASE("h5py, ncdump, xarray and Octave open every group of results.h5", "[run][python][long]") {
  if (!test::python_has("h5py")) {
    SKIP_CASE("python3-h5py is not installed");
    SUCCEED();
    return;
  }
  const std::string configs = INFORELAY_CONFIGS, quick = configs + "/quick.yaml";
  const TemporaryFolder folder;
  std::string command = test::python + " " + INFORELAY_OPEN_RESULTS;
  SECTION("a run with two layers and every measure") {
    command += " " + results_of({quick, "networks.composite=null", "networks.full.layers=[784, 5, 4, 10]",
                                 "networks.full.train.max_epochs=3", "analysis.layers=all",
                                 "analysis.relay.branching=true", "analysis.relay.subsets=[test]",
                                 "compare={shown: {statement: full.layers.2.relay.test.total > 0}}"},
                                folder, "layers");
  }
  SECTION("a run with detectors, without tables of all sets") {
    command +=
        " " + results_of({quick, "networks.full=null", "networks.composite.detectors.positives=20",
                          "networks.composite.detectors.negatives=20", "networks.composite.detectors.test_negatives=20",
                          "networks.composite.detectors.max_epochs=20", "analysis.relay.subsets=[test]",
                          "analysis.regression=null", "analysis.tables=never"},
                         folder, "detectors");
  }
  SECTION("a run on a wide layer, whose states are bytes") {
    command += " " + results_of({configs + "/wide_layer.yaml", "networks.wide.layers=[784, 41, 10]",
                                 "networks.wide.train.max_epochs=2", "analysis.relay.subsets=[test]"},
                                folder, "wide");
  }
  SECTION("a sweep") {
    command += " " + results_of({quick, "networks.composite=null", "networks.full.layers=[784, 3, 10]",
                                 "networks.full.train.max_epochs=2",
                                 "sweep={parameters: {analysis.discretize: {values: [kmeans, sign]}}, replicates: 2}"},
                                folder, "sweep");
  }
  CHECK(std::system(command.c_str()) == 0);
}

}  // namespace inforelay
