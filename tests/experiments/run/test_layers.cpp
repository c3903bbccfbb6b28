// Runs that analyse several hidden layers.
#include <algorithm>

#include "core/files/hdf5_file.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::ProgramResult;
using test::quick_config;
using test::run_program;
using test::TemporaryFolder;

ProgramResult run_layers(const std::string& layers, const TemporaryFolder& folder, const std::string& output) {
  return run_program({quick_config, "networks.composite=null", "networks.full.layers=[784, 9, 7, 10]",
                      "networks.full.train.max_epochs=3", "data.train_limit=1000", "data.test_limit=300",
                      "analysis.layers=" + layers, "figures={formats: [svg]}", "-o", output},
                     folder.path());
}

const std::string layers_group = "networks/full/layers/";

}  // namespace

TEST_CASE("Each of several layers has the same results as when it is analysed alone", "[layers][run]") {
  const TemporaryFolder folder;
  const ProgramResult both = run_layers("all", folder, "both");
  INFO(both.err);
  REQUIRE(both.exit_code == 0);
  CHECK_THAT(both.out, Catch::Contains("layer 1") && Catch::Contains("layer 2"));
  const Hdf5Reader all(folder / "both/results.h5");
  for (const std::string layer : {"1", "2"}) {
    REQUIRE(run_layers("[" + layer + "]", folder, "only" + layer).exit_code == 0);
    const Hdf5Reader alone(folder / ("only" + layer + "/results.h5"));
    const std::size_t units = layer == "1" ? 9 : 7;
    for (const std::string path : {"relay/test/information", "knockout/test/accuracy"}) {
      INFO(layer << " " << path);
      const auto here = all.matrix<float>(layers_group + layer + "/" + path, 10, std::size_t{1} << units);
      CHECK(here == alone.matrix<float>(layers_group + layer + "/" + path));
    }
    const std::string r_squared = layers_group + layer + "/regression/r_squared";
    CHECK(test::identical(all.vector<double>(r_squared, 10), alone.vector<double>(r_squared)));
    CHECK(all.matrix<float>(layers_group + layer + "/states/train/value", 1000, units) ==
          alone.matrix<float>(layers_group + layer + "/states/train/value"));
    CHECK(alone.children("networks/full/layers") == std::vector<std::string>{layer});
    CHECK(std::filesystem::exists(folder / ("both/figures/relay_full_layer" + layer + ".svg")));
    CHECK(std::filesystem::exists(folder / ("only" + layer + "/figures/relay_full.svg")));
  }
}

TEST_CASE("By default the last hidden layer is analysed, and a layer that does not exist is refused", "[layers][run]") {
  const TemporaryFolder folder;
  REQUIRE(run_layers("last", folder, "last").exit_code == 0);
  CHECK(Hdf5Reader(folder / "last/results.h5").children("networks/full/layers") == std::vector<std::string>{"2"});
  const ProgramResult refused = run_layers("[1, 3]", folder, "refused");
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.err, Catch::Contains("analysis.layers") && Catch::Contains("3") && Catch::Contains("2 hidden"));
}

}  // namespace inforelay
