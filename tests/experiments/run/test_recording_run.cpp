// Recordings end to end: formats, symbols, subsets; what is refused.
#include <fmt/format.h>

#include <cstdlib>

#include "core/files/files.hpp"
#include "core/files/hdf5_file.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"
#include "tests/python.hpp"

using namespace inforelay;
using namespace inforelay::test;
using Catch::Contains;

namespace {

constexpr const char* go_and_stop = "n1,n2,in,out,part\n0,0,go,stop,x\n1,0,go,go,x\n0,1,stop,stop,y\n1,1,stop,go,y\n";

/// A configuration of one recording r with these further lines, beside a file rec.csv.
std::string config_with(const std::string& recording, const std::string& rest = "") {
  return fmt::format("name: t\nrecordings:\n  r: {{file: rec.csv, input: in, output: out, {}}}\n{}", recording, rest);
}

}  // namespace

TEST_CASE("Recordings in every format give the relay information that brute force gives", "[recordings][long]") {
  if (!python_has("numpy, h5py")) {
    SKIP_CASE("python3-numpy or python3-h5py is not installed");
    SUCCEED();
    return;
  }
  const TemporaryFolder folder;
  const std::string log = (folder / "log").string();
  const int status = std::system(fmt::format("{} '{}' '{}' '{}' > '{}' 2>&1", python, INFORELAY_CHECK_RECORDINGS,
                                             INFORELAY_PROGRAM, folder.path().string(), log)
                                     .c_str());
  INFO(content(log));
  CHECK(status == 0);
}

TEST_CASE("Words become symbols, and a recording without subsets has one, all", "[recordings]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "rec.csv", std::string_view(go_and_stop));
  const ProgramResult run = run_config(folder, config_with("states: n1..n2"));
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const Hdf5Reader results(folder / "out/results.h5");
  CHECK(results.texts("recordings/r/class") == std::vector<std::string>{"go", "stop"});
  CHECK(results.children("recordings/r/layers/states/relay") == std::vector<std::string>{"all"});
  CHECK(results.vector<std::uint16_t>("recordings/r/layers/states/states/all/input") ==
        std::vector<std::uint16_t>{0, 0, 1, 1});
  CHECK(results.attribute<std::string>("recordings/r", "sha256").size() == 64);
  for (const char* array : {"value", "input", "output"}) {
    INFO(array);
    CHECK_THAT(
        results.attribute<std::string>(std::string("recordings/r/layers/states/states/all/") + array, "long_name"),
        Contains("of the recording"));
  }
  CHECK_THAT(run.out, Contains("rec.csv"));
}

TEST_CASE("The same recording at another place is the same run, another content is not", "[recordings]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "rec.csv", std::string_view(go_and_stop));
  REQUIRE(run_config(folder, config_with("states: n1..n2")).exit_code == 0);
  std::filesystem::create_directory(folder / "b");
  std::filesystem::copy(folder / "rec.csv", folder / "b/rec.csv");
  const Arguments same{"t.yaml", "-o", "out", "recordings.r.file=b/rec.csv"};
  CHECK_THAT(run_program(same, folder.path()).err, Contains("nothing to do"));
  write_file_atomically(folder / "b/rec.csv", std::string_view(std::string(go_and_stop) + "1,1,stop,stop,y\n"));
  CHECK(run_program(same, folder.path()).exit_code == 2);
}

TEST_CASE("What does not fit in a recording is named with its place", "[recordings]") {
  const TemporaryFolder folder;
  struct Case {
    std::string data, recording, rest;
    int exit_code;
    std::string message;
  };
  const std::string two = "states: n1..n2";
  const std::vector<Case> cases{
      {go_and_stop, "states: n1..n3", "", 3, "has no array 'n3', expected one of 'n1', 'n2', 'in', 'out', 'part'"},
      {go_and_stop, "states: [n1, part]", "", 3, "holds text, expected numbers: sample 0, unit 1 is 'x'"},
      {"n1,n2,in,out\n0,nan,a,a\n", two, "", 3, "sample 0, unit 1 is nan, expected a finite number"},
      {"n1,n2,in,out\n0,1,a,a\n0.5,-inf,a,a\n", two, "", 3, "sample 1, unit 1 is -inf, expected a finite number"},
      {"n1,n2,in,out\n0,16777217,a,a\n", two, "", 3, "sample 0, unit 1 is 16777217, expected integers up to 16777216"},
      {"n1,n2,in,out\n0.5,16777217,a,a\n", two, "", 3,
       "sample 0, unit 1 is 16777217, a whole number that 32-bit floats"},
      {"n1,n2,in,out\n0,1e300,a,a\n", two, "", 3, "beyond the range of 32-bit floats"},
      {"n1,n2,in,out\n0,1,0.5,1\n", two, "", 3, "sample 0 is 0.5, expected an integer or a word"},
      {"n1,n2,in,out\n0,1,a,\n", two, "", 3, "sample 0 is an empty word"},
      {go_and_stop, two + ", subset: part", "analysis: {relay: {subsets: [z]}}", 2,
       "has the subset 'z', expected x, y"},
      {go_and_stop, two, "analysis: {discretize: {fit: test}}", 2,
       "analysis.discretize.fit: recordings.r has no subset 'test'"},
      {go_and_stop, two + ", axes: [trial, time, unit]", "", 3, "has shape [4,2], expected 3 dimensions"},
      {go_and_stop, two + ", axes: [sample, trial]", "", 2, "expected unit, and sample or else trial"},
      {go_and_stop, two + ", axes: [time, unit], time: [4]", "", 3, "recordings.r.time: 4, but"},
      {go_and_stop, two + ", time: [1]", "", 2, "needs an axis time"},
      {go_and_stop, two + ", axes: [time, unit], time: each", "", 2, "each needs axes time and trial"},
      {go_and_stop, two, "analysis: {knockout: {}}", 2, "analysis.knockout: needs a network"},
      {go_and_stop, "subset: part", "", 2, "recordings.r.states: is missing"},
      {go_and_stop, two, "analysis: {relay: {classes: [2]}}", 2, "2 is out of range: recordings.r has 2 symbols"},
      {go_and_stop, two,
       "analysis: {relay: {classes: [0], exhaustive: []}}\ncompare: {s: {statement: r.relay.all.total > 0}}", 2,
       "1 of the 2 symbols of recordings.r; exhaustive, branching, importance, compare and sweep need all"},
      {go_and_stop, two + ", subset: part", "compare: {s: {statement: r.relay.z.total > 0}}", 2,
       "compare.s.statement: r.relay.z.total will not be computed: there is no subset 'z', expected x, y"},
      {go_and_stop, two, "compare: {s: {statement: r.layers.v1.relay.all.total > 0}}", 2,
       "r.layers.v1.relay.all.total will not be computed: there is no layer 'v1'"},
      {go_and_stop, two, "compare: {s: {statement: r.relay.all.total > 0, at_least: 3}}", 2,
       "compare.s.at_least: 3 is out of range: must be in [0, 2]"}};
  for (const Case& each : cases) {
    write_file_atomically(folder / "rec.csv", std::string_view(each.data));
    const ProgramResult run = run_config(folder, config_with(each.recording, each.rest));
    INFO(each.recording << " " << each.rest << "\n" << run.err);
    CHECK(run.exit_code == each.exit_code);
    CHECK_THAT(run.err, Contains(each.message));
  }
}

TEST_CASE("Cuts are made of any subset of a recording, with the default settings of a data set", "[recordings]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "rec.csv", std::string_view("n1,in,out,part\n1,a,a,x\n3,b,b,x\n7,a,b,y\n9,b,a,y\n"));
  const auto cut_in = [&](const std::string& subset, const std::string& recording, const std::string& fit) {
    const ProgramResult run = run_config(
        folder,
        config_with("states: n1" + recording, fmt::format("analysis: {{discretize: {{method: mean, fit: {}}}}}", fit)));
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
    return Hdf5Reader(folder / "out/results.h5")
        .array<double>(fmt::format("recordings/r/layers/states/states/{}/threshold", subset));
  };
  CHECK(cut_in("y", ", subset: part", "x") == std::vector<double>{2});
  CHECK(cut_in("y", ", subset: part", "y") == std::vector<double>{8});
  CHECK(cut_in("all", "", "all") == std::vector<double>{5});
  const ProgramResult both =
      run_config(folder, config_with("states: n1",
                                     "data: {dataset: digits}\nnetworks: {n: {layers: [784, 2, 10], train: {}}}\n"
                                     "analysis: {relay: {subsets: [test, all]}, discretize: {fit: all}}"));
  CHECK(both.exit_code == 2);
  CHECK_THAT(both.err, Contains("analysis.discretize.fit: 'all' is not among the subsets of a data set: train, test"));
}

TEST_CASE("Statements are about any subset of a recording, with the default settings of a data set", "[recordings]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "rec.csv", std::string_view(go_and_stop));
  const ProgramResult run = run_config(
      folder, config_with("states: n1..n2, subset: part", "compare: {s: {statement: r.relay.x.above_greedy >= 0}}"));
  INFO(run.err);
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.out, Contains("r.relay.x.above_greedy >= 0") && Contains("2 of 2"));
}

TEST_CASE("Axes of three dimensions are not guessed, and objects are refused", "[recordings]") {
  if (!python_has("numpy")) {
    SKIP_CASE("python3-numpy is not installed");
    SUCCEED();
    return;
  }
  const TemporaryFolder folder;
  const std::string script =
      "import numpy as np; np.savez('rec.npz', s=np.zeros((4, 3, 2)), i=np.arange(4), o=np.array([{}, 1, 2, 3], "
      "object))";
  REQUIRE(std::system(fmt::format("cd '{}' && {} -c \"{}\"", folder.path().string(), python, script).c_str()) == 0);
  const auto run = [&](const std::string& output, const std::string& more) {
    return run_config(folder,
                      "name: t\nrecordings: {r: {file: rec.npz, states: s, input: i, output: " + output + more + "}}");
  };
  const ProgramResult guessed = run("i", "");
  CHECK(guessed.exit_code == 3);
  CHECK_THAT(guessed.err, Contains("has shape [4,3,2]") && Contains("recordings.r.axes") && Contains("is not guessed"));
  const ProgramResult objects = run("o", ", axes: [trial, time, unit]");
  CHECK(objects.exit_code == 3);
  CHECK_THAT(objects.err, Contains("pickled Python objects"));
  CHECK(run("i", ", axes: [trial, time, unit]").exit_code == 0);
}

TEST_CASE("Input and output without a symbol in common are warned of", "[recordings]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "rec.csv", std::string_view("n1,in,out\n0,a,x\n1,b,y\n"));
  const ProgramResult run = run_config(folder, config_with("states: n1"));
  CHECK(run.exit_code == 0);
  CHECK_THAT(run.err, Contains("input and output have no symbol in common"));
  const ProgramResult whole = run_config(folder, config_with("states: n1", "analysis: {contrast: whole}"));
  CHECK(whole.exit_code == 0);
  CHECK_THAT(whole.err, !Contains("no symbol in common"));
}

TEST_CASE("A value on a given cut belongs to the level beneath, whether floats hold it or not", "[recordings]") {
  const TemporaryFolder folder;
  write_file_atomically(folder / "rec.csv",
                        std::string_view("n1,in,out\n0.1,a,a\n0.3,b,b\n0.4,a,b\n0.7,b,a\n0.8,a,a\n"));
  const auto states = [&](const std::string& discretize) {
    const ProgramResult run =
        run_config(folder, config_with("states: n1", fmt::format("analysis: {{discretize: {}}}", discretize)));
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
    return Hdf5Reader(folder / "out/results.h5").array<double>("recordings/r/layers/states/states/all/state");
  };
  CHECK(states("{method: threshold, threshold: 0.3}") == std::vector<double>{0, 0, 1, 1, 1});
  CHECK(states("{method: edges, edges: [0.3, 0.7]}") == std::vector<double>{0, 0, 1, 1, 2});
}

TEST_CASE("Clusters are those of at most 10,000 samples, and geometry can be left out", "[recordings]") {
  const TemporaryFolder folder;
  std::string many = "n1,n2,in,out\n";
  for (int i = 0; i < 10'001; ++i) many += fmt::format("{},{},{},{}\n", i % 2, i / 2 % 2, i % 2, i / 3 % 2);
  write_file_atomically(folder / "rec.csv", std::string_view(many));
  const std::string geometry = "recordings/r/layers/states/geometry";
  const auto results = [&](const std::string& analysis) {
    const ProgramResult run = run_config(folder, config_with("states: n1..n2", "analysis: {" + analysis + "}"));
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
    return Hdf5Reader(folder / "out/results.h5");
  };
  {
    const Hdf5Reader file = results("relay: {greedy: false}");
    CHECK(file.attribute<std::int64_t>(geometry + "/cohesion", "samples_drawn") == 10'000);
    const std::vector<double> cohesion = file.array<double>(geometry + "/cohesion");  // of 2, 3, 4, ... clusters
    REQUIRE(cohesion.size() == 19);
    CHECK((cohesion[0] > 0.24 && cohesion[0] < 0.34));  // 0.25, or 1/3 in a local optimum
    CHECK(cohesion[2] == 0);                            // four states
    CHECK(file.array<double>(geometry + "/component_scores").size() == 2 * 10'001);
  }
  CHECK(!results("geometry: false").exists(geometry));
}

TEST_CASE("The shipped configurations of recordings are accepted with the files that their scripts write",
          "[recordings][python]") {
  const TemporaryFolder folder;
  const auto write = [&](const std::string& script) {
    return std::system(
        fmt::format("{} '{}/{}' '{}'", python, INFORELAY_CONFIGS, script, folder.path().string()).c_str());
  };
  REQUIRE(write("make_recordings.py") == 0);
  REQUIRE(write("calibration/make_calibration.py") == 0);
  for (const std::string name : {"recording", "mabe", "calibration/nulls", "calibration/relay"}) {
    const std::filesystem::path shipped = std::string(INFORELAY_CONFIGS) + "/" + name + ".yaml";
    const std::filesystem::path config = folder / shipped.filename().string();
    std::filesystem::copy(shipped, config);
    const ProgramResult planned = run_program({config.string(), "--dry-run"}, folder.path());
    INFO(name << ": " << planned.err);
    CHECK(planned.exit_code == 0);
  }
}

TEST_CASE("A subset that no recording has is refused, and of many others the first are named", "[recordings]") {
  const TemporaryFolder folder;
  std::string text = "n1,n2,in,out,part\n";
  for (int part = 10; part < 40; ++part) text += fmt::format("0,1,go,stop,p{0}\n1,0,stop,go,p{0}\n", part);
  write_file_atomically(folder / "rec.csv", std::string_view(text));
  const ProgramResult run =
      run_config(folder, config_with("states: n1..n2, subset: part", "analysis: {relay: {subsets: [all]}}"));
  CHECK(run.exit_code == 2);
  CHECK_THAT(run.err,
             Contains("analysis.relay.subsets: no network or recording has the subset 'all', expected p10, ") &&
                 Contains("... and 22 more"));
}
