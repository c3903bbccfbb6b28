// A run as seen by other processes: the lock of its folder, its status, its log, and the files left by a killed
// process.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <stdexcept>
#include <thread>

#include "core/error.hpp"
#include "core/files/directory_lock.hpp"
#include "experiments/reports/run_status.hpp"
#include "experiments/run/status_report.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::Arguments;
using test::content;
using test::ProgramResult;
using test::quick_config;
using test::run_program;
using test::StartedProgram;
using test::TemporaryFolder;
using test::with;
namespace fs = std::filesystem;

const Arguments three_neurons{quick_config,
                              "data.train_limit=1000",
                              "data.test_limit=300",
                              "networks.full.layers=[784, 3, 10]",
                              "networks.full.train.max_epochs=2",
                              "networks.composite=null",
                              "figures=null",
                              "-o",
                              "run"};

// A training that never ends by itself.
const Arguments endless =
    with(three_neurons, {"networks.full.train.max_epochs=1000000", "networks.full.train.stop=null"});

// Waits until `wanted` is true for the status in `folder`.
template <class Wanted>
RunStatus wait_for_status(const fs::path& folder, Wanted&& wanted) {
  constexpr int most_looks = 20000;  // a bound, so that a failing test ends
  for (int look = 0; look < most_looks; ++look) {
    const auto status = read_status(folder);
    if (status && wanted(*status)) return *status;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  throw std::runtime_error(folder.string() + " never had the status that was waited for");
}

bool is_training(const RunStatus& status) { return status.stage && status.stage->done > 0; }

std::string status_of(const fs::path& folder, const std::string& run = "run") {
  const ProgramResult status = run_program({"--status", run}, folder);
  INFO(status.err);
  CHECK(status.exit_code == 0);
  return status.out;
}

}  // namespace

TEST_CASE("A second process in the folder of a run is refused and --status shows the progress of the first",
          "[status]") {
  const TemporaryFolder folder;
  StartedProgram first(endless, folder.path());
  wait_for_status(folder.path() / "run", is_training);
  const std::string who = fmt::format("process {} on ", first.pid());

  for (const Arguments& more : {Arguments{}, Arguments{"--fresh"}}) {
    const ProgramResult second = run_program(with(endless, more), folder.path());
    CHECK(second.exit_code == 2);
    CHECK_THAT(second.err, Catch::Contains("output folder 'run': in use by " + who) && Catch::Contains(" since 2") &&
                               Catch::Contains("; wait for it or stop it"));
  }
  const std::string running = status_of(folder.path());
  CHECK_THAT(running, Catch::StartsWith("run       quick in 'run'\nstate     running: " + who) &&
                          Catch::Contains("stage     [ 1/13] full: training  ") && Catch::Contains(" left") &&
                          Catch::Contains("epoch ") && Catch::Contains("updated   2"));
  first.signal(SIGINT);
  CHECK(first.wait().exit_code == 130);
  CHECK(!lock_holder(folder.path() / "run"));
  CHECK_THAT(status_of(folder.path()), Catch::Contains("state     interrupted; to resume: ") &&
                                           Catch::Contains("stopped   [ 1/13] full: training"));
}

TEST_CASE("Status shows that a run was killed, and the next start takes over its lock and removes temporary files",
          "[status]") {
  const TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  const pid_t killed = [&] {
    StartedProgram first(endless, folder.path());
    wait_for_status(run, is_training);
    const pid_t pid = first.pid();
    first.signal(SIGKILL);
    CHECK(first.wait().exit_code == 128 + SIGKILL);
    return pid;
  }();
  CHECK_THAT(status_of(folder.path()),
             Catch::Contains(fmt::format("state     interrupted: its process {} on ", killed)));
  fs::create_directories(run / "figures/.figure-aB3xYz");
  std::ofstream(run / "figures/.figure-aB3xYz/relay.svg") << "half";
  const Arguments left{"results.h5.123-0.tmp", "stages/full-model.h5.1-22.tmp", "figures/relay.svg.7-7.tmp"};
  const Arguments others{"notes.tmp",          "a.b-1.tmp", "x.1-2.tmp.txt", "figures/.figure-mine-is-longer",
                         "figures/figure-abc", "mine.txt"};
  for (const std::string& name : left) std::ofstream(run / name) << "half";
  for (const std::string& name : others) std::ofstream(run / name) << "mine";
  fs::create_directories(run / "kept.1-1.tmp");

  StartedProgram second(endless, folder.path());
  wait_for_status(run, [&](const RunStatus& status) { return status.process.pid == second.pid(); });
  second.signal(SIGTERM);
  const ProgramResult result = second.wait();
  CHECK(result.exit_code == 143);
  CHECK_THAT(result.err, Catch::Contains(fmt::format("'run': taking over the lock of process {} on ", killed)));
  for (const std::string& name : left) CHECK(!fs::exists(run / name));
  CHECK(!fs::exists(run / "figures/.figure-aB3xYz"));
  for (const std::string& name : others) CHECK(content(run / name) == "mine");
  CHECK(fs::exists(run / "kept.1-1.tmp"));
}

TEST_CASE("A run that loses its lock stops and writes nothing more", "[status]") {
  const TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  StartedProgram first(endless, folder.path());
  wait_for_status(run, is_training);
  fs::remove(run / "lock.1.json");
  const DirectoryLock other(run);
  const ProgramResult result = first.wait();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Catch::Contains("output folder 'run': lost the lock: lock.1.json was removed or replaced"));
  CHECK(read_status(run)->state == RunStatus::State::running);  // written by the process that has the lock now
  CHECK(!fs::exists(run / "stages/full-model.h5"));
  CHECK_THAT(content(run / "run.log"), !Catch::Contains("lost the lock"));
}

TEST_CASE("Of several commands started together one runs and the others name its process", "[status]") {
  constexpr int repetitions = 20, processes = 4;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const TemporaryFolder folder;
    std::vector<std::unique_ptr<StartedProgram>> programs;
    std::vector<pid_t> pids;
    for (int p = 0; p < processes; ++p) {
      programs.push_back(std::make_unique<StartedProgram>(with(three_neurons, {"-j", "1"}), folder.path()));
      pids.push_back(programs.back()->pid());
    }
    std::vector<std::string> refusals;
    for (auto& program : programs) {
      const ProgramResult result = program->wait();
      INFO(result.err);
      // A process that starts when the run is complete only reports that.
      REQUIRE((result.exit_code == 0 || result.exit_code == 2));
      if (result.exit_code == 2) refusals.push_back(result.err);
    }
    const std::string log = content(folder.path() / "run/run.log");
    std::size_t works = 0;
    for (auto at = log.find("results in 'run'"); at != std::string::npos; at = log.find("results in 'run'", at + 1))
      ++works;
    CHECK(works == 1);
    const pid_t worker = static_cast<pid_t>(read_status(folder.path() / "run")->process.pid);
    for (const std::string& refusal : refusals) {
      CHECK_THAT(refusal, Catch::Contains(fmt::format("output folder 'run': in use by process {} on ", worker)) &&
                              Catch::Contains(" since 2"));
    }
  }
}

TEST_CASE("Status distinguishes complete, failed and unstarted runs and other folders", "[status]") {
  const TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  const ProgramResult done = run_program(with(three_neurons, {"-j", "1", "figures={formats: [svg]}"}), folder.path());
  REQUIRE(done.exit_code == 0);
  SECTION("complete") {
    CHECK_THAT(done.err, Catch::Contains(", 1 thread, results in"));
    CHECK_THAT(done.err, Catch::Contains("[ 1/14] full: training") && Catch::Contains("[14/14] figures"));
    CHECK_THAT(status_of(folder.path()), Catch::Contains("state     complete\n") &&
                                             Catch::Contains("done      [ 1] full: training") &&
                                             Catch::Contains("done      [14] figures"));
    CHECK_THAT(done.out, Catch::Contains("\nTime ") && Catch::Contains(" this start) are in\nrun\n"));
    std::istringstream log(content(run / "run.log"));
    const std::regex stamp(R"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z .*)");
    int lines = 0;
    for (std::string line; std::getline(log, line); ++lines) CHECK(std::regex_match(line, stamp));
    CHECK(lines > 14);
    CHECK_THAT(content(run / "run.log"), Catch::Contains("[14/14] figures\n") && Catch::Contains("        done in "));
  }
  SECTION("status needs only read permission and writes nothing") {
    const auto state_of_all = [&] {
      std::map<fs::path, fs::file_time_type> times{{run, fs::last_write_time(run)}};
      for (const auto& entry : fs::recursive_directory_iterator(run)) times[entry] = fs::last_write_time(entry);
      return times;
    };
    const auto before = state_of_all();
    constexpr auto write = fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;
    for (const auto& [path, time] : before) fs::permissions(path, write, fs::perm_options::remove);
    CHECK_THAT(status_of(folder.path()), Catch::Contains("state     complete\n"));
    CHECK(state_of_all() == before);
    for (const auto& [path, time] : before) fs::permissions(path, fs::perms::owner_write, fs::perm_options::add);
  }
  SECTION("complete, with missing figures: they are drawn again") {
    const std::string before = content(run / "results.h5");
    const auto again = [&] {
      const ProgramResult result = run_program(with(three_neurons, {"figures={formats: [svg]}"}), folder.path());
      CHECK(result.exit_code == 0);
      CHECK(result.out == done.out);
      return result.err;
    };
    CHECK_THAT(again(), Catch::Contains("nothing to do"));
    REQUIRE(fs::remove(run / "figures/relay_full.svg"));
    CHECK_THAT(again(), Catch::Contains("redrawing all figures"));
    CHECK(fs::exists(run / "figures/relay_full.svg"));
    for (const auto& table : {"csv", "gp", "svg"}) fs::remove(run / (std::string("figures/entropy.") + table));
    CHECK_THAT(again(), Catch::Contains("redrawing all figures"));
    CHECK(fs::exists(run / "figures/entropy.svg"));
    fs::remove_all(run / "figures");
    CHECK_THAT(again(), Catch::Contains("redrawing all figures"));
    CHECK(fs::exists(run / "figures/relay_full.svg"));
    CHECK(content(run / "results.h5") == before);
    CHECK(!fs::exists(run / "stages"));
  }
  SECTION("failed") {
    fs::remove_all(run);
    const Arguments failing =
        with(three_neurons, {"networks.composite={detectors: {hidden: 1, positives: 50000, negatives: 50}}"});
    REQUIRE(run_program(failing, folder.path()).exit_code == 2);
    CHECK_THAT(status_of(folder.path()),
               Catch::Contains("state     failed: networks.composite.detectors.positives: 50000: at most 100"));
  }
  SECTION("never started") {
    fs::create_directory(folder.path() / "new");
    fs::copy_file(run / "config.yaml", folder.path() / "new/config.yaml");
    CHECK_THAT(status_of(folder.path(), "new"), Catch::Contains("state     never started\n"));
  }
  SECTION("not the folder of a run") {
    fs::create_directory(folder.path() / "empty");
    for (const char* name : {"empty", "nowhere", "run/run.log"}) {
      const ProgramResult status = run_program({"--status", name}, folder.path());
      CHECK(status.exit_code == 2);
      CHECK_THAT(status.err, Catch::Contains(fmt::format("'{}' is not the folder of a run or a sweep", name)));
    }
  }
}

TEST_CASE("The status of a sweep lists its runs in progress", "[status]") {
  const TemporaryFolder folder;
  const Arguments sweep = with(endless, {"sweep={replicates: 3}", "-j", "2"});
  StartedProgram program(sweep, folder.path());
  for (const char* run : {"0001-seed-1", "0002-seed-2"}) wait_for_status(folder.path() / "run/runs" / run, is_training);
  wait_for_status(folder.path() / "run",
                  [](const RunStatus& status) { return status.runs && status.runs->running.size() == 2; });
  CHECK_THAT(
      status_of(folder.path()),
      Catch::StartsWith(fmt::format("sweep     quick in 'run'\nstate     running: process {} on ", program.pid())) &&
          Catch::Contains("runs      0 of 3 done, 0 failed, 2 running, 1 left\n") &&
          Catch::Contains("0001-seed-1  [ 1/13] full: training  "));
  program.signal(SIGINT);
  CHECK(program.wait().exit_code == 130);
  CHECK_THAT(status_of(folder.path()),
             Catch::Contains("state     interrupted; ") && Catch::Contains("0 of 3 done, 0 failed, 0 running, 3 left"));
}

TEST_CASE("The time left of a whole run is shown once all its stages were computed beside it", "[status][run]") {
  const TemporaryFolder folder;
  Arguments first = with(three_neurons, {"seed=7"});
  std::replace(first.begin(), first.end(), std::string("run"), std::string("first"));
  REQUIRE(run_program(first, folder.path()).exit_code == 0);
  StartedProgram program(endless, folder.path());
  const RunStatus status = wait_for_status(folder.path() / "run", is_training);
  REQUIRE(run_seconds_left(*status.stage));
  CHECK(*run_seconds_left(*status.stage) > *seconds_left(*status.stage));
  CHECK_THAT(status_of(folder.path()), Catch::Contains(" left (run: "));
  program.signal(SIGINT);
  CHECK(program.wait().exit_code == 130);
}

TEST_CASE("Damaged status files and control characters in them are shown safely", "[status]") {
  const TemporaryFolder folder;
  const auto write = [&](const std::string& text) { std::ofstream(folder.path() / "status.json") << text; };
  std::ofstream(folder.path() / "config.yaml") << "# inforelay run 01234567\n";
  const auto told = [&] {
    const std::string text = describe_status(folder.path());
    CHECK(text.find('\x1b') == std::string::npos);
    return text;
  };
  for (const char* text :
       {"", "{", "[]", "7", "\"x\"", "{\"format\": 3}", "{\"format\": \"inforelay-status\"}",
        "{\"format\": \"inforelay-status\", \"stage\": [], \"runs\": 3, \"stages_ended\": {\"a\": 1}}"}) {
    write(text);
    CHECK_THAT(told(), Catch::Contains("state     "));
  }
  write(std::string(3u << 20, '['));
  CHECK_THAT(told(), Catch::StartsWith("run       in '") && Catch::Contains("never started"));
  // Nested so deeply that a recursive destructor would overflow the stack.
  const std::string deep = std::string(400'000, '[') + std::string(400'000, ']');
  for (const char* key : {"x", "stage", "stages_ended"}) {
    write(fmt::format(R"({{"format": "inforelay-status", "state": "failed", "error": "told", "{}": {}}})", key, deep));
    CHECK_THAT(told(), Catch::Contains("failed: told"));
  }
  write(R"({"format": "inforelay-status", "stage": {"total": 9223372036854775807, "done": 1, "rate": 1e-300},
            "stages_ended": [{"label": "long", "seconds": 1e300}, {"label": "short", "seconds": -5}]})");
  CHECK_THAT(told(), Catch::Contains("days left\n") && Catch::Contains("1.16e+295 days\n") &&
                         Catch::Contains("          0.0 s\n") && !Catch::Contains(" -5"));
  const nlohmann::json hostile{{"format", "inforelay-status"},
                               {"state", "failed"},
                               {"name", "x\x1b[2J"},
                               {"error", "a\nstate     complete\x07"},
                               {"updated", "\x1b]0;title"},
                               {"pid", -1},
                               {"stage",
                                {{"index", -5},
                                 {"count", 1e300},
                                 {"label", "\r\x1b[1A"},
                                 {"done", 18446744073709551615u},
                                 {"total", 1},
                                 {"rate", "fast"}}},
                               {"runs",
                                {{"total", -1},
                                 {"running", {"../../etc", "..", "", 7}},
                                 {"failures", {{{"folder", "\x1b"}, {"message", "m\n"}}, 3}}}}};
  write(hostile.dump());
  const std::string text = told();
  CHECK_THAT(text, Catch::Contains("x?[2J") && Catch::Contains("state     failed: a state     complete?\n"));
  std::ofstream(folder.path() / "lock.7.json")
      << R"({"format":"inforelay-lock","pid":12,"host":"\u001b[0m","since":"\n"})";
  CHECK_THAT(told(), Catch::Contains("running, but cannot be checked from this machine: process 12 on ?[0m"));
}

TEST_CASE("Empty names of folders on the command line are refused", "[status]") {
  const TemporaryFolder folder;
  for (const Arguments& arguments :
       {Arguments{three_neurons[0], "--output="}, Arguments{three_neurons[0], "--output= "},
        Arguments{three_neurons[0], "-o", ""}, Arguments{"--status="}}) {
    const ProgramResult result = run_program(arguments, folder.path());
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Catch::Contains("expected a folder, found nothing"));
  }
  CHECK(run_program({three_neurons[0], "--status", "."}, folder.path()).exit_code == 2);
  CHECK(fs::is_empty(folder.path()));
}

}  // namespace inforelay
