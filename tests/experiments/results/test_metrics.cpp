#include <cmath>

#include "core/error.hpp"
#include "experiments/results/metrics.hpp"
#include "tests/catch2.hpp"

namespace inforelay {
namespace {

// Two classes, three neurons; numbers chosen so that every quantity can be told by hand.
NetworkResult small_network() {
  NetworkResult network;
  network.model.network.layers.push_back({RowMatrix<float>::Zero(3, 4), Eigen::VectorXf::Zero(3), Activation::tanh});
  network.model.network.layers.push_back({RowMatrix<float>::Zero(2, 3), Eigen::VectorXf::Zero(2), Activation::tanh});
  network.model.curve.accuracy_train = RowMatrix<double>{{0.5, 0.6}, {0.7, 0.8}};
  network.model.curve.accuracy_test = RowMatrix<double>{{0.4, 0.5}, {0.6, 0.9}};
  network.model.curve.loss = Eigen::VectorXd::Zero(2);
  StatesResult& states = network.states[Split::test];
  states.output = RowMatrix<float>{{0.5f, -0.5f}, {0.5f, 0.6f}, {-0.1f, 0.2f}, {0.3f, 0.1f}};
  states.label = {0, 0, 1, 1};
  states.occupied_states = 3;
  states.entropy_bits = 1.5;
  RelayResult& relay = network.relay[Split::test];
  relay.all = {0.4, 0.8};
  relay.greedy.removal_order = RowMatrix<std::uint16_t>{{2, 0, 1}, {1, 2, 0}};
  relay.aggregated = RowMatrix<double>{{1, 1, 0}, {0, 0, 3}};
  relay.exhaustive.emplace();
  relay.exhaustive->best_information = RowMatrix<double>{{0, 0.1, 0.25, 0.4}, {0, 0.5, 0.7, 0.8}};
  relay.exhaustive->above_greedy = {0, 0.125};
  relay.exhaustive->above_greedy_as_published = {0.25, 0.5};
  network.knockout[Split::test].accuracy = RowMatrix<float>::Constant(2, 8, 0.75f);
  network.regression.emplace();
  Regression fit;
  fit.coefficient = {0.9, 0.25, -1.5};
  fit.r_squared = 0.625;
  fit.f = 12;
  network.regression->fits = {fit, fit};
  network.regression->fits[1].coefficient = {NAN, NAN, NAN};
  return network;
}

std::vector<double> numbers(std::string_view name) {
  std::vector<double> values;
  for (const QuantityValue& value : quantity(small_network(), name)) values.push_back(std::get<double>(value));
  return values;
}

std::vector<std::string> sets(std::string_view name) {
  std::vector<std::string> values;
  for (const QuantityValue& value : quantity(small_network(), name)) {
    values.push_back(std::get<NeuronSet>(value).to_string());
  }
  return values;
}

using Numbers = std::vector<double>;

}  // namespace

TEST_CASE("Quantities are the numbers that their names say", "[quantities]") {
  CHECK(numbers("training.epochs") == Numbers{2});
  CHECK(numbers("training.accuracy_train") == Numbers{0.7, 0.8});
  CHECK(numbers("training.accuracy_test") == Numbers{0.6, 0.9});
  CHECK(numbers("states.test.argmax_accuracy") == Numbers{0.5});
  // Class 0: on for both of its images and one of the others. Class 1: on for both, and for one of the others.
  CHECK(numbers("states.test.balanced_accuracy") == Numbers{0.75, 0.75});
  CHECK(numbers("states.test.occupied_states") == Numbers{3});
  CHECK(numbers("states.test.entropy_bits") == Numbers{1.5});
  CHECK(numbers("relay.test.all") == Numbers{0.4, 0.8});
  CHECK(sets("relay.test.last_1") == std::vector<std::string>{"1", "0"});
  CHECK(sets("relay.test.last_2") == std::vector<std::string>{"0 1", "0 2"});
  CHECK(sets("relay.test.last_3") == std::vector<std::string>{"0 1 2", "0 1 2"});
  CHECK(numbers("relay.test.above_greedy") == Numbers{0, 0.125});
  CHECK(numbers("relay.test.above_greedy_as_published") == Numbers{0.25, 0.5});
  CHECK(numbers("relay.test.smallest_set_50") == Numbers{2, 1});
  CHECK(numbers("relay.test.smallest_set_100") == Numbers{3, 3});
  CHECK(numbers("relay.test.participation") == Numbers{2, 1});
  CHECK(numbers("knockout.test.intact") == Numbers{0.75, 0.75});
  CHECK(numbers("regression.r_squared") == Numbers{0.625, 0.625});
  CHECK(numbers("regression.f") == Numbers{12, 12});
  CHECK(numbers("regression.intercept")[0] == 0.9);
  CHECK(numbers("regression.set_size")[0] == 0.25);
  CHECK(numbers("regression.information")[0] == -1.5);
  CHECK(std::isnan(numbers("regression.information")[1]));
}

TEST_CASE("What is not a metric, or is not there, is said", "[quantities]") {
  CHECK(quantity_error("relay.test.all").empty());
  CHECK(quantity_error("relay.test.last_17").empty());
  CHECK(quantity_error("relay.tset.all") == "'relay.tset.all' is not a metric; did you mean 'relay.test.all'?");
  for (const char* name : {"", "relay", "relay.test.last_", "relay.test.last_0", "relay.test.last_02",
                           "relay.test.last_2x", "relay.test.last_-2", "relay.SPLIT.all", "relay.test.all "}) {
    INFO(name);
    CHECK_THAT(quantity_error(name), Catch::Contains("is not a metric"));
    CHECK_THROWS_AS(quantity(small_network(), name), UsageError);
  }
  CHECK(quantity_kind("relay.train.last_2").is_set);
  CHECK_FALSE(quantity_kind("relay.train.all").is_set);
  CHECK_THROWS_AS(quantity_kind("relay.train.al"), UsageError);
  CHECK_THROWS_WITH(numbers("relay.train.all"),
                    "there is no relay.train.all: that subset is not among analysis.relay.subsets");
  CHECK_THROWS_WITH(sets("relay.test.last_4"), "there is no relay.test.last_4: the layer has fewer neurons");
  CHECK_THROWS_WITH(numbers("relay.test.smallest_set_101"), Catch::Contains("more than 100 percent"));
  NetworkResult bare = small_network();
  bare.regression.reset();
  bare.relay[Split::test].exhaustive.reset();
  bare.model.curve = {};
  CHECK_THROWS_WITH(quantity(bare, "regression.f"), "there is no regression.f: there is no analysis.regression");
  CHECK_THROWS_WITH(quantity(bare, "relay.test.above_greedy"), Catch::Contains("analysis.relay.exhaustive"));
  CHECK_THROWS_WITH(quantity(bare, "training.epochs"), Catch::Contains("was not trained here"));
}

TEST_CASE("What a configuration will not compute is known beforehand", "[quantities]") {
  ExperimentConfig config;
  config.analysis.relay = {.subsets = {"train", "test"}, .greedy = true, .exhaustive = {"test"}, .classes = {}};
  NetworkConfig trained, detectors, read;
  trained.layers = {784, 6, 10};
  detectors.detectors.emplace().hidden = 2;
  read.weights = "w.model";
  const auto missing = [&](std::string_view name) { return quantity_missing(config, trained, name); };
  for (const char* name : {"training.epochs", "states.train.entropy_bits", "relay.train.all", "relay.train.last_6",
                           "relay.test.above_greedy", "relay.test.smallest_set_100", "relay.train.participation"}) {
    INFO(name);
    CHECK(missing(name).empty());
  }
  CHECK(missing("relay.train.last_7") == "the layer has fewer neurons");
  CHECK(missing("relay.test.smallest_set_101") == "more than 100 percent of the information");
  CHECK(missing("relay.train.above_greedy") == "that subset is not among analysis.relay.exhaustive");
  CHECK(missing("knockout.test.intact") == "that subset is not among analysis.knockout.subsets");
  CHECK(missing("regression.f") == "there is no analysis.regression");
  NetworkConfig wide = trained;
  wide.layers = {784, 33, 10};
  CHECK(quantity_missing(config, wide, "relay.train.last_2") == "the layer has more than 32 neurons");
  CHECK(quantity_missing(config, wide, "relay.train.participation").empty());
  CHECK(quantity_missing(config, read, "training.epochs") == "the network is not trained here");
  CHECK(quantity_missing(config, read, "relay.train.last_20").empty());  // not known before the file is read
  config.analysis.knockout = KnockoutConfig{.subsets = {"test"}, .sets = KnockoutSets::single};
  CHECK(missing("knockout.test.intact") == "analysis.knockout.sets is not exhaustive");
  config.analysis.relay.greedy = false;
  CHECK(missing("relay.train.participation") == "analysis.relay.greedy is false");
  CHECK(missing("relay.test.above_greedy") == "analysis.relay.greedy is false");
  config.analysis.relay.subsets = {"test"};
  CHECK(missing("states.train.entropy_bits") == "that subset is not among analysis.relay.subsets");

  CHECK(quantity_has_classes(detectors, "training.epochs"));
  CHECK_FALSE(quantity_has_classes(trained, "training.epochs"));
  CHECK_FALSE(quantity_has_classes(trained, "states.test.entropy_bits"));
  CHECK(quantity_has_classes(trained, "relay.test.last_2"));
}

}  // namespace inforelay
