#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "experiments/config/config.hpp"
#include "experiments/config/derived_settings.hpp"
#include "experiments/config/network_checks.hpp"
#include "experiments/run/load_config.hpp"
#include "experiments/sweep/plan.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/config/config_problems.hpp"

namespace inforelay {
namespace {

using Lines = std::vector<std::string>;
using test::configs;
using test::problems;

const std::string one_detectors = "{name: t, networks: {n: {detectors: {}}}, ";

const std::string valid = R"(
name: test
networks: {full: {layers: [784, 20, 10], train: {}}}
analysis: {relay: {subsets: [train, test], exhaustive: [test]}, knockout: {}, regression: {}}
)";

}  // namespace

TEST_CASE("Every shipped configuration is valid", "[config]") {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(configs)) {
    if (entry.path().extension() != ".yaml") continue;
    INFO(entry.path());
    const LoadedConfig loaded = load_experiment_config(entry.path(), {});
    if (loaded.config.sweep) CHECK_NOTHROW(plan_sweep(loaded));
    ++count;
  }
  CHECK(count >= 25);  // those that stand there; more do no harm
}

TEST_CASE("The estimator nsb is refused for layers with more states than its prior holds", "[config]") {
  AnalysisConfig analysis;
  analysis.relay.exhaustive.clear();
  analysis.estimators = {"plug_in"};
  CHECK(analysed_layer_problems({1, 1000, 1}, analysis).empty());
  analysis.estimators = {"plug_in", "nsb"};
  CHECK(analysed_layer_problems({1, 828, 1}, analysis).empty());  // 4 * 2^828 < 1e250 < 4 * 2^829
  CHECK(analysed_layer_problems({1, 829, 1}, analysis) ==
        std::vector<std::string>{
            "the analysed layer 1 has 829 units; the estimator nsb, whose alphabet is all states, is "
            "possible up to 828"});
  analysis.discretize.method = Discretization::symbols;  // the levels that occur are known with the data
  CHECK(analysed_layer_problems({1, 1000, 1}, analysis).empty());
}

TEST_CASE("A printed configuration is read back unchanged", "[config]") {
  const std::string printed = print_experiment_config(load_experiment_config(configs / "mnist_relay.yaml", {}).config);
  ConfigErrors errors;
  const ExperimentConfig again = read_experiment_config(parse_config(printed, "printed.yaml", errors), errors);
  CHECK(print_experiment_config(again) == printed);
}

TEST_CASE("The reference page of the settings is up to date", "[config]") {
  std::ifstream file(configs.parent_path() / "docs/configuration.md");
  std::ostringstream page;
  page << file.rdbuf();
  const std::string reference = experiment_config_reference();
  // To repair: replace the table in the page by this file.
  const auto wanted = std::filesystem::temp_directory_path() / "inforelay_configuration_reference.md";
  if (page.str().find(reference) == std::string::npos) std::ofstream(wanted) << reference;
  INFO("docs/configuration.md should contain the table that now stands in " << wanted);
  CHECK(page.str().find(reference) != std::string::npos);
}

TEST_CASE("The choices of each setting are the words of its enum", "[config]") {
  const auto resolved = [](const std::string& setting) {
    ConfigErrors errors;
    return read_experiment_config(parse_config(valid + setting, "test.yaml", errors), errors);
  };
  const auto with_network = [&](const std::string& settings) {
    ConfigErrors errors;
    return read_experiment_config(
               parse_config("{name: t, networks: {n: {layers: [784, 4, 10], " + settings + "}}}", "test.yaml", errors),
               errors)
        .networks[0]
        .second;
  };
  CHECK(resolved("data: {dataset: digits}").data.dataset == "digits");
  CHECK(resolved("data: {fallback: digits}").data.fallback == "digits");
  for (const Activation each : {Activation::tanh, Activation::sigmoid, Activation::relu, Activation::identity,
                                Activation::leaky_relu(), Activation::leaky_relu(0.2f), Activation::elu(0.5f),
                                Activation::gelu, Activation::gelu_tanh, Activation::silu, Activation::softplus}) {
    CHECK(with_network("train: {}, activation: " + to_string(each)).activation == each);
    CHECK(with_network("train: {}, output_activation: " + to_string(each)).output_activation == each);
  }
  CHECK(with_network("train: {loss: cross_entropy}, output_activation: softmax").output_activation ==
        Activation::softmax);
  for (const Loss each : {Loss::mean_squared_error, Loss::cross_entropy}) {
    CHECK(with_network("train: {loss: " + std::string(word_of(loss_names, each)) + "}").train->loss == each);
  }
  for (const OptimizerKind each : {OptimizerKind::adam, OptimizerKind::sgd}) {
    CHECK(
        with_network("train: {optimizer: " + std::string(word_of(optimizer_names, each)) + "}").train->optimizer.kind ==
        each);
  }
  for (const Discretization each : {Discretization::kmeans, Discretization::median, Discretization::mean,
                                    Discretization::sign, Discretization::threshold, Discretization::equal_width,
                                    Discretization::equal_population, Discretization::symbols}) {
    const std::string yaml = "{name: t, networks: {n: {detectors: {}}}, analysis: {discretize: " +
                             std::string(word_of(discretization_names, each)) + "}}";
    ConfigErrors errors;
    CHECK(read_experiment_config(parse_config(yaml, "test.yaml", errors), errors).analysis.discretize.method == each);
  }
  CHECK(resolved("figures: {palette: rainbow}").figures->palette == FigurePalette::rainbow);
}

TEST_CASE("Layers and discretisation are given by a word or in a longer form", "[config]") {
  const auto analysis = [](const std::string& settings) {
    ConfigErrors errors;
    const std::string yaml =
        "{name: t, networks: {n: {layers: [784, 4, 5, 10], train: {}}}, analysis: " + settings + "}";
    return read_experiment_config(parse_config(yaml, "test.yaml", errors), errors);
  };
  const auto layers = [&](const std::string& settings) {
    const ExperimentConfig config = analysis(settings);
    return analysed_layers(config.analysis, layer_widths(config, config.networks[0].second));
  };
  CHECK(layers("{}") == std::vector{2});
  CHECK(layers("{layers: last}") == std::vector{2});
  CHECK(layers("{layers: all}") == std::vector{1, 2});
  CHECK(layers("{layers: [1]}") == std::vector{1});
  const DiscretizeOptions word = analysis("{discretize: sign}").analysis.discretize;
  CHECK(word.method == Discretization::sign);
  const DiscretizeOptions map = analysis("{discretize: {method: threshold, threshold: 0.5}}").analysis.discretize;
  CHECK(map.method == Discretization::threshold);
  CHECK(map.threshold == 0.5);
  const DiscretizeConfig levels =
      analysis("{discretize: {method: equal_population, levels: 5, fit: train}}").analysis.discretize;
  CHECK(levels.method == Discretization::equal_population);
  CHECK(levels.levels == 5);
  CHECK(levels.fit == "train");
  CHECK(analysis("{discretize: {method: edges, edges: [0, 0.5]}}").analysis.discretize.edges ==
        std::vector<double>{0, 0.5});
  CHECK(analysis("{}").analysis.discretize.fit == "own");
  CHECK(analysis("{contrast: whole}").analysis.contrast == ContrastKind::whole);
  CHECK(analysis("{measures: [representation, co_information], relay: {exhaustive: [test]}}").analysis.measures ==
        std::vector<SetMeasure>{SetMeasure::representation, SetMeasure::co_information});
}

TEST_CASE("Defaults of the configuration are those of the libraries", "[config]") {
  ConfigErrors errors;
  const ExperimentConfig config = read_experiment_config(parse_config(valid, "test.yaml", errors), errors);
  const TrainingOptions& train = *config.networks[0].second.train;
  CHECK(train.optimizer.momentum == 0.9);
  CHECK(train.batch_size == 1000);
  CHECK((!train.stop.balanced_accuracy && !train.stop.accuracy));
  CHECK(config.analysis.knockout->options.sample_size == 800);
  CHECK(config.analysis.knockout->function == KnockoutFunctionChoice::automatic);
  CHECK(config.analysis.knockout->options.replace == KnockoutReplace::zero);
  CHECK(config.analysis.knockout->options.noise_sd == 0.2);
}

TEST_CASE("Knockouts are decided by threshold for detectors, and else as fits the outputs, unless it is given",
          "[config][knockout]") {
  NetworkConfig whole, composite;
  whole.train.emplace();
  composite.detectors.emplace();
  KnockoutConfig config;
  for (const Activation output : {Activation::identity, Activation::leaky_relu(), Activation::softplus}) {
    CHECK(config.function_for(whole, output) == KnockoutFunction::argmax);
    CHECK(config.function_for(composite, output) == KnockoutFunction::threshold);
  }
  CHECK(config.function_for(whole, Activation::tanh) == KnockoutFunction::threshold);
  config.function = KnockoutFunctionChoice::argmax;
  CHECK(config.function_for(composite, Activation::identity) == KnockoutFunction::argmax);
  config.function = KnockoutFunctionChoice::threshold;
  CHECK(config.function_for(whole, Activation::identity) == KnockoutFunction::threshold);
}

TEST_CASE("Settings that contradict each other are reported with their position", "[config]") {
  CHECK(problems(valid) == Lines{});
  const auto [yaml, expected] = GENERATE(table<std::string, std::string>({
      {"networks: {n: {detectors: {}}}", "name: is missing; it names the results' folder"},
      {"name: t", "networks: at least one network or recording is needed"},
      {"{name: t, networks: {n: {}}}", "networks.n: needs one of 'train' (with 'layers'), 'detectors' and 'weights'"},
      {"{name: t, networks: {n: {detectors: {}, train: {}}}}",
       "networks.n: has 'train' 'detectors'; a network has one of 'train' (with 'layers'), 'detectors' and 'weights'; "
       "KEY=null takes a key of the file away"},
      {"{name: t, networks: {n: {detectors: {}, weights: w.model}}}",
       "networks.n: has 'detectors' 'weights'; a network has one of 'train' (with 'layers'), 'detectors' and "
       "'weights'; "
       "KEY=null takes a key of the file away"},
      {"{name: t, networks: {n: {detectors: {weights: [a, b]}}}}",
       "networks.n.detectors.weights: 2 files, but there are 10 classes"},
      {"{name: t, networks: {n: {detectors: {weights: [a, b, c, d, e, f, g, h, i, j], restarts: 1, noise: 1}}}}",
       "networks.n.detectors.restarts: not used with weights: nothing is trained"},
      {"{name: t, networks: {n: {detectors: {}, layer_names: [a, b]}}}",
       "networks.n.layer_names: used with weights only"},
      {"{name: t, networks: {n: {detectors: {}, batch_norm: before_activation}}}",
       "networks.n.batch_norm: used with weights only"},
      {"{name: t, networks: {n: {weights: w.pt, batch_norm_epsilon: 1e-3}}}",
       "networks.n.batch_norm_epsilon: used with batch_norm only"},
      {"{name: t, networks: {n: {layers: [784, 4, 10], train: {}, output_activation: softmax}}}",
       "networks.n.output_activation: softmax is trained by cross_entropy only; add train.loss: cross_entropy"},
      {"{name: t, networks: {n: {detectors: {}, output_activation: softmax}}}",
       "networks.n.output_activation: softmax of the one output of a detector is always 1"},
      {"{name: t, networks: {n: {detectors: {}, activation: softmax}}}",
       "networks.n.activation: activation softmax is for the outputs only"},
      {"{name: t, networks: {n: {detectors: {}, activation: selu}}}",
       "networks.n.activation: activation 'selu' is not one of tanh, sigmoid, relu, identity, leaky_relu, elu, gelu, "
       "gelu_tanh, silu, softplus, leaky_relu(SLOPE), elu(ALPHA)"},
      {"{name: t, networks: {n: {detectors: {}, activation: elu(0)}}}",
       "networks.n.activation: activation elu: alpha is '0', expected a number above 0 and at most 1000"},
      {"{name: t, networks: {n: {detectors: {}, weights_network: full}}}",
       "networks.n.weights_network: used with weights only"},
      {"{name: t, networks: {n: {detectors: {}, weights_out: /tmp/x.h5}}}",
       "networks.n.weights_out: '/tmp/x.h5': the name must end in .safetensors"},
      {"{name: t, networks: {n: {weights: $HOME/w.model}}}",
       "networks.n.weights: '$HOME/w.model': the only variable that a path may begin with is $INFORELAY_DATA"},
      {"{name: t, networks: {n: {weights: $INFORELAY_DATABASE/w.model}}}",
       "networks.n.weights: '$INFORELAY_DATABASE/w.model': the only variable that a path may begin with is "
       "$INFORELAY_DATA"},
      {"{name: t, networks: {n: {train: {}, layers: [784, 10]}}}",
       "networks.n.layers: inputs, at least one hidden layer and outputs are needed: [784, 20, 10]"},
      {"{name: t, networks: {n: {train: {}, layers: [100, 5, 10]}}}",
       "networks.n.layers: the first is 100 but the data have 784 inputs"},
      {"{name: t, networks: {n: {train: {}, layers: [784, 5, 3]}}}",
       "networks.n.layers: the last is 3 but there are 10 classes"},
      {"{name: t, networks: {n: {train: {stop: {accuracy: 0.5, balanced_accuracy: 0.5}}, layers: [784, 5, 10]}}}",
       "networks.n.train.stop: give balanced_accuracy or accuracy, not both"},
      {"{name: t, networks: {n: {train: {}, layers: [784, 25, 10]}}}",
       "networks.n.layers: the analysed layer 1 has 25 units; exhaustive relay information is possible up to 24 "
       "(or set analysis.relay.exhaustive: [])"},
      {"{name: t, networks: {n: {train: {}, layers: [784, 5, 10]}}, analysis: {layers: [2]}}",
       "networks.n.layers: analysis.layers has 2, but there is 1 hidden layer"},
      {"{name: t, networks: {n: {detectors: {}}}, analysis: {relay: {subsets: [train]}}}",
       "analysis.relay.exhaustive: 'test' is not among analysis.relay.subsets"},
      {"{name: t, networks: {n: {detectors: {}}}, analysis: {relay: {classes: [2]}}}",
       "analysis.relay.classes: analysis.relay.exhaustive needs all classes"},
      {"{name: t, networks: {n: {detectors: {}}}, analysis: {relay: {exhaustive: [], branching: true, classes: [2]}}}",
       "analysis.relay.classes: analysis.relay.branching needs all classes"},
      {"{name: t, networks: {n: {detectors: {}}}, analysis: {discretize: {method: median, levels: 3}}}",
       "analysis.discretize: discretize: levels is 3 with method median, expected 2 (more: kmeans, equal_width, "
       "equal_population or edges)"},
      {"{name: t, networks: {n: {detectors: {}}}, analysis: {discretize: edges}}",
       "analysis.discretize: discretize: 0 edges, expected [1,255]"},
      {"{name: t, networks: {n: {detectors: {}}}, analysis: {discretize: {fit: tset}}}",
       "analysis.discretize.fit: 'tset' is not among own and analysis.relay.subsets"},
      {"{name: t, networks: {n: {detectors: {}}}, analysis: {measures: [representation], relay: {exhaustive: []}}}",
       "analysis.measures: of the subsets of analysis.relay.exhaustive, which has none"},
      {"{name: t, networks: {n: {detectors: {}}}, analysis: {contrast: whole, relay: {branching: true}}}",
       "analysis.relay.branching: only of units of two levels, and with analysis.contrast: one_vs_rest"},
      {"{name: t, networks: {n: {detectors: {}}}, analysis: {contrast: whole, relay: {exhaustive: [], classes: [2]}}}",
       "analysis.relay.classes: needs a contrast for each class: not with analysis.contrast: whole"},
      {"{name: t, networks: {n: {detectors: {}}}, analysis: {relay: {exhaustive: [], classes: [2]}}, sweep: {}}",
       "analysis.relay.classes: sweep needs all classes"},
      {"{name: t, networks: {n: {detectors: {}}}, analysis: {relay: {exhaustive: [], classes: [2, 3, 2]}}}",
       "analysis.relay.classes: 2 is listed twice"},
      {"{name: t, networks: {n: {detectors: {}}}, analysis: {regression: {}}}",
       "analysis.regression.knockout: needs analysis.knockout with sets exhaustive and 'test' among its subsets"},
      {one_detectors + "compare: {r: {network: n}}}",
       "compare.r: needs one of 'statement', 'published', the file of published values, and 'sets', tables of all "
       "sets"},
      {one_detectors + "compare: {r: {published: p.csv, network: m, columns: {c: {metric: relay.test.total}}}}}",
       "compare.r.network: there is no network 'm'; networks are n"},
      {one_detectors + "compare: {r: {published: p.csv, network: n, columns: {c: {metric: relay.test.totl}}}}}",
       "compare.r.columns.c.metric: 'relay.test.totl' is not a metric; did you mean 'relay.test.total'?"},
      {one_detectors +
           "compare: {r: {published: p.csv, network: n, columns: {c: {metric: relay.test.total, absolute: 1, "
           "relative: 1}}}}}",
       "compare.r.columns.c: give absolute or relative, not both"},
      {one_detectors + "compare: {r: {published: p.csv, network: n, columns: {c: {metric: regression.f}}}}}",
       "compare.r.columns.c: regression.f will not be computed: there is no analysis.regression"},
      {one_detectors + "compare: {r: {published: p.csv, network: n}}}",
       "compare.r.columns: at least one column is needed"},
      {one_detectors + "compare: {r: {statement: n.relay.test.total > 0, network: n}}}",
       "compare.r: a statement takes neither network nor columns"},
      {one_detectors + "compare: {r: {statement: n.relay.test.total}}}",
       "compare.r.statement: 'n.relay.test.total' is not a statement: NETWORK.METRIC < NETWORK.METRIC or a number; "
       "also "
       ">, <=, >=, and abs(...) of a metric"},
      {one_detectors + "compare: {r: {statement: m.relay.test.total > 0}}}",
       "compare.r.statement: 'm.relay.test.total' is not NETWORK.METRIC: there is no network 'm'; did you mean 'n'?"},
      {one_detectors + "compare: {r: {statement: 0 < n.regression.f}}}",
       "compare.r.statement: n.regression.f will not be computed: there is no analysis.regression"},
      {one_detectors + "compare: {r: {statement: abs(n.relay.test.last_2) > 0}}}",
       "compare.r.statement: 'n.relay.test.last_2': sets of units (the 2 units that greedy removal keeps longest), "
       "expected numbers"},
      {one_detectors + "compare: {r: {statement: n.relay.test.total > 0, at_least: 11}}}",
       "compare.r.at_least: 11 is out of range: must be in [0, 10]"},
      {one_detectors + "compare: {r: {statement: n.relay.test.total > 0}}, sweep: {parameters: {analysis.layers: "
                       "{values: [all]}}}}",
       "compare: over seeds alone: not with sweep.parameters"},
      {one_detectors + "analysis: {relay: {subsets: [train, tset], exhaustive: [train]}}}",
       "analysis.relay.subsets: 'tset' is not among the subsets of a data set: train, test"},
      {one_detectors + "analysis: {layers: [1, 1]}}", "analysis.layers: 1 is listed twice"},
      {one_detectors + "analysis: {layers: 2}}",
       "analysis.layers: expected one of last, all, or a list of integers, written [2], found '2'"},
      {"{name: t, networks: {n: {detectors: {}, weights_out: /tmp/x.safetensors}}, sweep: {replicates: 2}}",
       "networks.n.weights_out: not in a sweep"},
      {"{name: t, networks: {n: {detectors: {}}}, figures: {formats: []}}",
       "figures.formats: at least one format is needed"},
  }));
  INFO(yaml);
  const auto lines = problems(yaml);
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Catch::EndsWith("error: " + expected) && Catch::StartsWith("test.yaml:"));
}

TEST_CASE("The names that other programs have for activations get a suggestion", "[config]") {
  const auto [written, meant] = GENERATE(table<std::string, std::string>(
      {{"ReLU", "relu"}, {"LeakyReLU", "leaky_relu"}, {"Tanh", "tanh"}, {"SiLU", "silu"}, {"Softplus", "softplus"}}));
  const auto lines = problems("{name: t, networks: {n: {detectors: {}, activation: " + written + "}}}");
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Catch::Contains("activation '" + written + "' is not one of tanh") &&
                           Catch::EndsWith("; did you mean '" + meant + "'?") && !Catch::Contains("?;"));
}

TEST_CASE("A hidden layer is not suggested a function of outputs only", "[config]") {
  const auto lines = problems("{name: t, networks: {n: {detectors: {}, activation: Softmax}}}");
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Catch::Contains("activation 'Softmax' is not one of tanh") && !Catch::Contains("did you mean"));
}

TEST_CASE("Wrong values, unknown keys and contradictory settings are all reported in one error", "[config]") {
  const auto lines = problems(
      "sead: 1\n"
      "networks: {n: {layers: [784, 5, 3], train: {}}, m: {detectors: {hiden: 3}}}\n"
      "data: {train_limit: x}\n"
      "analysis: {relay: {subsets: [train]}}\n");
  const auto has = [&](const std::string& text) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(text) != std::string::npos; });
  };
  CHECK(has("test.yaml:1:1: error: unknown key 'sead'; did you mean 'seed'?"));
  CHECK(has("name: is missing"));
  CHECK(has("test.yaml:2:24: error: networks.n.layers: the last is 3 but there are 10 classes"));
  CHECK(has("unknown key 'hiden' in networks.m.detectors; did you mean 'hidden'?"));
  CHECK(has("data.train_limit: expected an integer"));
  CHECK(has("analysis.relay.exhaustive: 'test' is not among analysis.relay.subsets"));
  CHECK(lines.size() == 6);
  // A wrong value causes no further errors in checks that depend on it.
  CHECK(problems("{name: t, networks: {n: {layers: [784, x, 10], train: {}}}}").size() == 1);
}

}  // namespace inforelay
