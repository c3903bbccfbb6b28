// Runs on layers of more than 32 neurons: what there is in the results, and what a configuration may not ask for.
#include <algorithm>
#include <cmath>

#include "experiments/results/results_file.hpp"
#include "infotheory/relay/relay.hpp"
#include "nn/network/mlp.hpp"
#include "tests/catch2.hpp"
#include "tests/contrasts.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::ProgramResult;
using test::run_program;
using test::TemporaryFolder;

constexpr int neurons = 41;
constexpr std::size_t samples = 500;

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

const std::string group = "networks/wide/";

}  // namespace

TEST_CASE("A run on a wide layer has states as bytes, greedy removal, single neurons and no more", "[wide][run]") {
  const TemporaryFolder folder;
  const ProgramResult run = run_program(wide_run({"figures={formats: [svg]}"}), folder.path());
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  CHECK_THAT(run.out, Catch::Contains("last two"));

  const auto path = folder.path() / "run/results.h5";
  const Hdf5Reader file(path);
  const auto hidden = file.matrix<float>(group + "states/test/hidden", samples, neurons);
  const auto threshold = file.vector<double>(group + "states/test/threshold", neurons);
  const auto state = file.matrix<std::uint8_t>(group + "states/test/state", samples, neurons);
  CHECK(file.dimension_names(group + "states/test/state") == std::vector<std::string>{"sample", "neuron"});
  bool right = true;
  for (Eigen::Index i = 0; i < hidden.rows(); ++i) {
    for (Eigen::Index k = 0; k < neurons; ++k)
      right = right && state(i, k) == (hidden(i, k) > threshold[static_cast<std::size_t>(k)] ? 1 : 0);
  }
  CHECK(right);
  for (const char* part :
       {"appendix", "regression", "relay/test/information", "relay/test/best", "relay/test/branching"})
    CHECK(!file.exists(group + part));
  CHECK(file.matrix<float>(group + "knockout/test/accuracy_single", 10, neurons).minCoeff() > 0);

  // The numbers are those of the search on the states that stand beside them.
  const NetworkResult network = read_results(path).networks.front().second;
  const StatesResult& states = network.states.at(Split::test);
  const RelayResult& relay = network.relay.at(Split::test);
  const auto predicted = argmax(states.output);
  const std::vector<Symbol> input(states.label.begin(), states.label.end()), output(predicted.begin(), predicted.end());
  const StateTable table(states.state, input, output, test::numbered_contrasts(10));
  CHECK(states.occupied_states == static_cast<std::int64_t>(table.size()));
  const GreedyRelay greedy = greedy_relay(table);
  CHECK(relay.greedy.removal_order == greedy.removal_order);
  CHECK(relay.greedy.information == greedy.information);
  CHECK(relay.aggregated == aggregated_relay_information_bits(greedy));
  CHECK(relay.all == total_relay_information_bits(table));
  CHECK(relay.single == single_neuron_loss_bits(table));
  CHECK(file.matrix<std::uint16_t>(group + "relay/test/greedy/removal_order", 10, neurons) == greedy.removal_order);

  for (const char* figure : {"relay_wide", "training"})
    CHECK(std::filesystem::exists(folder.path() / "run/figures" / (std::string(figure) + ".svg")));
  for (const char* figure : {"node_wide", "activations_wide", "pca_wide", "clusters", "entropy"})
    CHECK(!std::filesystem::exists(folder.path() / "run/figures" / (std::string(figure) + ".svg")));
}

TEST_CASE("Chosen classes have the relay information that they have among all, other classes have none",
          "[wide][run]") {
  const std::string hidden = GENERATE("41", "9");
  const TemporaryFolder all, some;
  REQUIRE(run_program(wide_run({}, hidden), all.path()).exit_code == 0);
  const ProgramResult run = run_program(wide_run({"analysis.relay.classes=[7, 2]"}, hidden), some.path());
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const auto relay_in = [](const TemporaryFolder& folder) {
    return read_results(folder.path() / "run/results.h5").networks.front().second.relay.at(Split::test);
  };
  const RelayResult expected = relay_in(all), found = relay_in(some);
  for (int c = 0; c < 10; ++c) {
    const auto cls = static_cast<std::size_t>(c);
    if (c == 2 || c == 7) {
      CHECK(found.all[cls] == expected.all[cls]);
      CHECK(found.single.row(c) == expected.single.row(c));
      CHECK(found.aggregated.row(c) == expected.aggregated.row(c));
      CHECK(found.greedy.removal_order.row(c) == expected.greedy.removal_order.row(c));
      CHECK(found.greedy.information.row(c) == expected.greedy.information.row(c));
    } else {
      CHECK(std::isnan(found.all[cls]));
      CHECK(found.single.row(c).array().isNaN().all());
      CHECK(found.aggregated.row(c).array().isNaN().all());
      CHECK((found.greedy.removal_order.row(c).array() == no_neuron).all());
      CHECK(found.greedy.information.row(c).array().isNaN().all());
    }
  }
}

TEST_CASE("What is out of reach of a wide layer is refused with its bound", "[wide][run]") {
  const auto [hidden, setting, message] = GENERATE(table<std::string, std::string, std::string>({
      {"4097", "seed=1", "4097 neurons; relay information is possible up to 4096"},
      {"41", "analysis.relay.exhaustive=[test]", "41 neurons; exhaustive relay information is possible up to 24"},
      {"41", "analysis.knockout.sets=exhaustive", "41 neurons; exhaustive knockout is possible up to 24"},
      {"41", "analysis.relay.branching=true", "41 neurons; branching greedy search is possible up to 32"},
      {"41", "analysis.knockout.method=sampled", "41 neurons; a sampled knockout is possible up to 32"},
      {"41, 12", "seed=1", "41 neurons; a knockout in a hidden layer other than the last is possible up to 32"},
  }));
  const TemporaryFolder folder;
  const ProgramResult run = run_program(wide_run({setting, "--validate"}, hidden), folder.path());
  CHECK(run.exit_code == 2);
  CHECK_THAT(run.err, Catch::Contains("networks.wide.layers: the analysed layer has " + message));
}

}  // namespace inforelay
