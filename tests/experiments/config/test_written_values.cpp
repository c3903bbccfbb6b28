// What was written in place of a value: quotes, nothing, paths that a shell would expand, settings without effect.
#include <fstream>

#include "experiments/config/unused_settings.hpp"
#include "experiments/run/load_config.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/config/config_problems.hpp"
#include "tests/temporary_folder.hpp"

namespace inforelay {
namespace {

using Lines = std::vector<std::string>;
using test::problems;
using test::TemporaryFolder;

std::filesystem::path written(const TemporaryFolder& folder, const std::string& name, const std::string& yaml) {
  std::ofstream(folder.path() / name) << yaml;
  return folder.path() / name;
}

Lines unused(const std::filesystem::path& config, const Lines& overrides = {}) {
  const LoadedConfig loaded = load_experiment_config(config, overrides);
  Lines sentences = unused_settings(loaded.config, loaded.root);
  for (std::string& each : sentences) each = each.substr(each.find(": ") + 2);
  return sentences;
}

const std::string network = "networks: {n: {layers: [784, 4, 10], train: {}}}\n";

}  // namespace

TEST_CASE("Quotes around a value that is no text are named", "[config]") {
  const std::string quoted = " in quotes, which make it a text";
  CHECK(problems("name: t\nnetworks: {n: {layers: [784, 4, 10], train: {max_epochs: '12'}}}") ==
        Lines{"test.yaml:2:58: error: networks.n.train.max_epochs: expected an integer (digits only, no leading zero), "
              "found "
              "'12'" +
              quoted});
  CHECK(problems("name: t\nnetworks: {n: {layers: [784, \"4\", 10], train: {}}}").front() ==
        "test.yaml:2:30: error: networks.n.layers: expected an integer (digits only, no leading zero), found '4'" +
            quoted);
  CHECK(problems("name: t\n" + network + "data: {download: 'false'}") ==
        Lines{"test.yaml:3:18: error: data.download: expected true or false, found 'false'" + quoted});
  CHECK(problems("name: t\nnetworks: {n: {layers: [784, 4, 10], train: {learning_rate: '0.1'}}}") ==
        Lines{"test.yaml:2:61: error: networks.n.train.learning_rate: expected a finite number, found '0.1'" + quoted});
  CHECK(problems("name: 't'\nmax_memory: '2 GB'\n" + network) == Lines{});  // texts may be quoted
}

TEST_CASE("A key that nothing was written for is an error at its place", "[config]") {
  CHECK(problems("name: t\n" + network + "figures:\n") ==
        Lines{"test.yaml:3:1: error: figures: nothing is written after 'figures:'; write 'figures: {}' for the "
              "defaults, or "
              "leave it out"});
  CHECK(
      problems("name: t\n" + network + "analysis:\n  knockout:\n  relay: {subsets: [test]}\n") ==
      Lines{
          "test.yaml:4:3: error: analysis.knockout: nothing is written after 'knockout:'; write 'knockout: {}' for the "
          "defaults, or leave it out"});
  CHECK_THAT(problems("name: t\nnetworks: {n: {layers: [784, 4, 10], train: {max_epochs: , momentum: 0.9}}}").front(),
             Catch::Contains("max_epochs: nothing is written after 'max_epochs:'; write a value, or leave it out"));
  CHECK(problems("name: t\n" + network + "data:\nanalysis:\n") == Lines{});  // groups that are there anyway
  CHECK_THAT(problems("name: t\nseed:   # later\n" + network).front(),
             Catch::Contains("test.yaml:2:1: error: seed: nothing"));
  CHECK_THAT(problems("name: t\nnetworks:\n  m:\n  n: {layers: [784, 4, 10], train: {}}").front(),
             Catch::Contains("test.yaml:3:3: error: networks.m: nothing is written after 'm:'"));
  CHECK_THAT(problems("\xEF\xBB\xBFname: t\n" + network + "figures:").front(), Catch::Contains("figures: nothing"));
  for (const char* null : {"null", "~", "Null", "NULL", "null  # none", "!!null ''"}) {
    INFO(null);
    const Lines lines = problems("name: t\n" + network + "figures: " + std::string(null) + "\n");
    CHECK((lines.empty() || lines.front().find("tags such as") != std::string::npos));
  }
  CHECK(problems("{name: t, networks: {n: {layers: [784, 4, 10], train: {}}, m: null}, figures: null}").size() ==
        1);  // m
}

TEST_CASE("A null removes what an extended file has, and nothing at all does not", "[config]") {
  const TemporaryFolder folder;
  written(folder, "base.yaml", "name: t\n" + network + "figures: {}\nanalysis: {knockout: {}}\n");
  CHECK(!load_experiment_config(written(folder, "a.yaml", "extends: base.yaml\nfigures: null\n"), {}).config.figures);
  CHECK(!load_experiment_config(written(folder, "b.yaml", "extends: base.yaml\nanalysis: {knockout: ~}\n"), {})
             .config.analysis.knockout);
  CHECK_THROWS_WITH(load_experiment_config(written(folder, "c.yaml", "extends: base.yaml\nfigures:\n"), {}),
                    Catch::Contains("c.yaml:2:1: error: figures: nothing is written"));
  const auto base = folder.path() / "base.yaml";
  CHECK(!load_experiment_config(base, {"figures=null"}).config.figures);
  CHECK_THROWS_WITH(load_experiment_config(base, {"figures="}),
                    Catch::Contains("'figures=': error: nothing follows the '='; null removes a setting"));
}

TEST_CASE("Paths with ~ or variables are refused in every setting", "[config]") {
  const std::string home = ": ~ is not expanded here; write ";
  const auto refused = [&](const std::string& yaml, const std::string& problem) {
    INFO(yaml);
    const Lines lines = problems(yaml);
    REQUIRE(!lines.empty());
    CHECK_THAT(lines.front(), Catch::Contains(problem));
  };
  refused("name: t\n" + network + "data: {path: ~/mnist}", "data.path: '~/mnist'" + home);
  refused("name: t\nnetworks: {n: {weights: ~/w.pt}}", "networks.n.weights: '~/w.pt'" + home);
  refused("name: t\nnetworks: {n: {layers: [784, 4, 10], train: {}, weights_out: ~/w.safetensors}}",
          "networks.n.weights_out: '~/w.safetensors'" + home);
  refused("name: t\nnetworks: {n: {detectors: {weights: [a, ~/b]}}}", "networks.n.detectors.weights: '~/b'" + home);
  refused("name: t\n" + network + "data: {path: /scratch/$USER/mnist}",
          "data.path: '/scratch/$USER/mnist': variables within a path are not expanded");
  refused("extends: ~/base.yaml\nname: t\n" + network, "t.yaml:1:10: error: extends: '~/base.yaml'" + home);
}

TEST_CASE("A setting that another one beside it makes useless is warned of", "[config]") {
  const TemporaryFolder folder;
  const std::string head = "name: t\n" + network;
  const auto discretize =
      written(folder, "a.yaml", head + "analysis: {discretize: {method: median, threshold: 0.25}}\n");
  CHECK(unused(discretize) ==
        Lines{"analysis.discretize.threshold is not used: that needs analysis.discretize.method: threshold"});
  CHECK(unused(discretize, {"analysis.discretize.method=threshold"}).empty());
  // Where the method comes from elsewhere, as in the runs of a sweep, the file may have reasons.
  CHECK(unused(discretize, {"analysis.discretize.method=sign"}).empty());
  CHECK(unused(discretize, {"sweep={parameters: {analysis.discretize.method: {values: [sign, threshold]}}}"}).empty());
  CHECK(unused(discretize, {"sweep={parameters: {seed_of_other: {values: [1]}}}"}).size() == 1);
  CHECK(unused(written(folder, "b.yaml", "extends: a.yaml\nanalysis: {discretize: {method: mean}}\n")).empty());
  CHECK(unused(written(folder, "e.yaml",
                       head + "analysis:\n  knockout: {noise_sd: 0.5}\n  significance: {permutations: 0, bootstrap: 0, "
                              "level: 0.9, nulls: [nothing_to_relay]}\n")) ==
        Lines{"analysis.significance.level is not used: that needs analysis.significance.bootstrap: at least 2",
              "analysis.significance.nulls is not used: that needs analysis.significance.permutations: at least 1",
              "analysis.knockout.noise_sd is not used: that needs analysis.knockout.replace: noise"});
  // The method may be the default.
  CHECK(unused(written(folder, "c.yaml", head + "analysis: {discretize: {threshold: 0.25}}\n")).size() == 1);
  CHECK(unused(written(folder, "d.yaml",
                       head + "analysis: {knockout: {samples: 5}}\nsweep: {samples: 3, replicates: 2}\n")) ==
        Lines{"analysis.knockout.samples is not used: that needs analysis.knockout.method: sampled",
              "sweep.samples is not used: that needs sweep.method: random"});
  CHECK(unused(written(folder, "e.yaml",
                       "name: t\nnetworks: {n: {layers: [784, 4, 10], train: {momentum: 0.5, evaluation_samples: 7, "
                       "evaluation_test_samples: 8}}}\n"))
            .size() == 3);
  CHECK(
      unused(written(folder, "f.yaml",
                     "name: t\nnetworks: {n: {layers: [784, 4, 10], train: {optimizer: sgd, momentum: 0.5, evaluation: "
                     "sampled, evaluation_samples: 7}}}\n"))
          .empty());
  // The printed configuration has all defaults.
  const auto printed =
      written(folder, "g.yaml", print_experiment_config(load_experiment_config(discretize, {}).config));
  CHECK(unused(printed).empty());
}

}  // namespace inforelay
