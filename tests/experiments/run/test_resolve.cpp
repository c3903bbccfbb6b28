// The plan of --dry-run compared with real runs, and the refusal of runs that need too much memory.
#include <filesystem>
#include <fstream>

#include "experiments/run/load_config.hpp"
#include "experiments/run/resolve.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::ProgramResult;
using test::quick_config;
using test::run_program;
using test::TemporaryFolder;

ResolvedExperiment resolved(const std::vector<std::string>& overrides) {
  return ResolvedExperiment(load_experiment_config(quick_config, overrides).config);
}

MemoryNeed need_of(const ResolvedExperiment& run, const std::string& label) {
  for (const Stage& stage : run.stages()) {
    if (stage.label == label) return stage.measure->memory(stage.place, run.tables());
  }
  FAIL("no stage " << label);
  throw std::logic_error("unreachable");
}

}  // namespace

TEST_CASE("A plan gives the number of sets of each stage and the bytes of its tables", "[plan]") {
  const ResolvedExperiment run = resolved({"networks.full.layers=[784, 12, 10]"});
  const MemoryNeed relay = need_of(run, "full: relay information of all sets (test)");
  CHECK(relay.sets == 4096);
  constexpr double table = 4096 * 10 * 4, of_each_size = 16 * 10 + 8 * 7;
  CHECK(relay.kept == table + 10 * 13 * of_each_size);
  CHECK(need_of(run, "composite: knockout of all sets (test)").sets == 1024);
  CHECK(need_of(run, "full: greedy relay search (train)").sets == 0);
}

TEST_CASE("The peak of memory grows with threads and ranks", "[plan]") {
  const ResolvedExperiment run = resolved({"networks.full.layers=[784, 18, 10]"});
  CHECK(run.peak(3).bytes > run.peak(1).bytes);
  CHECK(run.peak(1, 4).bytes > run.peak(1).bytes);
  CHECK(!run.peak(1).stage.empty());
}

TEST_CASE("The peak memory of a run is within a factor of two of that in its plan", "[plan][run]") {
#ifdef INFORELAY_SANITIZED
  SKIP_CASE("the address sanitizer's own memory is several times that of the run");
#else
  const auto [name, overrides] = GENERATE(table<std::string, std::vector<std::string> >(
      {{"few neurons", {"networks.composite=null"}},
       {"many images", {"networks.composite=null", "data.train_limit=30000", "networks.full.train.max_epochs=1"}},
       {"many sets", {"networks.composite=null", "networks.full.layers=[784, 18, 10]"}},
       {"detectors", {"networks.full=null", "networks.composite.detectors.max_epochs=5"}}}));
  const TemporaryFolder folder;
  const double bytes = resolved(overrides).peak(1).bytes;
  const ProgramResult run = run_program(
      test::with({quick_config}, test::with(overrides, {"figures=null", "-o", "run", "-j", "1"})), folder.path());
  INFO(name << ": " << bytes << " and " << run.peak_bytes << " bytes; " << run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(bytes > run.peak_bytes / 2);
  CHECK(bytes < run.peak_bytes * 2);
#endif
}

TEST_CASE("A run that needs more than max_memory is refused before anything is computed", "[plan][run]") {
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
  refused({quick_config, "max_memory=30 MB", "-o", "one"}, "fewer detectors.positives, negatives and test_negatives");
  refused({quick_config, "max_memory=30 MB", "-o", "one", "networks.full.layers=[784, 22, 10]"},
          "'full: knockout of all sets (test)' alone takes 274 MB");
  // A complete run is reported, but not repeated.
  const std::vector<std::string> small{quick_config,
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
  const ProgramResult planned = run_program({quick_config, "--dry-run", "max_memory=30 MB"}, folder.path());
  CHECK(planned.exit_code == 0);
  CHECK_THAT(planned.out, Catch::Contains("limit 30 MB of max_memory: the run would be refused"));

  // In a sweep the run that does not fit is named and none is started.
  std::ofstream(folder.path() / "sweep.yaml") << "extends: " << quick_config << R"(
name: swept
networks: {composite: null}
figures: null
max_memory: 60 MB
sweep: {parameters: {networks.full.layers: {values: [[784, 4, 10], [784, 20, 10]]}}}
)";
  const ProgramResult swept = run_program({"sweep.yaml", "-o", "many"}, folder.path());
  INFO(swept.err);
  CHECK(swept.exit_code == 2);
  CHECK_THAT(swept.err, Catch::Contains("run 0002-layers-784-20-10-seed-1 (networks.full.layers=[784, 20, 10], seed 1) "
                                        "needs about ") &&
                            Catch::Contains("more than the 60 MB of max_memory"));
  CHECK(!std::filesystem::exists(folder.path() / "many/runs"));
}

TEST_CASE("The identity of a run depends on the seed but not on max_memory", "[plan]") {
  const auto identity = [](const std::vector<std::string>& overrides) { return resolved(overrides).identity(); };
  CHECK(identity({"max_memory=3 GiB"}) == identity({}));
  CHECK(identity({"seed=2"}) != identity({}));
}

TEST_CASE("A setting beyond what the data allow is refused before any work with its key and bound", "[run][data]") {
  const TemporaryFolder folder;
  const auto [setting, message] = GENERATE(table<std::string, std::string>({
      {"data.test_limit=1", "error: data.test_limit: 1: class "},
      {"data.train_limit=5", "error: data.train_limit: 5: class "},
      {"networks.composite.detectors.positives=601",
       "networks.composite.detectors.positives: 601: at most 600: class "},
      {"networks.composite.detectors.negatives=5401",
       "networks.composite.detectors.negatives: 5401: at most 5400: all training samples of classes other than "},
      {"analysis.knockout={method: sampled, samples: 201}", "analysis.knockout.samples: 201: at most 200: class "},
      {"networks.full.train={evaluation: sampled, evaluation_samples: 601, evaluation_test_samples: 200}",
       "networks.full.train.evaluation_samples: 601: at most 600: class "},
      {"networks.full.train={evaluation: sampled, evaluation_samples: 600, evaluation_test_samples: 201}",
       "networks.full.train.evaluation_test_samples: 201: at most 200: class "},
  }));
  const ProgramResult run = run_program({quick_config, setting, "-o", "run", "-q"}, folder.path());
  INFO(run.err);
  CHECK(run.exit_code == 2);
  CHECK_THAT(run.err, Catch::Contains(message));
  CHECK(std::filesystem::is_empty(folder.path() / "run/stages"));
}

}  // namespace inforelay
