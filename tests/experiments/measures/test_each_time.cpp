// A measure of a system that is analysed at each time: stacked, and resumed after an interruption.
#include "experiments/measures/each_time.hpp"

#include <filesystem>

#include "core/error.hpp"
#include "tests/catch2.hpp"
#include "tests/stage_scene.hpp"

using namespace inforelay;

namespace {

int computed = 0;  // calls of the measure

const std::vector<ArrayInfo> infos{{"value", "1", {"unit"}, "ten times the time, and one more for each unit"}};

/// Needs the layer at the time that is computed, stops where it is asked to, and leaves a state behind when it does.
Measure counting_measure() {
  Measure measure;
  measure.name = "counting";
  measure.arrays = infos;
  measure.missing = [](const MeasurePlace&) { return std::string(); };
  measure.label = [](const MeasurePlace&) { return std::string("counting"); };
  measure.memory = [](const MeasurePlace&, AllSetsTable) { return MemoryNeed{.kept = 100, .working = 10, .sets = 4}; };
  measure.compute = [](MeasureRun& run, ResultArrays& out) {
    const auto time = static_cast<double>(run.place.time.value());
    CHECK(run.layer.number<double>("states/all/entropy_bits") == time);
    CHECK(run.layer.root().texts("recordings/r/class") == std::vector<std::string>{"a", "b"});
    run.store.save_state(test::number(1));
    run.progress.check();
    ++computed;
    out.put("value", std::vector<double>{10 * time, 10 * time + 1});
  };
  return measure;
}

struct StopAfter : Progress {
  explicit StopAfter(int checks) : left(checks) {}
  bool stop_requested() const override { return left-- <= 0; }
  mutable int left;
};

constexpr std::size_t times = 5;

struct TimedScene : test::Scene {
  TimedScene() {
    recording.name = "r";
    results.put_scale("recordings/r/class", std::vector<std::string>{"a", "b"}, "classes");
    ResultArray entropies{"bit", "", {"time"}, {times}, RowMatrix<double>(1, times), false};
    for (std::size_t t = 0; t < times; ++t)
      std::get<RowMatrix<double>>(entropies.values)(0, static_cast<Eigen::Index>(t)) = static_cast<double>(t);
    results.put_array("recordings/r/layers/states/states/all/entropy_bits", entropies);
    place.sizes.times = times;
    place.sizes.samples["all"] = 7;
    place.subset = "all";
  }

  ResultArrays compute(Progress& progress) {
    StageStore store = files();
    System system(recording);
    MeasureRun run{place, system, results.view("recordings/r/layers/states"), AllSetsTable::keep, store, progress};
    ResultArrays out(measure.arrays);
    compute_measure(measure, run, out);
    store.save([&](Hdf5Writer& file) { file.attribute("", "number", std::int64_t{1}); });
    return out;
  }

  Measure measure = counting_measure();
  LoadedRecording recording;
  ExperimentConfig config;
  NetworkConfig network;
  MeasurePlace place{.config = config, .network = network};
  ResultArrays results;
};

}  // namespace

TEST_CASE("A measure is computed at each time and stacked", "[time]") {
  TimedScene scene;
  const ResultArrays out = scene.compute(Progress::none());
  const RowMatrix<double>& value = out.view().matrix<double>("value");
  REQUIRE(value.rows() == times);
  for (int t = 0; t < 5; ++t) CHECK((value(t, 0) == 10 * t && value(t, 1) == 10 * t + 1));
  CHECK(scene.names() == std::vector<std::string>{"stage.h5"});
  const MemoryNeed need = memory_of(scene.measure, scene.place, AllSetsTable::keep);
  CHECK(need.kept == 500);
  CHECK(need.sets == 20);
  CHECK(need.working >= 110);  // of the measure, and the arrays of one time beside those of all
}

TEST_CASE("Times that were finished before an interruption are not computed again", "[time][interrupt]") {
  TimedScene whole;
  const ResultArrays expected = whole.compute(Progress::none());
  TimedScene scene;
  computed = 0;
  int starts = 0;
  for (bool done = false; !done; ++starts) {
    REQUIRE(starts < 10);
    StopAfter stop(3);  // of two checks for each time
    try {
      const ResultArrays out = scene.compute(stop);
      CHECK(out.view().matrix<double>("value") == expected.view().matrix<double>("value"));
      done = true;
    } catch (const Interrupted&) {
      CHECK(scene.names().size() >= 2);  // finished times, and what the unfinished one has saved
    }
  }
  CHECK(starts == 5);
  CHECK(computed == 5);
  CHECK(scene.names() == std::vector<std::string>{"stage.h5"});
  CHECK(scene.warnings.empty());
}
