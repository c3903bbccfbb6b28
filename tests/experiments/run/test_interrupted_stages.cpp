// Every measure can be interrupted at any point and ends with the same arrays when it is started again.
#include <atomic>
#include <limits>
#include <type_traits>
#include <variant>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "experiments/measures/branching_arrays.hpp"
#include "experiments/measures/layer_states.hpp"
#include "experiments/run/load_config.hpp"
#include "experiments/run/resolve.hpp"
#include "nn/data/digits.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"
#include "tests/set_scans.hpp"

namespace inforelay {
namespace {

// Requests a stop from the n-th check on.
struct StopAtCheck : Progress {
  explicit StopAtCheck(int n) : left(n) {}
  bool stop_requested() const override { return --left <= 0; }
  mutable std::atomic<int> left;
};

bool same(const ResultArrays& a, const ResultArrays& b) {
  const auto same_array = [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.shape == y.second.shape &&
           std::visit(
               [](const auto& values, const auto& others) {
                 if constexpr (!std::is_same_v<decltype(values), decltype(others)>)
                   return false;
                 else if constexpr (std::is_same_v<decltype(values), const std::vector<std::string>&>)
                   return values == others;
                 else
                   return test::same_bits(values, others);
               },
               x.second.values, y.second.values);
  };
  return std::equal(a.arrays().begin(), a.arrays().end(), b.arrays().begin(), b.arrays().end(), same_array);
}

// Stages with more checks are interrupted at every second, third... of them. Sanitizers take ten times as long.
#ifdef INFORELAY_SANITIZED
constexpr int most_interruptions = 30;
#else
constexpr int most_interruptions = 400;
#endif

// A run whose stages are computed one at a time, each with its own folder of files.
class SmallRun {
 public:
  explicit SmallRun(const std::vector<std::string>& overrides)
      : run_(load_experiment_config(INFORELAY_CONFIGS "/quick.yaml",
                                    test::with({"data.train_limit=400", "data.test_limit=200"}, overrides))
                 .config),
        data_(run_.config(), run_.data()) {
    data_.get(Progress::none());
    for (const auto& [name, network] : run_.config().networks)
      systems_.emplace_back(run_.config(), name, run_.files(), data_);
  }

  const std::vector<Stage>& stages() const { return run_.stages(); }
  System& system(const Stage& stage) { return systems_[stage.system]; }
  ResultView layer(const Stage& stage) {
    return results_.view(system(stage).group() + "/layers/" + std::to_string(stage.place.layer));
  }
  StageStore store(const test::TemporaryFolder& folder) const {
    return {folder.path(), "stage", {"run", "input"}, {.seconds = 0}, {.warn = [](const std::string& text) {
              FAIL(text);
            }}};
  }

  ResultArrays compute(const Stage& stage, const test::TemporaryFolder& folder, AllSetsTable tables,
                       Progress& progress) {
    ResultArrays arrays(stage.measure->arrays);
    StageStore files = store(folder);
    MeasureRun run{
        stage.place, system(stage), stage.place.layer > 0 ? layer(stage) : results_.view(system(stage).group()),
        tables,      files,         progress};
    stage.measure->compute(run, arrays);
    return arrays;
  }

  // Keeps the results of a stage for later stages.
  void keep(const Stage& stage, ResultArrays arrays) {
    results_.merge(measure_group(*stage.measure, system(stage).group(), stage.place), std::move(arrays));
  }

  // Starts the stage repeatedly, each start interrupted later than the one before, until one completes; its arrays must
  // equal those of an uninterrupted start. Returns the number of checks of the last one that was interrupted.
  int check_interruptions(const Stage& stage, AllSetsTable tables) {
    const test::TemporaryFolder whole, parts;
    StopAtCheck never(std::numeric_limits<int>::max());
    const ResultArrays expected = compute(stage, whole, tables, never);
    const int checks = std::numeric_limits<int>::max() - never.left;
    const int step = 1 + checks / most_interruptions;
    for (int before = 0;; before += step) {
      REQUIRE(before <= checks + step);
      StopAtCheck stop(1 + before);
      ResultArrays resumed;
      try {
        resumed = compute(stage, parts, tables, stop);
      } catch (const Interrupted&) {
        continue;
      }
      CHECK(same(resumed, expected));
      CHECK(stop.left > 0);  // no start completes after a stop was requested
      return before;
    }
  }

 private:
  ResolvedExperiment run_;
  RunData data_;
  std::vector<System> systems_;
  ResultArrays results_;
};

}  // namespace

TEST_CASE("Every stage can be interrupted at any check and ends with the same arrays", "[interrupt]") {
  const auto [name, threads, least_checks,
              overrides] = GENERATE(table<std::string, int, int, std::vector<std::string>>({
      {"all sets, two layers",
       3,
       60,
       {"networks.composite=null", "networks.full.layers=[784, 6, 5, 10]", "networks.full.train.max_epochs=4",
        "networks.full.train.stop=null", "analysis.layers=all", "analysis.relay.branching=true",
        "analysis.knockout={method: sampled, samples: 20}", "analysis.importance=true"}},
      {"knockouts by argmax, of replaced units",
       2,
       30,
       {"networks.composite=null", "networks.full.layers=[784, 7, 5, 10]", "networks.full.train.max_epochs=2",
        "networks.full.train.stop=null", "analysis.layers=all", "analysis.relay.exhaustive=[]",
        "analysis.regression=null", "analysis.knockout={function: argmax, replace: resample}"}},
      {"detectors, single knockouts",
       1,
       30,
       {"networks.full=null", "networks.composite.detectors.positives=30", "networks.composite.detectors.negatives=30",
        "networks.composite.detectors.test_negatives=30", "networks.composite.detectors.max_epochs=30",
        "networks.composite.detectors.hidden=1", "networks.composite.detectors.on_failure=keep_best",
        "analysis.relay.exhaustive=[]", "analysis.knockout.sets=single", "analysis.regression=null",
        "analysis.importance=true", "analysis.importance_sampling.permutations=40"}},
  }));
  INFO(name);
  set_thread_count(threads);
  SmallRun run(overrides);
  int checks = 0;
  for (const Stage& stage : run.stages()) {
    INFO(stage.label);
    checks += run.check_interruptions(stage, AllSetsTable::keep);
    if (stage.measure->name == "relay") run.check_interruptions(stage, AllSetsTable::discard);
    const test::TemporaryFolder folder;
    run.keep(stage, run.compute(stage, folder, AllSetsTable::keep, Progress::none()));
  }
  CHECK(checks > least_checks);
}

TEST_CASE("An interrupted search along tied paths gives the result of an uninterrupted one", "[interrupt]") {
  SmallRun run({"networks.composite=null", "networks.full.train.max_epochs=2", "networks.full.train.stop=null",
                "analysis.relay={subsets: [test], branching: true}", "analysis.knockout=null",
                "analysis.regression=null"});
  for (const Stage& stage : run.stages()) {
    const test::TemporaryFolder folder;
    if (stage.measure->name != "relay") {
      run.keep(stage, run.compute(stage, folder, AllSetsTable::keep, Progress::none()));
      continue;
    }
    StopAtCheck soon(5);
    REQUIRE_THROWS_AS(run.compute(stage, folder, AllSetsTable::keep, soon), Interrupted);
    const ResultArrays resumed = run.compute(stage, folder, AllSetsTable::keep, Progress::none());
    const ResultView layer = run.layer(stage), network = layer.root().at(run.system(stage).group());
    const LayerStates states = layer_states(layer.at("states/test"), ContrastKind::one_vs_rest, network);
    const StateTable table = std::get<StateTable>(states.table());
    const auto& found = resumed.view().matrix<double>("branching/information");
    for (int c = 0; c < 10; ++c) {
      const BranchingRelay expected = branching_relay(table, c);
      CHECK(std::equal(expected.information.begin(), expected.information.end(), found.row(c).begin()));
    }
    break;  // later stages need its arrays
  }
}

TEST_CASE("The generation of data can be interrupted", "[interrupt]") {
  StopAtCheck soon(2);
  CHECK_THROWS_AS(generate_digits({.train = 5000, .test = 1000, .seed = 1}, soon), Interrupted);
}

}  // namespace inforelay
