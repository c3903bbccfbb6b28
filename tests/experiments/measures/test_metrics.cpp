#include <cmath>

#include "core/error.hpp"
#include "experiments/measures/metrics.hpp"
#include "tests/catch2.hpp"

namespace inforelay {
namespace {

ResultArrays arrays_of(const std::string& name) {
  for (const Measure* measure : measures()) {
    if (measure->name == name) return ResultArrays(measure->arrays);
  }
  throw std::logic_error(name);
}

// Two classes, three units; numbers chosen so that every metric can be computed by hand.
ResultArrays small_network() {
  ResultArrays training = arrays_of("training"), states = arrays_of("states"), relay = arrays_of("relay"),
               knockout = arrays_of("knockout"), regression = arrays_of("regression");
  training.put("training/accuracy_train", RowMatrix<double>{{0.5, 0.6}, {0.7, 0.8}});
  training.put("training/accuracy_test", RowMatrix<double>{{0.4, 0.5}, {0.6, 0.9}});
  training.put("training/loss", std::vector<double>{0, 0});
  states.put("argmax_accuracy", 0.5);
  states.put("balanced_accuracy", std::vector<double>{0.75, 0.25});
  states.put("occupied_states", std::int64_t{3});
  states.put("entropy_bits", 1.5);
  relay.put("total", std::vector<double>{0.4, 0.8});
  relay.put("greedy/removal_order", RowMatrix<std::uint8_t>{{2, 0, 1}, {1, 2, 0}});
  relay.put("participation", std::vector<double>{2, 1});
  relay.put("best/information", RowMatrix<double>{{0, 0.1, 0.25, 0.4}, {0, 0.5, 0.7, 0.8}});
  relay.put("best/above_greedy", std::vector<double>{0, 0.125});
  relay.put("best/above_greedy_as_published", std::vector<double>{0.25, 0.5});
  knockout.put("intact", std::vector<double>{0.75, 0.5});
  regression.put("coefficient", RowMatrix<double>{{0.9, 0.25, -1.5}, {NAN, NAN, NAN}});
  regression.put("r_squared", std::vector<double>{0.625, 0.5});
  regression.put("f", std::vector<double>{12, 13});
  ResultArrays all;
  all.merge("networks/small", std::move(training));
  all.merge("networks/small/layers/1/states/test", std::move(states));
  all.merge("networks/small/layers/1/relay/test", std::move(relay));
  all.merge("networks/small/layers/1/knockout/test", std::move(knockout));
  all.merge("networks/small/layers/1/regression", std::move(regression));
  return all;
}

std::vector<MetricValue> values(std::string_view name) {
  const ResultArrays arrays = small_network();
  return metric_values(arrays.view("networks/small"), name);
}

std::vector<double> numbers(std::string_view name) {
  std::vector<double> numbers;
  for (const MetricValue& value : values(name)) numbers.push_back(std::get<double>(value));
  return numbers;
}

std::vector<std::string> sets(std::string_view name) {
  std::vector<std::string> sets;
  for (const MetricValue& value : values(name)) sets.push_back(std::get<NeuronSet>(value).to_string());
  return sets;
}

using Numbers = std::vector<double>;

}  // namespace

TEST_CASE("Each metric has the value computed by hand", "[metrics]") {
  CHECK(numbers("training.epochs") == Numbers{2});
  CHECK(numbers("training.accuracy_train") == Numbers{0.7, 0.8});
  CHECK(numbers("training.accuracy_test") == Numbers{0.6, 0.9});
  CHECK(numbers("states.test.argmax_accuracy") == Numbers{0.5});
  CHECK(numbers("states.test.balanced_accuracy") == Numbers{0.75, 0.25});
  CHECK(numbers("states.test.occupied_states") == Numbers{3});
  CHECK(numbers("states.test.entropy_bits") == Numbers{1.5});
  CHECK(numbers("relay.test.total") == Numbers{0.4, 0.8});
  CHECK(numbers("layers.1.relay.test.total") == Numbers{0.4, 0.8});
  CHECK(sets("relay.test.last_1") == std::vector<std::string>{"1", "0"});
  CHECK(sets("relay.test.last_2") == std::vector<std::string>{"0 1", "0 2"});
  CHECK(sets("relay.test.last_3") == std::vector<std::string>{"0 1 2", "0 1 2"});
  CHECK(numbers("relay.test.above_greedy") == Numbers{0, 0.125});
  CHECK(numbers("relay.test.above_greedy_as_published") == Numbers{0.25, 0.5});
  CHECK(numbers("relay.test.smallest_set_50") == Numbers{2, 1});
  CHECK(numbers("relay.test.smallest_set_100") == Numbers{3, 3});
  CHECK(numbers("relay.test.participation") == Numbers{2, 1});
  CHECK(numbers("knockout.test.intact") == Numbers{0.75, 0.5});
  CHECK(numbers("regression.r_squared") == Numbers{0.625, 0.5});
  CHECK(numbers("regression.f") == Numbers{12, 13});
  CHECK(numbers("regression.intercept")[0] == 0.9);
  CHECK(numbers("regression.set_size")[0] == 0.25);
  CHECK(numbers("regression.information")[0] == -1.5);
  CHECK(std::isnan(numbers("regression.information")[1]));
}

TEST_CASE("No set is the smallest with a part of relay information that is not positive", "[metrics]") {
  ResultArrays relay = arrays_of("relay"), all;
  relay.put("total", std::vector<double>{-0.25, 0, 0.5});
  relay.put("best/information", RowMatrix<double>{{0, 0.1}, {0, 0}, {0, 0.5}});
  all.merge("networks/n/layers/1/relay/test", std::move(relay));
  const auto smallest = metric_values(all.view("networks/n"), "relay.test.smallest_set_50");
  CHECK(std::isnan(std::get<double>(smallest[0])));
  CHECK(std::isnan(std::get<double>(smallest[1])));
  CHECK(std::get<double>(smallest[2]) == 1);
}

TEST_CASE("Unknown metrics and metrics that the results lack are refused", "[metrics]") {
  CHECK(metric_error("relay.test.total").empty());
  CHECK(metric_error("relay.test.last_17").empty());
  CHECK(metric_error("layers.12.relay.test.total").empty());
  CHECK(metric_error("relay.test.totl") == "'relay.test.totl' is not a metric; did you mean 'relay.test.total'?");
  for (const char* name : {"", "relay", "relay.test.last_", "relay.test.last_0", "relay.test.last_02",
                           "relay.test.last_2x", "relay.test.last_-2", "relay.test.total ", "layers.0.relay.test.total",
                           "layers.relay.test.total", "layers.1.training.epochs"}) {
    INFO(name);
    CHECK_THAT(metric_error(name), Catch::Contains("is not a metric") &&
                                       (Catch::Contains("did you mean") || Catch::Contains("--list metrics")));
    CHECK_THROWS_AS(values(name), UsageError);
  }
  CHECK(metric_kind("relay.train.last_2").is_set);
  CHECK_FALSE(metric_kind("relay.train.total").is_set);
  CHECK_THROWS_AS(metric_kind("relay.train.totl"), UsageError);
  CHECK_THROWS_WITH(numbers("relay.train.total"),
                    "there is no relay.train.total: it was not computed: there is no group layers/1/relay/train");
  CHECK_THROWS_WITH(numbers("layers.2.relay.test.total"), Catch::Contains("there is no group layers/2/relay/test"));
}

TEST_CASE("Metrics that a configuration will not compute are known before the run", "[metrics]") {
  ExperimentConfig config;
  config.analysis.relay = {
      .subsets = {"train", "test"}, .greedy = true, .by = {}, .exhaustive = {"test"}, .classes = {}};
  NetworkConfig trained, detectors, read;
  trained.layers = {784, 6, 10};
  detectors.detectors.emplace().hidden = 2;
  read.weights = "w.model";
  const auto missing = [&](std::string_view name) { return metric_missing(config, trained, name); };
  for (const char* name : {"training.epochs", "states.train.entropy_bits", "relay.train.total", "relay.train.last_6",
                           "relay.test.above_greedy", "relay.test.smallest_set_100", "relay.train.participation",
                           "layers.1.relay.train.total"}) {
    INFO(name);
    CHECK(missing(name).empty());
  }
  CHECK(missing("relay.train.last_7") == "the layer has fewer units");
  CHECK(missing("relay.test.smallest_set_101") == "more than 100 percent of the information");
  CHECK(missing("relay.train.above_greedy") == "train is not among analysis.relay.exhaustive");
  CHECK(missing("relay.train.module_found") == "it is no network composed of detectors");
  CHECK(missing("knockout.test.intact") == "test is not among analysis.knockout.subsets");
  CHECK(missing("regression.f") == "there is no analysis.regression");
  CHECK(missing("layers.2.relay.test.total") == "layer 2 is not among analysis.layers");
  NetworkConfig wide = trained, deep = trained;
  wide.layers = {784, 33, 10};
  deep.layers = {784, 6, 5, 10};
  CHECK(metric_missing(config, wide, "relay.train.last_2") == "the layer has more than 32 units");
  CHECK(metric_missing(config, wide, "relay.train.participation").empty());
  CHECK(metric_missing(config, deep, "relay.train.total").empty());
  config.analysis.layers.word = LayerWord::all;
  CHECK(metric_missing(config, deep, "relay.train.total") ==
        "several layers are analysed: name one, as in layers.1.relay.train.total");
  CHECK(metric_missing(config, deep, "layers.2.relay.train.last_6") == "the layer has fewer units");
  CHECK(metric_missing(config, read, "training.epochs") == "the network is not trained here");
  CHECK(metric_missing(config, read, "relay.train.last_20").empty());  // not known before the file is read
  config.analysis.knockout = KnockoutConfig{.subsets = {"test"}, .sets = KnockoutSets::single, .options = {}};
  CHECK(missing("knockout.test.intact").empty());
  CHECK(missing("fragmentation.test.feature_50") == "mutual_information_input is not among analysis.measures");
  CHECK(missing("smearedness.test.over_nodes") == "representation is not among analysis.measures");
  config.analysis.measures = {SetMeasure::mutual_information_input, SetMeasure::representation};
  CHECK(missing("fragmentation.test.feature_50").empty());
  CHECK(missing("fragmentation.test.shared_55") ==
        "55 percent is not computed, expected one of 10, 20, 30, 40, 50, 60, 70, 80, 90, 100");
  CHECK(missing("fragmentation.train.feature_50") == "train is not among analysis.relay.exhaustive");
  CHECK(missing("smearedness.train.over_nodes").empty());
  config.analysis.relay.greedy = false;
  CHECK(missing("relay.train.participation") == "analysis.relay.greedy is false");
  CHECK(missing("relay.test.above_greedy") == "analysis.relay.greedy is false");
  config.analysis.relay.subsets = {"test"};
  CHECK(missing("states.train.entropy_bits") == "train is not among analysis.relay.subsets");

  CHECK(metric_by_class(detectors, "training.epochs"));
  CHECK_FALSE(metric_by_class(trained, "training.epochs"));
  CHECK_FALSE(metric_by_class(trained, "states.test.entropy_bits"));
  CHECK(metric_by_class(trained, "relay.test.last_2"));
}

}  // namespace inforelay
