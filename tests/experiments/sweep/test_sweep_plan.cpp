// From a configuration to the runs of its sweep: points, seeds, folders, metrics and errors.
#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "core/config/tree.hpp"
#include "experiments/measures/metrics.hpp"
#include "experiments/sweep/draw_sweep.hpp"
#include "experiments/sweep/plan.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/sweep/planned.hpp"

namespace inforelay {
namespace {

using Texts = std::vector<std::string>;

const std::string base = R"(
name: test
seed: 5
data: {dataset: digits}
networks: {full: {layers: [784, 6, 10], train: {}}, composite: {detectors: {hidden: 1}}}
analysis: {discretize: {method: threshold}, knockout: {}, regression: {}}
figures: {formats: [svg]}
sweep: )";

ConfigNode tree(const std::string& sweep) { return test::parsed(base + sweep); }

SweepPlan plan(const std::string& sweep) { return test::planned(tree(sweep)); }

std::string problem(const std::string& sweep) {
  try {
    plan(sweep);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

Texts points(const SweepPlan& plan) {
  Texts texts;
  for (std::size_t i = 0; i < plan.points.size(); ++i) texts.push_back(plan.short_values_text(i));
  return texts;
}

}  // namespace

TEST_CASE("A sweep of replicates alone has consecutive seeds", "[sweep]") {
  const SweepPlan sweep = plan("{replicates: 3}");
  CHECK(sweep.parameters.empty());
  CHECK(sweep.points.size() == 1);
  REQUIRE(sweep.runs.size() == 3);
  CHECK(sweep.runs[2].number == 3);
  CHECK(sweep.runs[2].seed == 7);
  CHECK(sweep.runs[2].folder == "runs/0003-seed-7");
  CHECK(sweep.label_of(sweep.runs[2]) == "seed 7");
  CHECK(sweep.overrides_of(sweep.runs[2]) == Texts{"seed=7", "sweep=null", "figures=null", "compare=null"});
  const ExperimentConfig config = sweep.config_of(sweep.runs[2]);
  CHECK(config.seed == 7);
  CHECK(!config.sweep);
  CHECK(!config.figures);
  CHECK(plan("{figures: true}").config_of(sweep.runs[0]).figures);
  CHECK(plan("{figures: true}").overrides_of(sweep.runs[0]) == Texts{"seed=5", "sweep=null", "compare=null"});
}

TEST_CASE("A grid has every combination that is not excluded, and the last parameter varies fastest", "[sweep]") {
  const std::string parameters =
      "parameters: {networks.full.layers: {values: [[784, 4, 10], [784, 8, 10]]}, "
      "analysis.discretize.threshold: {range: {low: 0, high: 1, count: 3}}}";
  const SweepPlan sweep = plan("{" + parameters + ", replicates: 2}");
  CHECK(points(sweep) == Texts{"layers=[784, 4, 10], threshold=0", "layers=[784, 4, 10], threshold=0.5",
                               "layers=[784, 4, 10], threshold=1", "layers=[784, 8, 10], threshold=0",
                               "layers=[784, 8, 10], threshold=0.5", "layers=[784, 8, 10], threshold=1"});
  REQUIRE(sweep.runs.size() == 12);
  const SweepRun& run = sweep.runs[9];
  CHECK(run.point == 4);
  CHECK(run.replicate == 1);
  CHECK(run.seed == 6);
  CHECK(run.folder == "runs/0010-layers-784-8-10-threshold-0.5-seed-6");
  CHECK(sweep.overrides_of(run) == Texts{"networks.full.layers=[784, 8, 10]", "analysis.discretize.threshold=0.5",
                                         "seed=6", "sweep=null", "figures=null", "compare=null"});
  const ExperimentConfig config = sweep.config_of(run);
  CHECK(config.networks[0].second.layers == std::vector<std::int64_t>{784, 8, 10});
  CHECK(config.analysis.discretize.threshold == 0.5);

  // 1.0 is the same number as 1.
  const SweepPlan rest = plan("{" + parameters +
                              ", exclude: [{analysis.discretize.threshold: 1.0}, {networks.full.layers: [784, 4, 10], "
                              "analysis.discretize.threshold: 0}]}");
  CHECK(points(rest) == Texts{"layers=[784, 4, 10], threshold=0.5", "layers=[784, 8, 10], threshold=0",
                              "layers=[784, 8, 10], threshold=0.5"});
}

TEST_CASE("Ranges include their ends as written, have equal steps or ratios, and whole numbers for integer settings",
          "[sweep]") {
  CHECK(points(plan(
            "{parameters: {networks.full.train.learning_rate: {log_range: {low: 1e-4, high: 1e-2, count: 5}}}}")) ==
        Texts{"learning_rate=0.0001", "learning_rate=0.000316228", "learning_rate=0.001", "learning_rate=0.00316228",
              "learning_rate=0.01"});
  CHECK(points(plan("{parameters: {analysis.discretize.threshold: {range: {low: -1, high: 1.23456789, count: 2}}}}")) ==
        Texts{"threshold=-1", "threshold=1.23456789"});
  CHECK(points(plan("{parameters: {networks.full.train.max_epochs: {log_range: {low: 1, high: 4, count: 7}}}}")) ==
        Texts{"max_epochs=1", "max_epochs=2", "max_epochs=3", "max_epochs=4"});
}

TEST_CASE("A list combines the first values of all parameters, then the second, and so on", "[sweep]") {
  CHECK(points(plan("{method: list, parameters: {analysis.discretize.method: {values: [threshold, sign]}, "
                    "analysis.discretize.threshold: {range: {low: 2, high: 3, count: 2}}}}")) ==
        Texts{"method=threshold, threshold=2", "method=sign, threshold=3"});
  CHECK(problem("{method: list, parameters: {analysis.discretize.method: {values: [mean, sign]}, "
                "analysis.discretize.threshold: {values: [1]}}}") ==
        "test.yaml:8:88: error: sweep.parameters: method list takes the values side by side, but "
        "analysis.discretize.method has "
        "2 and analysis.discretize.threshold has 1");
  // A value may occur at several points, but no point twice.
  CHECK(points(plan("{method: list, parameters: {analysis.discretize.method: {values: [mean, mean, sign]}, "
                    "networks.full.layers: {values: [[784, 6, 10], [784, 7, 10], [784, 6, 10]]}}}"))
            .size() == 3);
  CHECK(problem("{method: list, parameters: {analysis.discretize.method: {values: [mean, sign, mean]}, "
                "networks.full.layers: {values: [[784, 6, 10], [784, 6, 10], [784, 6, 10]]}}}") ==
        "test.yaml:8:86: error: sweep.parameters: method list has the values number 1 again as number 3");
}

TEST_CASE("Random points cover their ranges and depend only on the seed", "[sweep][long]") {
  const std::string random =
      "{method: random, samples: 400, parameters: {analysis.discretize.threshold: {range: {low: -1, high: 3}}, "
      "networks.full.train.learning_rate: {log_range: {low: 1e-4, high: 1e-2}}, "
      "networks.full.train.max_epochs: {range: {low: 2, high: 4}}, analysis.discretize.method: {values: [mean, "
      "sign]}}}";
  const SweepPlan sweep = plan(random);
  REQUIRE(sweep.points.size() == 400);
  CHECK(points(sweep) == points(plan(random)));
  double mean = 0, mean_logarithm = 0;
  std::map<std::int64_t, int> epochs;
  int signs = 0;
  for (const SweepRun& run : sweep.runs) {
    const ExperimentConfig config = sweep.config_of(run);
    const TrainingOptions& train = *config.networks[0].second.train;
    CHECK((config.analysis.discretize.threshold >= -1 && config.analysis.discretize.threshold <= 3));
    CHECK((train.optimizer.learning_rate >= 1e-4 && train.optimizer.learning_rate <= 1e-2));
    mean += config.analysis.discretize.threshold / 400;
    mean_logarithm += std::log10(train.optimizer.learning_rate) / 400;
    ++epochs[train.max_epochs];
    signs += config.analysis.discretize.method == Discretization::sign ? 1 : 0;
  }
  // Six standard errors.
  CHECK(std::abs(mean - 1) < 6 * 4 / std::sqrt(12.0) / 20);
  CHECK(std::abs(mean_logarithm + 3) < 6 * 2 / std::sqrt(12.0) / 20);
  REQUIRE(epochs.size() == 3);
  for (const auto& [value, count] : epochs) CHECK(std::abs(count - 400 / 3.0) < 6 * std::sqrt(400 * 2 / 9.0));
  CHECK(std::abs(signs - 200) < 6 * 10);

  ConfigNode other = tree(random);
  other.find("seed")->text = "6";
  CHECK(points(test::planned(other)) != points(sweep));
}

TEST_CASE("Seeds are shared by all points or differ between all runs", "[sweep]") {
  const std::string parameters = "parameters: {analysis.discretize.method: {values: [mean, sign]}}, replicates: 3";
  std::vector<std::int64_t> paired, separate;
  for (const SweepRun& run : plan("{" + parameters + "}").runs) paired.push_back(run.seed);
  for (const SweepRun& run : plan("{" + parameters + ", pair_seeds: false}").runs) separate.push_back(run.seed);
  CHECK(paired == std::vector<std::int64_t>{5, 6, 7, 5, 6, 7});
  CHECK(separate == std::vector<std::int64_t>{5, 6, 7, 8, 9, 10});
}

TEST_CASE("By default accuracies, entropy, relay information and regression are collected, as far as computed",
          "[sweep]") {
  Texts names;
  for (const NetworkMetric& metric : plan("{}").metrics) names.push_back(metric.name());
  const std::set<std::string> all(names.begin(), names.end());
  CHECK(all.size() == names.size());
  CHECK(all.contains("full.training.epochs"));
  CHECK(all.contains("composite.regression.r_squared"));
  CHECK(all.contains("full.relay.test.smallest_set_50"));
  // All sets are computed on the test subset only.
  CHECK(all.contains("full.relay.train.total"));
  CHECK(!all.contains("full.relay.train.smallest_set_50"));
  CHECK(!all.contains("full.states.test.step_accuracy"));  // of recurrent networks
  const SweepPlan chosen = plan("{collect: [full.relay.test.total]}");
  REQUIRE(chosen.metrics.size() == 1);
  CHECK(chosen.metrics[0].units == "bit");
}

TEST_CASE("The page on sweeps lists the metrics and marks the default ones", "[sweep]") {
  std::ifstream file(std::filesystem::path(INFORELAY_CONFIGS).parent_path() / "docs/sweeps.md");
  std::stringstream page;
  page << file.rdbuf();
  std::set<std::string> chosen;
  for (const NetworkMetric& metric : plan("{}").metrics) chosen.insert(metric.metric);
  for (const MetricKind& kind : metric_kinds()) {
    if (kind.is_set) continue;
    std::string test = kind.name;
    if (const std::size_t at = test.find("SUBSET"); at != std::string::npos) test.replace(at, 6, "test");
    CHECK_THAT(page.str(), Catch::Contains(fmt::format("| `{}`{} | {} | {} |\n", kind.name,
                                                       chosen.contains(test) ? " *" : "", kind.units, kind.about)));
  }
}

TEST_CASE("Invalid sweeps are refused with the parameter and the value", "[sweep]") {
  const auto [sweep, expected] = GENERATE(table<std::string, std::string>({
      {"{parameters: {analysis.discretize.treshold: {values: [1]}}}",
       "test.yaml:8:22: error: sweep.parameters: there is no setting 'analysis.discretize.treshold'; did you mean "
       "'analysis.discretize.threshold'?"},
      {"{parameters: {networks.ful.layers: {values: [1]}}}",
       "test.yaml:8:22: error: sweep.parameters: there is no setting 'networks.ful.layers'; did you mean "
       "'networks.full.layers'?"},
      {"{parameters: {analysis.discretize.threshold: {values: [0.5, 1, 0.50]}}}",
       "test.yaml:8:71: error: sweep.parameters.analysis.discretize.threshold.values: 0.50 is listed twice"},
      {"{method: random, samples: 3, parameters: {analysis.discretize.method: {values: [mean, mean]}}}",
       "test.yaml:8:94: error: sweep.parameters.analysis.discretize.method.values: mean is listed twice"},
      {"{parameters: {seed: {values: [1]}}}",
       "test.yaml:8:22: error: sweep.parameters: 'seed' cannot be swept: replicates are the runs with other seeds"},
      {"{parameters: {figures.palette: {values: [safe]}}}",
       "test.yaml:8:22: error: sweep.parameters: 'figures.palette' belongs to the sweep as a whole"},
      {"{parameters: {networks.full: {values: [{}]}, networks.full.layers: {values: [[784, 6, 10]]}}}",
       "test.yaml:8:53: error: sweep.parameters: 'networks.full' and 'networks.full.layers' overlap"},
      {"{parameters: {analysis.discretize.threshold: {range: {low: 0, high: 1}}}}",
       "test.yaml:8:22: error: sweep.parameters.analysis.discretize.threshold: the range needs a count"},
      {"{parameters: {networks.full.layers: {values: [[784, 0, 10], [784, 30, 10]]}, analysis.discretize.method: "
       "{values: "
       "[mean, "
       "meen]}}}",
       "test.yaml:8:60: error: networks.full.layers: 0 is out of range: must be in [1, 1000000] (swept: "
       "networks.full.layers=[784, 0, 10])\n"
       "test.yaml:8:129: error: analysis.discretize.method: expected one of kmeans, kmeans_iterated, median, mean, "
       "sign, "
       "threshold, edges, equal_width, equal_population, symbols, found "
       "'meen'; "
       "did you mean 'mean'? (swept: analysis.discretize.method=meen)\n"
       "test.yaml:8:68: error: networks.full.layers: the analysed layer 1 has 30 units; exhaustive relay information "
       "is "
       "possible up to 24 (or set analysis.relay.exhaustive: []) (swept: networks.full.layers=[784, 30, 10], "
       "analysis.discretize.method=mean)\n"
       "test.yaml:8:68: error: networks.full.layers: the analysed layer 1 has 30 units; exhaustive knockout is "
       "possible "
       "up to 24 (or set analysis.knockout.sets: single) (swept: networks.full.layers=[784, 30, 10], "
       "analysis.discretize.method=mean)"},
      {"{parameters: {analysis.discretize.method: {values: [mean]}}, exclude: [{analysis.discretize.metod: mean}]}",
       "test.yaml:8:80: error: sweep.exclude: 'analysis.discretize.metod' is not among sweep.parameters; did you mean "
       "'analysis.discretize.method'?"},
      {"{parameters: {analysis.discretize.method: {values: [mean]}}, exclude: [{analysis.discretize.method: sign}]}",
       "test.yaml:8:80: error: sweep.exclude: no point (left) has analysis.discretize.method=sign"},
      {"{parameters: {analysis.discretize.method: {values: [mean]}}, exclude: [{analysis.discretize.method: mean}]}",
       "test.yaml:8:8: error: sweep: every point is excluded"},
      {"{method: random, parameters: {analysis.discretize.method: {values: [mean]}}, exclude: "
       "[{analysis.discretize.method: mean}]}",
       "test.yaml:8:8: error: sweep: exclude is for method grid"},
      {"{method: random}",
       "test.yaml:8:8: error: sweep: method random needs parameters to draw; for replicates alone leave it out"},
      {"{method: list}",
       "test.yaml:8:8: error: sweep: method list needs parameters; for replicates alone leave it out"},
      {"{parameters: {analysis.discretize.threshold: {range: {low: 0, high: 1, count: 50001}}}, replicates: 2}",
       "test.yaml:8:8: error: sweep: 50001 points of 2 replicates are 100002 runs, expected at most 100000"},
      {"{collect: [full.relay.test.totl, fll.relay.test.total, full.relay.test.last_2]}",
       "test.yaml:8:18: error: sweep.collect: 'relay.test.totl' is not a metric; did you mean 'relay.test.total'?\n"
       "test.yaml:8:18: error: sweep.collect: 'fll.relay.test.total' is not NETWORK.METRIC: there is no network 'fll'; "
       "did you mean 'full'?\n"
       "test.yaml:8:18: error: sweep.collect: 'full.relay.test.last_2': sets of units (the 2 units that greedy "
       "removal keeps longest), expected numbers"},
      {"{collect: [full.knockout.train.intact]}",
       "test.yaml:8:8: error: sweep.collect: no run computes 'full.knockout.train.intact' (subsets, exhaustive sets, "
       "knockout and regression are settings of analysis)"},
      {"{replicates: 0}", "test.yaml:8:21: error: sweep.replicates: 0 is out of range: must be in [1, 100000]"},
  }));
  INFO(sweep);
  CHECK(problem(sweep) == expected);
}

TEST_CASE("A setting cannot be swept if its group is written as a word", "[sweep]") {
  ConfigNode root = tree("{parameters: {analysis.discretize.method: {values: [mean, sign]}}}");
  const SweepPlan sweep = test::planned(root);
  CHECK(sweep.overrides_of(sweep.runs[1])[0] == "analysis.discretize.method=sign");
  CHECK(sweep.config_of(sweep.runs[1]).analysis.discretize.method == Discretization::sign);
  ConfigNode word;
  word.kind = ConfigNode::Kind::scalar;
  word.text = "kmeans";
  *root.find("analysis")->find("discretize") = word;
  CHECK_THROWS_WITH(test::planned(root), Catch::Contains("sweep.parameters: 'analysis.discretize.method': "));
}

TEST_CASE("Numbers of runs and seeds are accepted up to their limits", "[sweep]") {
  ConfigNode root = tree("{replicates: 3}");
  root.find("seed")->text = "9223372036854775804";
  CHECK(test::planned(root).runs.back().seed == 9223372036854775806);
  root.find("seed")->text = "9223372036854775805";
  CHECK_THROWS_WITH(test::planned(root), Catch::Contains("no seeds are left above seed 9223372036854775805"));
}

TEST_CASE("A swept path is relative to the configuration file", "[sweep]") {
  ConfigErrors errors;
  const ConfigNode root =
      parse_config(base + "{parameters: {data.path: {values: [a, /b]}}}", "/configs/sub/test.yaml", errors);
  const SweepPlan sweep = test::planned(root);
  CHECK(sweep.overrides_of(sweep.runs[0])[0] == "data.path=\"/configs/sub/a\"");
  CHECK(sweep.overrides_of(sweep.runs[1])[0] == "data.path=\"/b\"");
}

TEST_CASE("Axes of sweep figures have words and units, not keys", "[sweep]") {
  CHECK(setting_title("seed") == "seed");
  CHECK(setting_title("networks.full.train.learning_rate") == "learning rate of full");
  CHECK(setting_title("networks.full.layers", 1) == "units of hidden layer 1, full");
  CHECK(setting_title("networks.full.train.batch_size") == "batch size (samples) of full");
  CHECK(setting_title("analysis.knockout.method") == "knockout method");
  CHECK(setting_title("data.train_limit") == "training samples");
}

}  // namespace inforelay
