#include "experiments/run/stages.hpp"

#include <algorithm>

#include "experiments/run/load_config.hpp"
#include "tests/catch2.hpp"

namespace inforelay {
namespace {

using Names = std::vector<std::string>;

constexpr DataSizes digit_sizes{.train = 100, .test = 50, .inputs = 784, .classes = 10};

ExperimentConfig quick_with(const Names& overrides) {
  return load_experiment_config(INFORELAY_CONFIGS "/quick.yaml", overrides).config;
}

Names ids_of(const ExperimentConfig& config) {
  Names ids;
  for (const Stage& stage : plan_stages(config, digit_sizes)) ids.push_back(stage.id);
  return ids;
}

}  // namespace

TEST_CASE("Stages go network by network, layer by layer and subset by subset", "[plan]") {
  CHECK(ids_of(quick_with({"networks.full.layers=[784, 6, 5, 10]", "analysis.layers=all"})) ==
        Names{"full-training",
              "full-layer1-states-train",
              "full-layer1-relay-train",
              "full-layer1-significance-train",
              "full-layer1-states-test",
              "full-layer1-relay-test",
              "full-layer1-significance-test",
              "full-layer1-knockout-test",
              "full-layer1-held_out",
              "full-layer1-regression",
              "full-layer1-geometry",
              "full-layer1-chosen_sets",
              "full-layer1-ablation",
              "full-layer2-states-train",
              "full-layer2-relay-train",
              "full-layer2-significance-train",
              "full-layer2-states-test",
              "full-layer2-relay-test",
              "full-layer2-significance-test",
              "full-layer2-knockout-test",
              "full-layer2-held_out",
              "full-layer2-regression",
              "full-layer2-geometry",
              "full-layer2-chosen_sets",
              "full-layer2-ablation",
              "composite-training",
              "composite-layer1-states-train",
              "composite-layer1-relay-train",
              "composite-layer1-significance-train",
              "composite-layer1-states-test",
              "composite-layer1-relay-test",
              "composite-layer1-significance-test",
              "composite-layer1-knockout-test",
              "composite-layer1-held_out",
              "composite-layer1-regression",
              "composite-layer1-geometry",
              "composite-layer1-chosen_sets",
              "composite-layer1-ablation"});
}

TEST_CASE("There is no stage for an analysis that is not asked for", "[plan]") {
  CHECK(ids_of(quick_with({"networks.composite=null", "analysis.relay.subsets=[test]", "analysis.knockout=null",
                           "analysis.regression=null"})) ==
        Names{"full-training", "full-layer1-states-test", "full-layer1-relay-test", "full-layer1-significance-test",
              "full-layer1-geometry", "full-layer1-chosen_sets"});
}

TEST_CASE("Labels of stages name the layer only if several are analysed", "[plan]") {
  const auto label_of = [](const ExperimentConfig& config, const std::string& id) {
    const std::vector<Stage> stages = plan_stages(config, digit_sizes);
    const auto stage = std::find_if(stages.begin(), stages.end(), [&](const Stage& each) { return each.id == id; });
    REQUIRE(stage != stages.end());
    return stage->label;
  };
  const ExperimentConfig one = quick_with({"networks.full.layers=[784, 6, 5, 10]"}),
                         all = quick_with({"networks.full.layers=[784, 6, 5, 10]", "analysis.layers=all"});
  CHECK(label_of(one, "full-layer2-relay-test") == "full: relay information of all sets (test)");
  CHECK(label_of(all, "full-layer2-relay-test") == "full, layer 2: relay information of all sets (test)");
  CHECK(label_of(all, "full-training") == "full: training");
}

TEST_CASE("A stage has the sizes of its layer, network and data", "[plan]") {
  const ExperimentConfig config =
      quick_with({"networks.full.layers=[784, 6, 5, 10]", "analysis.layers=all", "networks.composite=null"});
  for (const Stage& stage : plan_stages(config, digit_sizes)) {
    INFO(stage.id);
    CHECK(stage.place.sizes.parameters == 785 * 6 + 7 * 5 + 6 * 10);
    CHECK(stage.place.sizes.classes == 10);
    if (stage.place.layer > 0) CHECK(stage.place.sizes.units == (stage.place.layer == 1 ? 6 : 5));
  }
}

}  // namespace inforelay
