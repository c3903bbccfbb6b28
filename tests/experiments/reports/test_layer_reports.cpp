// Figures and summary of results with several layers and subsets.
#include <filesystem>
#include <set>

#include "core/error.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/reports/draw_figures.hpp"
#include "experiments/reports/summary.hpp"
#include "experiments/results/layer_results.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::rows_of;
using test::TemporaryFolder;
using Names = std::vector<std::string>;

// Arrays of the measure called `name`.
ResultArrays arrays_of(const std::string& name) {
  for (const Measure* measure : measures()) {
    if (measure->name == name) return ResultArrays(measure->arrays);
  }
  throw std::logic_error(name);
}

RowMatrix<double> table(Eigen::Index rows, Eigen::Index columns, double value) {
  return RowMatrix<double>::Constant(rows, columns, value);
}

// Results of a layer of two units on one subset, all of the same value.
void add_subset(ExperimentResult& result, const std::string& layer, const std::string& subset, double value) {
  ResultArrays states = arrays_of("states"), relay = arrays_of("relay");
  states.put<float>("value", table(3, 2, value).cast<float>());
  states.put("input", std::vector<Symbol>{0, 1, 0});
  states.put<double>("threshold", table(2, 1, value));
  states.put("argmax_accuracy", 0.5);
  states.put("occupied_states", std::int64_t{2});
  states.put("singleton_fraction", 0.25);
  states.put("entropy_bits", 1.5);
  relay.put("total", std::vector<double>{value, value});
  relay.put("input_output_information", std::vector<double>{value, value});
  relay.put<double>("single", table(2, 2, value));
  relay.put<double>("aggregated", table(2, 2, value));
  relay.put<double>("greedy/information", table(2, 2, value));
  relay.put<std::uint8_t>("greedy/removal_order", RowMatrix<std::uint8_t>{{0, 1}, {1, 0}});
  relay.put<float>("information", table(2, 4, value).cast<float>());
  result.arrays.merge(layer + "/states/" + subset, std::move(states));
  result.arrays.merge(layer + "/relay/" + subset, std::move(relay));
}

// A network with classes "cat" and "dog". In layer L the subset number i has the value L + i/8.
ExperimentResult results_with(const Names& layers, const Names& subsets) {
  ExperimentResult result;
  result.experiment = "small";
  result.provenance.data_name = "digits";
  result.networks = {"full"};
  ResultArrays system = arrays_of("training");
  system.put_scale("class", Names{"cat", "dog"}, "class");
  system.put_attribute("training", "stop_rule_met", std::int64_t{1});
  system.put("training/loss", std::vector<double>{1, 0.5});
  system.put<double>("training/accuracy_train", table(2, 2, 0.75));
  system.put<double>("training/accuracy_test", table(2, 2, 0.75));
  result.arrays.merge("networks/full", std::move(system));
  for (const std::string& layer : layers) {
    for (std::size_t i = 0; i < subsets.size(); ++i)
      add_subset(result, "networks/full/layers/" + layer, subsets[i],
                 std::stod(layer) + 0.125 * static_cast<double>(i));
  }
  return result;
}

std::set<std::string> draw(const ExperimentResult& result, const TemporaryFolder& folder) {
  const Names names = draw_figures({.formats = {FigureFormat::svg}}, result, folder.path(), Progress::none());
  return {names.begin(), names.end()};
}

}  // namespace

TEST_CASE("Layers are in the order of their numbers, subsets have train first and test last", "[layers][reports]") {
  const ExperimentResult result = results_with({"10", "2"}, {"test", "other", "train", "more"});
  const std::vector<LayerResults> layers = layers_of(result, "full");
  REQUIRE(layers.size() == 2);
  CHECK(layers[0].title == "full, layer 2");
  CHECK(layers[1].name == "full_layer10");
  CHECK(layers[0].classes == Names{"cat", "dog"});
  CHECK(subsets_of(layers[0], "relay") == Names{"train", "more", "other", "test"});
  CHECK(layers_of(results_with({"3"}, {"a"}), "full").front().name == "full");
}

TEST_CASE("Names of figures have the layer if several were analysed, and the subset unless it is the last",
          "[layers][reports]") {
  const TemporaryFolder folder;
  const std::set<std::string> one{"training", "relay_full", "relay_full_train", "node_full", "activations_full"};
  CHECK(draw(results_with({"1"}, {"train", "test"}), folder) == one);
  const std::set<std::string> several{"training",
                                      "relay_full_layer1",
                                      "relay_full_layer1_a",
                                      "node_full_layer1",
                                      "activations_full_layer1",
                                      "relay_full_layer2",
                                      "relay_full_layer2_a",
                                      "node_full_layer2",
                                      "activations_full_layer2"};
  CHECK(draw(results_with({"1", "2"}, {"a", "b"}), folder) == several);
}

TEST_CASE("Aggregated information is that of train, single-neuron losses and activations are those of test",
          "[layers][reports]") {
  const TemporaryFolder folder;
  draw(results_with({"1"}, {"test", "train", "other"}), folder);  // values 1, 1.125, 1.25
  for (const auto& row : rows_of(folder / "node_full.csv")) {
    if (row[3] == "aggregated") CHECK(row[2] == "1.125");
    if (row[3] == "single") CHECK(row[2] == "1");
  }
  CHECK(rows_of(folder / "activations_full.csv")[1].back() == "1");
}

TEST_CASE("The error of damaged results names the figure", "[layers][reports]") {
  const TemporaryFolder folder;
  ExperimentResult result = results_with({"1"}, {"test"});
  ResultArray damaged = result.network("full").array("layers/1/relay/test/single");
  damaged.shape = {4};
  result.arrays.put_array("networks/full/layers/1/relay/test/single", damaged);
  CHECK_THROWS_WITH(draw(result, folder),
                    Catch::StartsWith("figure node_full: results: /networks/full/layers/1/relay"));
}

TEST_CASE("The summary has a table of states and of classes for each layer", "[layers][reports]") {
  const std::string one =
      summarise(results_with({"1"}, {"train", "test"}), {}, {.folder = "folder", .wall_seconds = 1.5}).text;
  CHECK_THAT(one, !Catch::Contains("layer") && Catch::Contains("          1.500    1.585\n") &&
                      Catch::Contains("                                   greedy pair\n"
                                      "  class       I  I_R(all)     of I  units    bits   of all\n"
                                      "    cat  1.1250    1.1250  100.0 %    0 1  1.1250  100.0 %\n"
                                      "    dog  1.1250    1.1250  100.0 %    0 1  1.1250  100.0 %\n") &&
                      Catch::EndsWith("(1.5 s this start) are in\nfolder\n"));
  // No share of relay information that is not positive.
  ExperimentResult negative = results_with({"1"}, {"test"});
  ResultArray total = negative.network("full").array("layers/1/relay/test/total");
  std::get<RowMatrix<double>>(total.values)(0, 0) = -0.25;
  negative.arrays.put_array("networks/full/layers/1/relay/test/total", total);
  CHECK_THAT(summarise(negative, {}, {}).text, Catch::Contains("   -0.2500  -25.0 %    0 1  -0.2500        -\n"));
  const std::string two = summarise(results_with({"1", "2"}, {"train", "test"}), {}, {}).text;
  CHECK_THAT(two, Catch::Contains("\nlayer 1\n") && Catch::Contains("\nlayer 2\n") && Catch::Contains("2.1250"));
}

}  // namespace inforelay
