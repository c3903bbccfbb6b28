// Runs on layers of more than 32 neurons: their results, and analyses that are refused.
#include <algorithm>
#include <cmath>
#include <set>

#include "core/text/csv.hpp"
#include "experiments/measures/layer_states.hpp"
#include "experiments/results/results_file.hpp"
#include "infotheory/relay/greedy.hpp"
#include "infotheory/relay/relay.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::ProgramResult;
using test::run_program;
using test::TemporaryFolder;

constexpr int wide_neurons = 41;
constexpr std::size_t tested_samples = 500;

std::vector<std::string> wide_run(const std::vector<std::string>& more, const std::string& hidden = "41") {
  std::vector<std::string> arguments{std::string(INFORELAY_CONFIGS) + "/wide_layer.yaml",
                                     "data.dataset=digits",
                                     "data.train_limit=1000",
                                     "data.test_limit=500",
                                     "networks.wide.layers=[784, " + hidden + ", 10]",
                                     "networks.wide.train.max_epochs=3",
                                     "analysis.relay.subsets=[test]",
                                     "figures=null",
                                     "-o",
                                     "run"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

const std::string wide_layer = "networks/wide/layers/1/";

}  // namespace

TEST_CASE("A run on a wide layer has states as bytes, greedy removal and single units, but no tables of all sets",
          "[wide][run]") {
  const TemporaryFolder folder;
  const ProgramResult run = run_program(wide_run({"figures={formats: [svg]}"}), folder.path());
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  CHECK_THAT(run.out, Catch::Contains("greedy pair"));

  const auto path = folder.path() / "run/results.h5";
  const Hdf5Reader file(path);
  const auto hidden = file.matrix<float>(wide_layer + "states/test/value", tested_samples, wide_neurons);
  const auto threshold = file.matrix<double>(wide_layer + "states/test/threshold", wide_neurons, 1);
  const auto state = file.matrix<std::uint8_t>(wide_layer + "states/test/state", tested_samples, wide_neurons);
  CHECK(file.dimension_names(wide_layer + "states/test/state") == std::vector<std::string>{"sample", "unit"});
  bool right = true;
  for (Eigen::Index i = 0; i < hidden.rows(); ++i) {
    for (Eigen::Index k = 0; k < wide_neurons; ++k)
      right = right && state(i, k) == (hidden(i, k) > threshold(k, 0) ? 1 : 0);
  }
  CHECK(right);
  for (const char* part :
       {"geometry", "regression", "relay/test/information", "relay/test/best", "relay/test/branching"})
    CHECK(!file.exists(wide_layer + part));
  CHECK(file.matrix<float>(wide_layer + "knockout/test/accuracy_single", 10, wide_neurons).minCoeff() > 0);

  // The relay information is that of the states in the same file.
  const ExperimentResult result = read_results(path);
  const ResultView layer = result.network("wide").at("layers/1"), relay = layer.at("relay/test");
  const LayerStates states = layer_states(layer.at("states/test"), ContrastKind::one_vs_rest, result.network("wide"));
  const StateTable table = std::get<StateTable>(states.table());
  CHECK(layer.number<std::int64_t>("states/test/occupied_states") == static_cast<std::int64_t>(table.size()));
  const GreedyRelay greedy = greedy_relay(table);
  CHECK(relay.matrix<std::uint16_t>("greedy/removal_order") == greedy.removal_order);
  CHECK(relay.matrix<double>("greedy/information") == greedy.information);
  CHECK(relay.matrix<double>("aggregated") == aggregated_relay_information_bits(greedy));
  CHECK(relay.numbers("total") == total_relay_information_bits(table));
  CHECK(relay.matrix<double>("single") == single_neuron_loss_bits(table));

  for (const char* figure : {"relay_wide", "training"})
    CHECK(std::filesystem::exists(folder.path() / "run/figures" / (std::string(figure) + ".svg")));
  for (const char* figure : {"node_wide", "activations_wide", "pca_wide", "clusters", "entropy"})
    CHECK(!std::filesystem::exists(folder.path() / "run/figures" / (std::string(figure) + ".svg")));
}

TEST_CASE("A wide layer before the last has single knockouts", "[wide][run]") {
  const TemporaryFolder folder;
  const ProgramResult run =
      run_program(wide_run({"analysis.layers=[1]", "analysis.knockout.function=argmax"}, "41, 12"), folder.path());
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const ExperimentResult result = read_results(folder.path() / "run/results.h5");
  const ResultView layer = result.network("wide").at("layers/1"), knockout = layer.at("knockout/test");
  CHECK(knockout.matrix<float>("accuracy_single").cols() == wide_neurons);
  CHECK(knockout.vector<float>("overall_accuracy_single").size() == wide_neurons);
  // The intact network decides as its outputs do.
  CHECK(std::abs(static_cast<double>(knockout.number<float>("overall_intact")) -
                 layer.number<double>("states/test/argmax_accuracy")) <= 0.0021);  // a sample of 500 within rounding
}

TEST_CASE("Relay information of chosen classes is the same as with all classes, and NaN for the others",
          "[wide][run]") {
  const std::string hidden = GENERATE("41", "9");
  const TemporaryFolder all, some;
  REQUIRE(run_program(wide_run({}, hidden), all.path()).exit_code == 0);
  const ProgramResult run = run_program(
      wide_run({"analysis.relay.classes=[7, 2]", "figures={formats: [svg], only: [modules]}"}, hidden), some.path());
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const ExperimentResult from_all = read_results(all.path() / "run/results.h5"),
                         from_some = read_results(some.path() / "run/results.h5");
  const ResultView expected = from_all.network("wide").at("layers/1/relay/test"),
                   found = from_some.network("wide").at("layers/1/relay/test");
  // One byte per unit up to 32 units, two in wider layers.
  const auto order = [&](const ResultView& relay) -> RowMatrix<std::uint16_t> {
    if (hidden == "41") return relay.matrix<std::uint16_t>("greedy/removal_order");
    return relay.matrix<std::uint8_t>("greedy/removal_order").cast<std::uint16_t>();
  };
  const std::uint16_t no_unit = hidden == "41" ? no_neuron : static_cast<std::uint8_t>(no_neuron);
  for (int c = 0; c < 10; ++c) {
    const auto cls = static_cast<std::size_t>(c);
    const bool chosen = c == 2 || c == 7;
    CAPTURE(c);
    CHECK(std::isnan(found.vector<double>("total")[cls]) == !chosen);
    if (chosen) CHECK(found.vector<double>("total")[cls] == expected.vector<double>("total")[cls]);
    for (const char* name : {"single", "aggregated", "greedy/information"}) {
      const auto here = found.matrix<double>(name).row(c), there = expected.matrix<double>(name).row(c);
      CHECK((chosen ? here == there : here.array().isNaN().all()));
    }
    CHECK((chosen ? order(found).row(c) == order(expected).row(c) : (order(found).row(c).array() == no_unit).all()));
  }
  if (hidden == "41") return;
  // Classes that were not analysed have no sets, which would overlap wholly.
  std::set<std::string> drawn;
  for (const auto& row : parse_csv(test::content(some.path() / "run/figures/modules_wide.csv"), "modules").rows) {
    if (row[0] == "smallest_set_percent") drawn.insert(row[4]);
  }
  CHECK(drawn == std::set<std::string>{"2", "7"});
}

TEST_CASE("Analyses of layers that are too wide are refused with the largest width", "[wide][run]") {
  const auto [hidden, setting, message] = GENERATE(table<std::string, std::string, std::string>({
      {"4097", "seed=1", "4097 units; relay information is possible up to 4096"},
      {"41", "analysis.relay.exhaustive=[test]", "41 units; exhaustive relay information is possible up to 24"},
      {"41", "analysis.knockout.sets=exhaustive", "41 units; exhaustive knockout is possible up to 24"},
      {"41", "analysis.relay.branching=true", "41 units; branching greedy search is possible up to 32"},
      {"41", "analysis.knockout.method=sampled", "41 units; a sampled knockout is possible up to 32"},
  }));
  const TemporaryFolder folder;
  const ProgramResult run = run_program(wide_run({setting, "--validate"}, hidden), folder.path());
  CHECK(run.exit_code == 2);
  CHECK_THAT(run.err, Catch::Contains("networks.wide.layers: the analysed layer 1 has " + message));
}

}  // namespace inforelay
