// The JSON Schema for editors: the shipped copy is up to date, and an independent implementation of JSON Schema accepts
// and refuses the same configurations as the program.
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "experiments/config/config.hpp"
#include "experiments/run/load_config.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/config/config_problems.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::configs;

const std::filesystem::path schema_file = configs / "inforelay.schema.json";

struct Verdict {
  int exit_code = -1;
  std::string text;
};

// The output of tests/experiments/config/validate_configs.py for the files; exit code 77 if it cannot run here.
Verdict validate(const std::vector<std::filesystem::path>& files) {
  std::string command = "/usr/bin/python3 '" INFORELAY_VALIDATE_CONFIGS "' '" + schema_file.string() + "'";
  for (const auto& file : files) command += " '" + file.string() + "'";
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  Verdict verdict;
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) verdict.text.append(buffer, n);
  const int status = pclose(pipe);
  verdict.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return verdict;
}

bool cannot_validate(const Verdict& verdict) {
  constexpr int not_installed = 77, no_such_command = 127;
  if (verdict.exit_code != not_installed && verdict.exit_code != no_such_command) return false;
  SKIP_CASE("python3-jsonschema or python3-yaml is not installed");
  return true;
}

}  // namespace

TEST_CASE("The shipped JSON Schema is up to date", "[config]") {
  const std::string wanted = experiment_config_json_schema();
  const auto copy = std::filesystem::temp_directory_path() / "inforelay.schema.json";
  // To repair: run_experiment --json-schema > configs/inforelay.schema.json
  if (test::content(schema_file) != wanted) std::ofstream(copy) << wanted;
  INFO("configs/inforelay.schema.json should hold what now stands in " << copy);
  CHECK((test::content(schema_file) == wanted));
  const test::TemporaryFolder folder;
  const test::ProgramResult printed = test::run_program({"--json-schema"}, folder.path());
  CHECK(printed.exit_code == 0);
  CHECK((printed.out == wanted));
}

TEST_CASE("Every shipped configuration names the JSON Schema and is valid by it", "[config]") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(configs)) {
    if (entry.path().extension() != ".yaml") continue;
    files.push_back(entry.path());
    const std::string text = test::content(entry.path());
    const std::string mark = "# yaml-language-server: $schema=";
    INFO(entry.path());
    REQUIRE(text.starts_with(mark));
    const std::string named = text.substr(mark.size(), text.find('\n') - mark.size());
    CHECK(std::filesystem::equivalent(entry.path().parent_path() / named, schema_file));
  }
  const Verdict verdict = validate(files);
  if (cannot_validate(verdict)) return;
  INFO(verdict.text);
  CHECK(verdict.exit_code == 0);
}

TEST_CASE("A configuration with every setting is valid by the JSON Schema", "[config]") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "all.yaml";
  ExperimentConfig config = load_experiment_config(configs / "paper_fresh.yaml", {"max_memory=3 GiB"}).config;
  std::ofstream(file) << print_experiment_config(config);
  const auto swept = folder.path() / "swept.yaml";
  std::ofstream(swept) << print_experiment_config(
      load_experiment_config(configs / "sweeps/learning_rate.yaml",
                             {"sweep.exclude=[{networks.full.train.learning_rate: 3e-4}]", "data.path=/x"})
          .config);
  const Verdict verdict = validate({file, swept});
  if (cannot_validate(verdict)) return;
  INFO(verdict.text);
  CHECK(verdict.exit_code == 0);
}

TEST_CASE("The JSON Schema refuses each single value that the program refuses", "[config]") {
  const std::string networks = "name: t\nnetworks: {n: {detectors: {}}}\n";
  const std::vector<std::pair<std::string, bool>> cases{
      {networks, true},
      {"extends: [a.yaml, b.yaml]\n", true},
      {"extends: a.yaml\nfigures: null\nnetworks: {n: null}\n", true},
      {networks + "max_memory: 1.5 GiB\n", true},
      {networks + "sweep: {parameters: {seed.x: {values: [[1], a, 2]}, y: {log_range: {low: 1, high: 2}}}}\n", true},
      {"networks: {n: {detectors: {}}}\n", false},
      {"name: t\n", false},
      {networks + "sead: 1\n", false},
      {networks + "seed: -1\n", false},
      {networks + "seed: 1.5\n", false},
      {networks + "seed: \"1\"\n", false},
      {networks + "max_memory: 8\n", false},
      {networks + "max_memory: 8 gigabytes\n", false},
      {networks + "data: {dataset: mnits}\n", false},
      {networks + "data: {path: $HOME/x}\n", false},
      {networks + "data: [digits]\n", false},
      {networks + "analysis: {layers: all, discretize: sign}\n", true},
      {networks + "analysis: {layers: [1], discretize: {method: threshold, threshold: 1}}\n", true},
      {networks + "analysis: {layers: null, discretize: null}\n", true},
      {networks + "analysis: {layers: first}\n", false},
      {networks + "analysis: {layers: []}\n", false},
      {networks + "analysis: {discretize: signum}\n", false},
      {networks + "analysis: {discretize: {method: signum}}\n", false},
      {networks + "analysis: {binarize: sign}\n", false},
      {networks + "analysis: {relay: {subsets: [train, train]}}\n", false},
      {networks + "analysis: {relay: {greedy: 1}}\n", false},
      {networks + "analysis: {knockout: {samples: 0}}\n", false},
      {networks + "analysis: {knockout: {function: argmax, replace: noise, noise_sd: 0.5}}\n", true},
      {networks + "analysis: {knockout: {replace: noise, noise_sd: 0}}\n", false},
      {networks + "analysis: {knockout: {replace: median}}\n", false},
      {networks + "sweep: {parameters: {seed: {values: []}}}\n", false},
      {networks + "sweep: {parameters: {seed: {values: [1], range: {low: 1, high: 2}}}}\n", false},
      {networks + "sweep: {parameters: {seed: {range: {low: 1}}}}\n", false},
      {networks + "sweep: {parameters: {a..b: {values: [1]}}}\n", false},
      {"name: t\nnetworks: {n: {layers: [784, 20.5, 10], train: {}}}\n", false},
      {"name: t\nnetworks: {n: {layers: [784], train: {}}}\n", false},
      {"name: t\nnetworks: {-n: {detectors: {}}}\n", false},
      {"name: t\nnetworks: {n: {detectors: {hiden: 2}}}\n", false},
  };
  const test::TemporaryFolder folder;
  std::vector<std::filesystem::path> files;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    files.push_back(folder.path() / (std::to_string(i) + ".yaml"));
    std::ofstream(files.back()) << cases[i].first;
  }
  const Verdict verdict = validate(files);
  if (cannot_validate(verdict)) return;
  INFO(verdict.text);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& [yaml, good] = cases[i];
    INFO(yaml);
    CHECK((verdict.text.find(files[i].string() + ": ok\n") != std::string::npos) == good);
    if (!good) CHECK_THROWS_AS(load_experiment_config(files[i], {}), UsageError);
  }
}

}  // namespace inforelay
