// Runs and sweeps that are killed at any moment: the same command resumes and ends with the numbers of an uninterrupted
// run.
#include <fstream>
#include <set>

#include "core/files/checksummed_file.hpp"
#include "core/provenance.hpp"
#include "core/random.hpp"
#include "experiments/results/results_file.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::Arguments;
using test::identical;
using test::numbers_of;
using test::ProgramOptions;
using test::ProgramResult;
using test::quick_config;
using test::run_program;
using test::TemporaryFolder;
using test::with;
namespace fs = std::filesystem;

constexpr int exit_of_killed = 128 + SIGKILL;

// Saved at every opportunity, so that many kills hit the writing of a file.
const std::map<std::string, std::string> save_always{{"INFORELAY_SAVE_SECONDS", "0"}};

// A trained network and a composite, with all sets of both; fast.
const Arguments both_networks{quick_config,
                              "data.train_limit=400",
                              "data.test_limit=200",
                              "networks.full.layers=[784, 6, 10]",
                              "networks.full.train.max_epochs=4",
                              "networks.composite.detectors.positives=20",
                              "networks.composite.detectors.negatives=20",
                              "networks.composite.detectors.test_negatives=20",
                              "networks.composite.detectors.max_epochs=100",
                              "networks.composite.detectors.restarts=1",
                              "analysis.relay.exhaustive=[train, test]",
                              "analysis.relay.branching=true",
                              "figures=null"};

struct Uninterrupted {
  TemporaryFolder folder;

  explicit Uninterrupted(const Arguments& arguments) {
    const ProgramResult result =
        run_program(with(arguments, {"-o", "run"}), folder.path(), {.environment = save_always});
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
  }
  fs::path run() const { return folder.path() / "run"; }
};

// True if there is a file of a stage, of the run or of a run of the sweep.
bool holds_stages(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".h5") return true;
  }
  return false;
}

// The run of `both_networks`.
const Uninterrupted& uninterrupted_run() {
  static const Uninterrupted whole(both_networks);
  return whole;
}

// A complete run has no temporary files and no files of stages.
void check_tidy(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    INFO(entry.path());
    CHECK(entry.path().extension() != ".tmp");
    CHECK(entry.path().filename() != "stages");
  }
}

// Starts and kills until `kills` starts were killed, in as many complete runs as that takes; each is compared by
// `check(folder of an uninterrupted run, folder)`.
template <class Check>
void kill_often(const Arguments& arguments, int kills, std::uint64_t seed, Check&& check) {
  const Uninterrupted whole(arguments);
  RandomStream random(seed, "moments");
  int hit = 0, resumed = 0;
  while (hit < kills) {
    const TemporaryFolder folder;
    ProgramResult last{.exit_code = exit_of_killed, .out = {}, .err = {}};
    while (last.exit_code == exit_of_killed) {
      const bool has_files = holds_stages(folder.path() / "run");
      // Most starts do a part of the work, some almost none.
      ProgramOptions options{.environment = save_always, .signal = SIGKILL};
      const int changes = static_cast<int>(random.below(40)), pause_ms = static_cast<int>(random.below(20));
      if (hit < kills) options.signal_when = test::after_changes(folder.path() / "run", changes, pause_ms);
      last = run_program(with(arguments, {"-o", "run"}), folder.path(), options);
      INFO(last.err);
      REQUIRE((last.exit_code == 0 || last.exit_code == exit_of_killed));
      CHECK(last.err.find("ignoring") == std::string::npos);  // a kill damages no file
      hit += last.exit_code == exit_of_killed ? 1 : 0;
      resumed += has_files ? 1 : 0;
    }
    check(whole.run(), folder.path() / "run");
    check_tidy(folder.path() / "run");
  }
  CHECK(hit >= kills);
  CHECK(resumed > 0);
}

void same_results(const fs::path& whole, const fs::path& run) {
  CHECK(numbers_of(whole / "results.h5").size() > 10000);
  CHECK(identical(numbers_of(whole / "results.h5"), numbers_of(run / "results.h5")));
}

// Leaves a run that was killed as soon as `wanted` was true for the name of a file of its stages.
template <class Wanted>
void leave_unfinished(const Arguments& arguments, const fs::path& folder, Wanted&& wanted) {
  const auto there = [&] {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder / "run/stages", ignored)) {
      if (wanted(entry.path().filename().string())) return true;
    }
    return false;
  };
  for (int attempt = 0; attempt < 20; ++attempt) {
    fs::remove_all(folder / "run");
    run_program(with(arguments, {"-o", "run"}), folder,
                {.environment = save_always, .signal_when = there, .signal = SIGKILL});
    if (there()) return;  // otherwise it ended or continued just before the kill
  }
  FAIL("no such file was ever left");
}

void flip_byte(const fs::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  REQUIRE(file);
  const auto middle = static_cast<std::streamoff>(fs::file_size(path) / 2);
  file.seekg(middle);
  const int byte = file.get();
  file.seekp(middle);
  file.put(static_cast<char>(byte ^ 0x40));
}

}  // namespace

TEST_CASE("A run killed at 30 random moments ends with the same numbers", "[kill]") {
  // Exact knockouts of both networks.
  kill_often(both_networks, 30, 1, same_results);
}

TEST_CASE("A run with sampled knockouts and a deep network killed at 25 random moments ends with the same numbers",
          "[kill]") {
  kill_often(with(both_networks,
                  {"networks.full.layers=[784, 6, 5, 10]", "analysis.layers=[1]", "analysis.knockout.method=sampled",
                   "analysis.knockout.samples=10", "networks.composite=null", "analysis.relay.subsets=[test]",
                   "analysis.relay.exhaustive=[test]"}),
             25, 2, same_results);
}

TEST_CASE("A sweep killed at 20 random moments ends with the same numbers", "[kill][sweep]") {
  kill_often(with(both_networks, {"networks.composite=null", "data.train_limit=400", "analysis.knockout=null",
                                  "analysis.regression=null", "analysis.relay.exhaustive=[test]",
                                  "sweep={parameters: {analysis.discretize: {values: [kmeans, sign]}}, replicates: 2, "
                                  "collect: [full.relay.test.total, full.states.test.entropy_bits]}"}),
             20, 3, [](const fs::path& whole, const fs::path& sweep) {
               CHECK(identical(numbers_of(whole / "results.h5"), numbers_of(sweep / "results.h5")));
               int runs = 0;
               for (const auto& run : fs::directory_iterator(whole / "runs")) {
                 const fs::path other = sweep / "runs" / run.path().filename() / "results.h5";
                 CHECK(identical(numbers_of(run.path() / "results.h5"), numbers_of(other)));
                 ++runs;
               }
               CHECK(runs == 4);
             });
}

TEST_CASE("Damaged and foreign stage files are reported and recomputed", "[kill]") {
  const Uninterrupted& whole = uninterrupted_run();
  const TemporaryFolder folder, other;
  const fs::path stages = folder.path() / "run/stages";
  const auto resume_after = [&](const std::string& file, const std::string& why) {
    const ProgramResult mended = run_program(with(both_networks, {"-o", "run"}), folder.path());
    INFO(mended.err);
    CHECK(mended.exit_code == 0);
    CHECK_THAT(mended.err, Catch::Contains("warning: ignoring file 'run/stages/" + file + "': ") &&
                               Catch::Contains(why) && Catch::Contains("; recomputing"));
    same_results(whole.run(), folder.path() / "run");
    return mended.err;
  };
  const auto are_chunks = [](const std::string& name) { return name == "composite-layer1-knockout-test.chunks-2.h5"; };
  const auto is_state = [](const std::string& name) { return name == "composite-training.state.h5"; };

  SECTION("a damaged result that others depend on") {
    leave_unfinished(both_networks, folder.path(),
                     [](const std::string& name) { return name == "full-layer1-geometry.h5"; });
    flip_byte(stages / "full-layer1-states-train.h5");
    const std::string messages = resume_after("full-layer1-states-train.h5", "it is damaged");
    // It is recomputed to the same values, so the results that depend on it are used.
    CHECK_THAT(messages, Catch::Contains("] full: greedy") || Catch::Contains("] full: relay"));
    CHECK_THAT(messages, Catch::Contains("full: regression of function on information  (cached)"));
  }
  SECTION("two results with their names exchanged") {
    leave_unfinished(both_networks, folder.path(),
                     [](const std::string& name) { return name == "full-layer1-geometry.h5"; });
    fs::rename(stages / "full-layer1-relay-train.h5", stages / "kept.h5");
    fs::rename(stages / "full-layer1-relay-test.h5", stages / "full-layer1-relay-train.h5");
    fs::rename(stages / "kept.h5", stages / "full-layer1-relay-test.h5");
    const std::string messages =
        resume_after("full-layer1-relay-train.h5", "it was written as 'full-layer1-relay-test.h5'");
    CHECK_THAT(messages, Catch::Contains("it was written as 'full-layer1-relay-train.h5'"));
  }
  SECTION("a result of another run") {
    leave_unfinished(both_networks, folder.path(),
                     [](const std::string& name) { return name == "full-layer1-states-test.h5"; });
    leave_unfinished(with(both_networks, {"seed=2"}), other.path(),
                     [](const std::string& name) { return name == "full-layer1-states-test.h5"; });
    fs::copy_file(other.path() / "run/stages/full-training.h5", stages / "full-training.h5",
                  fs::copy_options::overwrite_existing);
    resume_after("full-training.h5", "it belongs to run ");
  }
  SECTION("a result of another revision of the program") {
    leave_unfinished(both_networks, folder.path(),
                     [](const std::string& name) { return name == "full-layer1-states-test.h5"; });
    const std::string identity = test::content(folder.path() / "run/config.yaml").substr(16, 8);
    const ResultArrays arrays = read_arrays(Hdf5Reader(stages / "full-training.h5"));
    write_checksummed(stages / "full-training.h5", {.run = identity + " another", .input_digest = "none"}, 1,
                      [&](Hdf5Writer& file) { write_arrays(file, arrays); });
    resume_after("full-training.h5", "it belongs to run " + identity + " another");
  }
  SECTION("results of a network with other weights") {
    leave_unfinished(both_networks, folder.path(),
                     [](const std::string& name) { return name == "full-layer1-geometry.h5"; });
    const std::string first_line = test::content(folder.path() / "run/config.yaml").substr(0, 24);
    REQUIRE_THAT(first_line, Catch::StartsWith("# inforelay run "));
    ResultArrays arrays = read_arrays(Hdf5Reader(stages / "full-training.h5"));
    ResultArray bias = arrays.view().array("model/layer1/bias");
    std::get<RowMatrix<float>>(bias.values).array() += 0.5f;
    arrays.put_array("model/layer1/bias", std::move(bias));
    write_checksummed(stages / "full-training.h5",
                      {.run = first_line.substr(16) + " " + std::string(git_revision()), .input_digest = "none"}, 1,
                      [&](Hdf5Writer& file) { write_arrays(file, arrays); });
    const ProgramResult result = run_program(with(both_networks, {"-o", "run"}), folder.path());
    INFO(result.err);
    CHECK(result.exit_code == 0);
    for (const char* stage :
         {"states-train", "relay-train", "states-test", "relay-test", "knockout-test", "regression"}) {
      CHECK_THAT(result.err, Catch::Contains(std::string("ignoring file 'run/stages/full-layer1-") + stage +
                                             ".h5': it was computed from other results; recomputing"));
    }
  }
  SECTION("an empty file of a result") {
    leave_unfinished(both_networks, folder.path(), [](const std::string& name) { return name == "full-training.h5"; });
    fs::resize_file(stages / "full-training.h5", 0);
    resume_after("full-training.h5", "it is damaged or from another version");
  }
  SECTION("a truncated state of a training") {
    leave_unfinished(both_networks, folder.path(), is_state);
    fs::resize_file(stages / "composite-training.state.h5", 3000);
    resume_after("composite-training.state.h5", "it is damaged");
  }
  SECTION("damaged chunks") {
    leave_unfinished(both_networks, folder.path(), are_chunks);
    flip_byte(stages / "composite-layer1-knockout-test.chunks-1.h5");
    resume_after("composite-layer1-knockout-test.chunks-1.h5", "it is damaged");
  }
}

TEST_CASE("Results of another run in the folder are not used", "[kill]") {
  const TemporaryFolder folder;
  REQUIRE(run_program(with(both_networks, {"seed=2", "-o", "other"}), folder.path()).exit_code == 0);
  leave_unfinished(both_networks, folder.path(), [](const std::string& name) { return name == "full-training.h5"; });
  fs::copy_file(folder.path() / "other/results.h5", folder.path() / "run/results.h5",
                fs::copy_options::overwrite_existing);
  fs::remove(folder.path() / "run/summary.txt");
  const ProgramResult result = run_program(with(both_networks, {"-o", "run"}), folder.path());
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, Catch::Contains("warning: recomputing 'run/results.h5': it belongs to another configuration"));
  same_results(uninterrupted_run().run(), folder.path() / "run");
}

TEST_CASE("A stop signal after any stage ends the run with its exit code", "[kill]") {
  const TemporaryFolder folder;
  const auto finished_stages = [&] {
    std::error_code ignored;
    int count = 0;
    for (const auto& entry : fs::directory_iterator(folder.path() / "run/stages", ignored)) {
      const std::string name = entry.path().filename().string();
      count += name.ends_with(".h5") && name.find(".state") == name.npos && name.find(".chunks") == name.npos ? 1 : 0;
    }
    return count;
  };
  std::set<int> interrupted_after;  // numbers of finished stages
  // As many complete runs as needed: a start may finish before its signal comes.
  for (int runs = 0; runs < 20 && interrupted_after.size() < 8; ++runs) {
    fs::remove_all(folder.path() / "run");
    int exit_code = -1;
    for (int start = 0; exit_code != 0; ++start) {
      const int wanted = finished_stages() + 1, signal = start % 2 == 0 ? SIGINT : SIGTERM;
      const ProgramResult result = run_program(
          with(both_networks, {"-o", "run"}), folder.path(),
          {.environment = save_always, .signal_when = [&] { return finished_stages() >= wanted; }, .signal = signal});
      exit_code = result.exit_code;
      if (exit_code == 0) break;
      INFO(result.err);
      REQUIRE(exit_code == 128 + signal);
      CHECK_THAT(result.err, Catch::Contains("interrupted; rerun the same command to resume"));
      interrupted_after.insert(finished_stages());
    }
    same_results(uninterrupted_run().run(), folder.path() / "run");
  }
  CHECK(interrupted_after.size() >= 8);
}

TEST_CASE("A stop signal during the last figure ends the run with its exit code", "[kill]") {
  const TemporaryFolder folder;
  const auto file = [&](const char* name) { return (folder.path() / name).string(); };
  // A gnuplot that waits in the last figure until the signal has been sent.
  std::ofstream(folder.path() / "gnuplot")
      << "#!/bin/sh\ncase $* in *entropy*) touch " << file("drawing") << "; while [ ! -e " << file("sent")
      << " ]; do sleep 0.02; done;; esac\nPATH=${PATH#*:} exec gnuplot \"$@\"\n";
  fs::permissions(folder.path() / "gnuplot", fs::perms::owner_all);
  const Arguments arguments = with(both_networks, {"-o", "run", "figures={formats: [svg]}", "networks.composite=null",
                                                   "analysis.knockout=null", "analysis.regression=null"});
  pid_t program = 0;
  const ProgramResult stopped =
      run_program(arguments, folder.path(),
                  {.environment = {{"PATH", folder.path().string() + ":" + std::getenv("PATH")}},
                   .signal_when =
                       [&] {
                         if (!fs::exists(file("drawing")) || fs::exists(file("sent"))) return false;
                         kill(program, SIGINT);
                         std::ofstream(file("sent")) << "";
                         return false;
                       },
                   .started = [&](pid_t child) { program = child; }});
  INFO(stopped.err);
  CHECK(stopped.exit_code == 130);
  CHECK(!fs::exists(folder.path() / "run/summary.txt"));
  CHECK(run_program(arguments, folder.path()).exit_code == 0);
}

TEST_CASE("A second stop signal ends the run at once", "[kill]") {
#ifdef INFORELAY_SANITIZED_THREADS
  SKIP_CASE("the thread sanitizer holds signals back while a thread waits");
#else
  const TemporaryFolder folder;
  // A slow gnuplot: after the first signal the program waits for the figure, after the second it does not.
  std::ofstream(folder.path() / "gnuplot") << "#!/bin/sh\ntouch " << (folder.path() / "drawing").string()
                                           << "\nsleep 20\ntouch " << (folder.path() / "drawn").string() << "\n";
  fs::permissions(folder.path() / "gnuplot", fs::perms::owner_all);
  pid_t program = 0;
  bool sent = false;
  const ProgramResult result =
      run_program(with(both_networks, {"-o", "run", "figures={formats: [svg]}", "networks.composite=null",
                                       "analysis.knockout=null", "analysis.regression=null"}),
                  folder.path(),
                  {.environment = {{"PATH", folder.path().string() + ":" + std::getenv("PATH")}},
                   .signal_when =
                       [&] {
                         if (!fs::exists(folder.path() / "drawing")) return false;
                         if (!sent) kill(program, SIGINT);
                         return std::exchange(sent, true);
                       },
                   .signal = SIGTERM,
                   .started = [&](pid_t child) { program = child; }});
  INFO(result.err);
  // Signals that arrive together may be delivered in either order.
  CHECK((result.exit_code == 143 || result.exit_code == 130));
  CHECK(!fs::exists(folder.path() / "drawn"));
  CHECK(fs::exists(folder.path() / "run/results.h5"));
#endif
}

}  // namespace inforelay
