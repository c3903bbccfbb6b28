// What --dry-run and the refusal of plans too large say, against real runs. No times: these are for
// bench/compare_estimates.py.
#include <filesystem>
#include <fstream>

#include "experiments/run/run_plan.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::ProgramResult;
using test::run_program;
using test::TemporaryFolder;

const std::string quick = std::string(INFORELAY_CONFIGS) + "/quick.yaml";

std::vector<StageEstimate> plan(const std::vector<std::string>& overrides) {
  return plan_of(prepare(load_experiment_config(quick, overrides)));
}

const WorkEstimate& cost_of_stage(const std::vector<StageEstimate>& stages, const std::string& label) {
  for (const StageEstimate& stage : stages) {
    if (stage.label == label) return stage.cost;
  }
  FAIL("no stage " << label);
  throw std::logic_error("unreachable");
}

}  // namespace

TEST_CASE("A plan holds every stage with its sets and the tables that stay", "[plan]") {
  const auto stages = plan({"networks.full.layers=[784, 12, 10]"});
  CHECK(stages.size() == 2 * 8 + 3);
  CHECK(stages.front().label == "data");
  CHECK(stages.back().label == "figures");
  const WorkEstimate relay = cost_of_stage(stages, "full: relay information of all sets (test images)");
  CHECK(relay.sets == 4096);
  constexpr double table = 4096 * 10 * 4, of_each_size = 16 * 10 + 8 * 7;
  CHECK(relay.bytes == table + 10 * 13 * of_each_size);
  CHECK(cost_of_stage(stages, "composite: knockout of all sets (test images)").sets == 1024);
  CHECK(cost_of_stage(stages, "full: greedy relay search (train images)").sets == 0);
  CHECK(cost_of_stage(stages, "data").bytes == 8000 * 784);
  for (const StageEstimate& stage : stages) {
    INFO(stage.label);
    CHECK(MachineSpeed{}.seconds(stage.cost.work) >= 0);
    CHECK(MachineSpeed{}.seconds(stage.cost.most) >= MachineSpeed{}.seconds(stage.cost.work));
  }
}

TEST_CASE("A training is expected to end with its stop rule and at the latest with its epochs", "[plan]") {
  const std::string label = "full: training";
  const auto bounded = plan({});
  CHECK_THAT(cost_of_stage(bounded, label).note, Catch::Contains("epochs expected, at most 30"));
  CHECK(cost_of_stage(bounded, label).most.dense > cost_of_stage(bounded, label).work.dense);
  const auto fixed = plan({"networks.full.train.stop=null", "networks.full.train.max_epochs=7"});
  CHECK(cost_of_stage(fixed, label).note == "7 epochs");
  CHECK(cost_of_stage(fixed, label).most.dense == cost_of_stage(fixed, label).work.dense);
  const auto twice = plan({"networks.full.train.stop=null", "networks.full.train.max_epochs=14"});
  CHECK(cost_of_stage(twice, label).work.dense == Approx(2 * cost_of_stage(fixed, label).work.dense));
}

TEST_CASE("The peak is the largest sum of what stays and what a stage works with", "[plan]") {
  const auto stage = [](const char* label, double bytes, double working) {
    StageEstimate each{label, {}};
    each.cost.bytes = bytes;
    each.cost.working = working;
    return each;
  };
  const std::vector<StageEstimate> stages{stage("a", 100e6, 10e6), stage("b", 0, 50e6), stage("c", 20e6, 0)};
  const MemoryPeak peak = peak_of(stages, 1);
  CHECK(peak.stage == "b");
  CHECK(peak_of(stages, 3).bytes > peak.bytes);
  const std::vector<StageEstimate> nothing{stage("", 0, 0)};
  CHECK(peak.bytes == Approx(150e6 + peak_of(nothing, 1).bytes));

  std::vector<StageEstimate> shared = stages;
  shared.back().cost.waiting = 40e6;
  CHECK(peak_of(shared, 1).bytes == peak.bytes);
  CHECK(peak_of(shared, 1, 4).stage == "c");
  CHECK(peak_of(shared, 1, 4).bytes == Approx(peak.bytes + 10e6));
}

TEST_CASE("The memory that a plan names is within a factor of two of what the run takes", "[plan][run]") {
#ifdef INFORELAY_SANITIZED
  WARN("skipped: the address sanitizer's own memory is several times that of the run");
#else
  const auto [name, overrides] = GENERATE(table<std::string, std::vector<std::string> >(
      {{"few neurons", {"networks.composite=null"}},
       {"many images", {"networks.composite=null", "data.train_limit=30000", "networks.full.train.max_epochs=1"}},
       {"many sets", {"networks.composite=null", "networks.full.layers=[784, 18, 10]"}},
       {"detectors", {"networks.full=null", "networks.composite.detectors.max_epochs=5"}}}));
  const TemporaryFolder folder;
  std::vector<std::string> all = overrides;
  all.insert(all.end(), {"figures=null"});
  const RunCost cost = cost_of(prepare(load_experiment_config(quick, all)), 1);
  all.insert(all.begin(), quick);
  all.insert(all.end(), {"-o", "run", "-j", "1"});
  const ProgramResult run = run_program(all, folder.path());
  INFO(name << ": " << cost.bytes << " and " << run.peak_bytes << " bytes; " << run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(cost.bytes > run.peak_bytes / 2);
  CHECK(cost.bytes < run.peak_bytes * 2);
#endif
}

TEST_CASE("A plan beyond max_memory is refused before anything is computed", "[plan][run]") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& message) {
    const ProgramResult run = run_program(arguments, folder.path());
    INFO(run.err);
    CHECK(run.exit_code == 2);
    CHECK_THAT(run.err, Catch::Contains("error: ") && Catch::Contains(message) &&
                            Catch::Contains("more than the 30 MB of max_memory"));
    CHECK(!std::filesystem::exists(folder.path() / "one"));
    CHECK(run.out.empty());
  };
  refused({quick, "max_memory=30 MB", "-o", "one"}, "fewer detectors.positives, negatives and test_negatives");
  refused({quick, "max_memory=30 MB", "-o", "one", "networks.full.layers=[784, 22, 10]"},
          "'full: knockout of all sets (test images)' alone takes 274 MB");
  // Results that are there are told, but not made anew.
  const std::vector<std::string> small{quick,
                                       "data.train_limit=1000",
                                       "data.test_limit=300",
                                       "networks.composite=null",
                                       "networks.full.train.max_epochs=1",
                                       "figures=null",
                                       "-o",
                                       "done"};
  REQUIRE(run_program(small, folder.path()).exit_code == 0);
  for (const bool fresh : {false, true}) {
    std::vector<std::string> again = small;
    again.insert(again.end(), {"max_memory=1 MB"});
    if (fresh) again.emplace_back("--fresh");
    CHECK(run_program(again, folder.path()).exit_code == (fresh ? 2 : 0));
  }
  CHECK(!std::filesystem::exists(folder.path() / "done.1"));
  const ProgramResult planned = run_program({quick, "--dry-run", "max_memory=30 MB"}, folder.path());
  CHECK(planned.exit_code == 0);
  CHECK_THAT(planned.out, Catch::Contains("allowed are 30 MB: the run would be refused"));

  // Of a sweep, the run that does not fit is named; none is started.
  std::ofstream(folder.path() / "sweep.yaml") << "extends: " << quick << R"(
name: swept
networks: {composite: null}
figures: null
max_memory: 60 MB
sweep: {parameters: {networks.full.layers: {values: [[784, 4, 10], [784, 20, 10]]}}}
)";
  const ProgramResult swept = run_program({"sweep.yaml", "-o", "many"}, folder.path());
  INFO(swept.err);
  CHECK(swept.exit_code == 2);
  CHECK_THAT(swept.err,
             Catch::Contains("run 0002-layers-784-20-10-seed-1 (networks.full.layers=[784, 20, 10], seed 1): "
                             "needs about ") &&
                 Catch::Contains("more than the 60 MB of max_memory"));
  CHECK(!std::filesystem::exists(folder.path() / "many/runs"));
}

TEST_CASE("The memory allowed does not make another run of it", "[plan]") {
  const auto identity = [](const std::vector<std::string>& overrides) {
    return prepare(load_experiment_config(quick, overrides)).identity();
  };
  CHECK(identity({"max_memory=3 GiB"}) == identity({}));
  CHECK(identity({"seed=2"}) != identity({}));
}

TEST_CASE("Limits that the data set are found before any work, with key and bound", "[run][data]") {
  const TemporaryFolder folder;
  const auto [setting, message] = GENERATE(table<std::string, std::string>({
      {"data.test_limit=1", "error: data.test_limit: 1: class "},
      {"data.train_limit=5", "error: data.train_limit: 5: class "},
      {"networks.composite.detectors.positives=601",
       "networks.composite.detectors.positives: 601: at most 600: class "},
      {"networks.composite.detectors.negatives=5401",
       "networks.composite.detectors.negatives: 5401: at most 5400: there are no more training images of other "
       "classes"},
      {"analysis.knockout={method: sampled, samples: 201}", "analysis.knockout.samples: 201: at most 200: class "},
      {"networks.full.train={evaluation: sampled, evaluation_samples: 601, evaluation_test_samples: 200}",
       "networks.full.train.evaluation_samples: 601: at most 600: class "},
      {"networks.full.train={evaluation: sampled, evaluation_samples: 600, evaluation_test_samples: 201}",
       "networks.full.train.evaluation_test_samples: 201: at most 200: class "},
  }));
  const ProgramResult run = run_program({quick, setting, "-o", "run", "-q"}, folder.path());
  INFO(run.err);
  CHECK(run.exit_code == 2);
  CHECK_THAT(run.err, Catch::Contains(message));
  CHECK(std::filesystem::is_empty(folder.path() / "run/stages"));
}

}  // namespace inforelay
