// The time left of a whole run, from what its stages took in earlier runs beside it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "experiments/run/load_config.hpp"
#include "experiments/run/stage_times.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

ResolvedExperiment stages_with(const std::vector<std::string>& overrides) {
  return ResolvedExperiment(load_experiment_config(test::quick_config, overrides).config);
}

// A run in `folder` whose stages `stages` all took `seconds`.
void write_earlier(const fs::path& folder, const std::vector<ExpectedStage>& stages, double seconds) {
  fs::create_directories(folder);
  RunStatus status;
  for (const ExpectedStage& stage : stages)
    status.ended.push_back({.index = 1, .label = stage.label, .seconds = seconds, .kept = false, .work = stage.work});
  std::ofstream(status_file(folder)) << to_json(status);
}

std::size_t known(const std::vector<ExpectedStage>& stages) {
  return static_cast<std::size_t>(
      std::count_if(stages.begin(), stages.end(), [](const ExpectedStage& each) { return each.seconds > 0; }));
}

}  // namespace

TEST_CASE("Times of stages come from the newest run beside this one, and from none that was larger", "[status]") {
  const TemporaryFolder folder;
  const fs::path here = folder.path() / "here";
  const ResolvedExperiment run = stages_with({"networks.composite=null"});
  const std::vector<ExpectedStage> first = expected_stages(run, here);
  REQUIRE(first.size() == run.stages().size() + 1);
  CHECK(first.back().label == "figures");
  CHECK(first.front().may_end_early);
  CHECK_FALSE(first.back().may_end_early);
  CHECK(known(first) == 0);

  write_earlier(folder.path() / "older", first, 7);
  write_earlier(folder.path() / "newer", first, 3);
  fs::last_write_time(status_file(folder.path() / "older"), fs::file_time_type::clock::now() - std::chrono::hours(1));
  const std::vector<ExpectedStage> second = expected_stages(run, here);
  CHECK(known(second) == second.size());
  CHECK(second.front().seconds == 3);

  // As much memory, but more epochs.
  const ResolvedExperiment longer = stages_with({"networks.composite=null", "networks.full.train.max_epochs=150"});
  const std::vector<ExpectedStage> third = expected_stages(longer, here);
  CHECK(third.front().seconds == 0);
  CHECK(known(third) == third.size() - 1);

  const ResolvedExperiment wider = stages_with({"networks.composite=null", "networks.full.layers=[784, 12, 10]"});
  for (const ExpectedStage& stage : expected_stages(wider, here)) {
    if (stage.label == "full: relay information of all sets (test)") CHECK(stage.seconds == 0);
  }
}

TEST_CASE("Damaged, hostile and foreign files beside a run do not harm its times", "[status]") {
  const TemporaryFolder folder;
  const ResolvedExperiment run = stages_with({"networks.composite=null"});
  int number = 0;
  for (const std::string& text :
       {std::string(), std::string("{"), std::string(3u << 20, '['),
        std::string(R"({"format": "inforelay-status", "stages_ended": [{"label": 3}, 4]})")}) {
    fs::create_directories(folder.path() / fmt::format("run{}", number));
    std::ofstream(status_file(folder.path() / fmt::format("run{}", number++))) << text;
  }
  fs::create_directories(folder.path() / "other" / "status.json");
  fs::create_symlink("nowhere", folder.path() / "link");
  CHECK(known(expected_stages(run, folder.path() / "here")) == 0);
  CHECK(known(expected_stages(run, folder.path() / "missing" / "here")) == 0);
}

TEST_CASE("The time left of a run is that of its stage and of all later ones, if these are known", "[status]") {
  StageStatus stage{.index = 1, .count = 3, .label = "count", .note = "", .done = 1, .total = 4, .rate = 0.5};
  CHECK(progress_numbers(stage) == "25 %, 30.0/min, 6.0 s left");
  stage.later_seconds = 10;
  CHECK(run_seconds_left(stage) == 16.0);
  CHECK(progress_numbers(stage) == "25 %, 30.0/min, 6.0 s left (run: 16.0 s)");
  stage.usual_seconds = 5;
  stage.seconds = 2;
  CHECK(seconds_left(stage) == 6.0);  // a rate knows more than an earlier run
  stage.may_end_early = true;
  CHECK(progress_numbers(stage) == "2.0 s, 30.0/min, 3.0 s left (run: 13.0 s)");
  stage.seconds = 8;
  CHECK(progress_numbers(stage) == "8.0 s, 30.0/min, at most 6.0 s left (run: 16.0 s)");
  stage.total = 0;
  CHECK(progress_numbers(stage) == "8.0 s");
}

}  // namespace inforelay
