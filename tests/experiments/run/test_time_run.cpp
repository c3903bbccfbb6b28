// Recordings that are analysed at each time, end to end.
#include <fmt/format.h>

#include <type_traits>
#include <variant>

#include "core/files/hdf5_file.hpp"
#include "core/random.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;

namespace {

constexpr std::size_t recorded_trials = 60, recorded_times = 3, recorded_units = 4;

/// states [trial,time,unit] that relay more from time to time, in [trial], out [trial,time], part [trial], mixed
/// [trial, time].
void write_recording(const std::filesystem::path& path) {
  RandomStream random(5, "recording");
  std::vector<double> states;
  std::vector<std::int64_t> in, out, part, mixed;
  for (std::size_t i = 0; i < recorded_trials; ++i) {
    in.push_back(static_cast<std::int64_t>(random.below(2)));
    part.push_back(i % 3 == 0 ? 1 : 0);
    for (std::size_t t = 0; t < recorded_times; ++t) {
      for (std::size_t k = 0; k < recorded_units; ++k) {
        const bool relays = k <= t && random.below(4) > 0;
        states.push_back(10.0 * static_cast<double>(t) +
                         (relays ? static_cast<double>(in.back()) : random.uniform(0, 1)));
      }
      out.push_back(random.below(5) > 0 ? in.back() : 1 - in.back());
      mixed.push_back(static_cast<std::int64_t>(t));
    }
  }
  Hdf5Writer file(path);
  const DatasetInfo by_trial{.dims = {"trial"}}, by_step{.dims = {"trial", "time"}};
  file.array<double>("states", states, {recorded_trials, recorded_times, recorded_units},
                     {.dims = {"trial", "time", "unit"}});
  file.dataset("in", in, by_trial);
  file.array<std::int64_t>("out", out, {recorded_trials, recorded_times}, by_step);
  file.dataset("part", part, by_trial);
  file.array<std::int64_t>("mixed", mixed, {recorded_trials, recorded_times}, by_step);
  file.commit();
}

class TimeRun {
 public:
  TimeRun() { write_recording(folder / "rec.h5"); }

  ProgramResult run(const std::string& time, const std::string& recording, const std::string& analysis) {
    const std::string config = fmt::format(
        "name: t\nrecordings:\n  r: {{file: rec.h5, states: states, input: in, output: out, time: {}{}}}\nanalysis: "
        "{{{}}}\n",
        time, recording, analysis);
    return run_config(folder, config);
  }

  /// Keeps the results of a run as NAME.h5.
  Hdf5Reader results(const std::string& name, const std::string& time, const std::string& analysis) {
    const ProgramResult done = run(time, ", axes: [trial, time, unit], subset: part", analysis);
    INFO(done.err);
    REQUIRE(done.exit_code == 0);
    std::filesystem::copy_file(folder / "out/results.h5", folder / (name + ".h5"));
    return Hdf5Reader(folder / (name + ".h5"));
  }

  TemporaryFolder folder;
};

/// The values of an array of any type.
std::vector<double> numbers_in(const Hdf5Reader& file, const std::string& path) {
  const Hdf5Array array = file.read_any(path);
  return std::visit(
      [](const auto& values) -> std::vector<double> {
        if constexpr (std::is_same_v<std::decay_t<decltype(values)>, std::vector<std::string>>)
          return {};
        else
          return {values.begin(), values.end()};
      },
      array.values);
}

constexpr const char* states_layer = "recordings/r/layers/states";

}  // namespace

TEST_CASE("Each time has the numbers of the recording of this time alone", "[recordings][time]") {
  TimeRun scene;
  const char* analysis =
      "discretize: {method: mean, times: each}, relay: {subsets: [0, 1], exhaustive: [0, 1]}, measures: "
      "[co_information]";
  const Hdf5Reader each = scene.results("each", "each", analysis);
  for (std::size_t t = 0; t < recorded_times; ++t) {
    const Hdf5Reader one = scene.results(fmt::format("one{}", t), fmt::format("[{}]", t), analysis);
    std::size_t compared = 0;
    one.visit(states_layer, [&](const std::string& path, Hdf5Kind kind) {
      const bool is_new = path.find("/geometry/") != path.npos || path.ends_with("/time");
      if (kind != Hdf5Kind::array || is_new) return;
      CAPTURE(path, t);
      std::vector<std::string> names = one.dimension_names(path);
      names.insert(names.begin(), "time");
      CHECK(each.dimension_names(path) == names);
      const std::vector<double> all = numbers_in(each, path), expected = numbers_in(one, path);
      REQUIRE(all.size() == recorded_times * expected.size());
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(t * expected.size());
      CHECK(identical({begin, begin + static_cast<std::ptrdiff_t>(expected.size())}, expected));
      ++compared;
    });
    CHECK(compared > 40);
  }
  CHECK(numbers_in(each, "recordings/r/time") == std::vector<double>{0, 1, 2});
}

TEST_CASE("Cuts of all times are the same at each", "[recordings][time]") {
  TimeRun scene;
  const char* analysis = "discretize: mean, relay: {subsets: [0, 1], exhaustive: []}";
  const std::string path = std::string(states_layer) + "/states/1/threshold";
  const std::vector<double> pooled = scene.results("pooled", "pooled", analysis).array<double>(path),
                            each = scene.results("each", "each", analysis).array<double>(path);
  REQUIRE(each.size() == recorded_times * pooled.size());
  for (std::size_t i = 0; i < each.size(); ++i) CHECK(each[i] == pooled[i % pooled.size()]);
  const char* of_other = "discretize: {method: mean, fit: 1}, relay: {subsets: [0, 1], exhaustive: []}";
  CHECK(scene.results("other", "each", of_other).array<double>(std::string(states_layer) + "/states/0/threshold") ==
        each);
}

TEST_CASE("What cannot be analysed at each time is named", "[recordings][time]") {
  TimeRun scene;
  const std::string axes = ", axes: [trial, time, unit]";
  const auto refused = [&](const std::string& recording, const std::string& analysis) {
    const ProgramResult done = scene.run("each", recording, analysis);
    return fmt::format("{} {}", done.exit_code, done.err);
  };
  CHECK_THAT(refused(", axes: [sample, unit]", ""),
             Contains("2 ") && Contains("recordings.r.time: each needs axes time and trial"));
  CHECK_THAT(refused(axes, "relay: {branching: true}"),
             Contains("2 ") && Contains("analysis.relay.branching: not with recordings.r.time: each"));
  CHECK_THAT(refused(axes + ", subset: mixed", ""),
             Contains("3 ") && Contains("recordings.r.subset: trial 0, time 1 is '1', that before it '0'"));
  CHECK_THAT(refused(axes, "}\ncompare: {s: {statement: r.relay.all.total > 0}"),
             Contains("2 ") && Contains("with time: each it has a value for each time"));
}

TEST_CASE("The summary of a recording with time has a row for each time", "[recordings][time]") {
  TimeRun scene;
  const ProgramResult done = scene.run("each", ", axes: [trial, time, unit]", "discretize: mean");
  INFO(done.err);
  REQUIRE(done.exit_code == 0);
  CHECK_THAT(done.out, Contains("all: 60 samples at each of 3 times") && Contains("I_R(all)"));
  CHECK_THAT(done.err, Contains("r: relay information of all sets at each of 3 times (all)"));
}
