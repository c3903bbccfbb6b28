// run_experiment under mpirun, with real ranks on this machine: any number of them gives the same numbers; if a rank
// fails, the job ends with a message and the same command resumes.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

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

constexpr int killed = 128 + SIGKILL;
// Exit code of Open MPI's mpirun after SIGTERM, whatever those of the ranks are.
constexpr int mpirun_stopped = 1;

// Starts the program on `ranks` ranks, which may be more than there are cores.
ProgramOptions on_ranks(int ranks) {
  ProgramOptions options;
  options.environment = {{"OMPI_ALLOW_RUN_AS_ROOT", "1"}, {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"}};
  options.launcher = {INFORELAY_MPIRUN, "--oversubscribe", "-n", fmt::format("{}", ranks)};
  return options;
}

// All sets of a trained network, in several chunks per class.
const Arguments small{quick_config,
                      "data.train_limit=400",
                      "data.test_limit=200",
                      "networks.full.layers=[784, 15, 10]",
                      "networks.full.train.max_epochs=4",
                      "networks.composite=null",
                      "figures=null"};
// The same with sampled knockouts in the first of two hidden layers, which take seconds: after SIGTERM mpirun waits
// about one before the ranks are told.
const Arguments deep =
    with(small, {"networks.full.layers=[784, 16, 8, 10]", "analysis.layers=[1]", "analysis.knockout.method=sampled",
                 "analysis.knockout.samples=400", "data.test_limit=5000"});
const std::string sweep =
    "sweep={parameters: {analysis.discretize: {values: [kmeans, sign]}}, replicates: 3, "
    "collect: [full.relay.test.total, full.states.test.entropy_bits]}";
const Arguments small_run = with(small, {"networks.full.layers=[784, 5, 10]"});

// An uninterrupted run of `arguments` without mpirun.
struct Undisturbed {
  explicit Undisturbed(const Arguments& arguments) {
    const ProgramResult result = run_program(with(arguments, {"-o", "run"}), folder.path());
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    numbers = numbers_of(folder.path() / "run/results.h5");
    REQUIRE(numbers.size() > 50);
  }
  TemporaryFolder folder;
  std::vector<double> numbers;
};

const Undisturbed& deep_run() {
  static const Undisturbed whole(deep);
  return whole;
}

void check_complete(const Arguments& arguments, int ranks, const TemporaryFolder& folder, const Undisturbed& whole) {
  const ProgramResult result = run_program(with(arguments, {"-o", "run"}), folder.path(), on_ranks(ranks));
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(identical(numbers_of(folder.path() / "run/results.h5"), whole.numbers));
}

// True if chunks of the knockouts have been saved.
bool holds_chunks(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder / "run/stages", ignored)) {
    if (entry.path().filename().string().starts_with("full-layer1-knockout-test.chunks-")) return true;
  }
  return false;
}

// The process of a rank that `mpirun` has started; 0 if there is none.
pid_t process_of_rank(pid_t mpirun, int rank) {
  const std::string mark = fmt::format("OMPI_COMM_WORLD_RANK={}", rank);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::istringstream stat(test::content(entry.path() / "stat"));
    std::string number, program, state;
    pid_t parent = 0;
    if (!(stat >> number >> program >> state >> parent) || parent != mpirun) continue;
    std::istringstream environment(test::content(entry.path() / "environ"));
    for (std::string variable; std::getline(environment, variable, '\0');) {
      if (variable == mark) return static_cast<pid_t>(std::stol(name));
    }
  }
  return 0;
}

// Leaves a process no further memory, not even for the stack of a thread.
bool starve(pid_t process) {
  std::istringstream pages(test::content(fmt::format("/proc/{}/statm", process)));
  rlim_t size = 0;
  if (!(pages >> size) || size == 0) return false;
  size *= static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
  const rlimit limit{size, size};
  return prlimit(process, RLIMIT_AS, &limit, nullptr) == 0;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("Results on 1, 2 and 4 ranks are bit-identical to those without mpirun", "[mpi]") {
  const bool is_deep = GENERATE(false, true);
  const Undisturbed whole(is_deep ? deep : small);
  for (const int ranks : {1, 2, 4}) {
    CAPTURE(is_deep, ranks);
    const TemporaryFolder folder;
    const ProgramResult result = run_program(with(is_deep ? deep : small, {"-o", "run", "-j", ranks == 1 ? "2" : "1"}),
                                             folder.path(), on_ranks(ranks));
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    CHECK(identical(numbers_of(folder.path() / "run/results.h5"), whole.numbers));
    CHECK((result.err.find(fmt::format("{} ranks, the first with 1 thread", ranks)) != std::string::npos) ==
          (ranks > 1));
    // Only rank 0 prints and writes.
    CHECK(count(result.out, "quick: seed 1") == 1);
    CHECK(count(result.err, "] full: training") == 1);
    CHECK(fs::exists(folder.path() / "run/summary.txt"));
  }
}

TEST_CASE("The runs of a sweep are distributed over the ranks and are bit-identical", "[mpi][sweep]") {
  const Undisturbed whole(with(small_run, {sweep}));
  for (const int ranks : {1, 3}) {
    const TemporaryFolder folder;
    const ProgramResult result =
        run_program(with(small_run, {sweep, "-o", "run", "-v", "-j", "1"}), folder.path(), on_ranks(ranks));
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    CHECK(identical(numbers_of(folder.path() / "run/results.h5"), whole.numbers));
    CHECK(count(result.err, " started, 1 threads") == 6);
    if (ranks == 1) continue;
    CHECK(count(result.err, ", rank 1") + count(result.err, ", rank 2") > 0);
    for (const auto& run : fs::directory_iterator(folder.path() / "run/runs")) {
      CHECK(identical(numbers_of(run.path() / "results.h5"),
                      numbers_of(whole.folder.path() / "run/runs" / run.path().filename() / "results.h5")));
      CHECK(!fs::exists(run.path() / "stderr.log"));
    }
  }
}

TEST_CASE("A run that fails on another rank is reported and the other runs finish", "[mpi][sweep]") {
  const TemporaryFolder folder;
  // 400 images hold 40 of each class: the first two runs cannot have what they ask for.
  const ProgramResult result = run_program(
      with(small_run, {"networks.composite={detectors: {hidden: 1, positives: 20, negatives: 20, max_epochs: 3, "
                       "restarts: 0, on_failure: keep_best}}",
                       "analysis.knockout=null", "analysis.regression=null", "analysis.relay.exhaustive=[]",
                       "sweep={parameters: {networks.composite.detectors.positives: {values: [500, 20]}}, "
                       "replicates: 2, collect: [composite.relay.test.total]}",
                       "-o", "run", "-j", "1"}),
      folder.path(), on_ranks(3));
  INFO(result.err);
  CHECK(result.exit_code == 4);
  for (const char* run : {"run 0001-positives-500-seed-1", "run 0002-positives-500-seed-2"}) {
    CHECK_THAT(result.err, Catch::Contains(run) && Catch::Contains("500: at most 40"));
  }
  CHECK_THAT(result.out, Catch::Contains("2 finished, 2 failed, 0 not started"));
}

TEST_CASE("Help, errors of the command line and plans are printed once for all ranks", "[mpi]") {
  const TemporaryFolder folder;
  const auto output_of = [&](const Arguments& arguments) { return run_program(arguments, folder.path(), on_ranks(3)); };
  const ProgramResult missing = output_of({"nothing.yaml"});
  CHECK(missing.exit_code == 2);
  CHECK(count(missing.err, "error: cannot read") == 1);
  const ProgramResult wrong = output_of({"--wrong"});
  CHECK(wrong.exit_code == 2);
  CHECK(count(wrong.err, "error: ") == 1);
  const ProgramResult help = output_of({"--help"});
  CHECK(help.exit_code == 0);
  CHECK(count(help.out, "Usage: run_experiment") == 1);
  CHECK(count(output_of(with(small, {"--validate"})).out, ": ok\n") == 1);
  const std::string plan = output_of(with(small, {"--dry-run"})).out;
  CHECK(count(plan, "full: states (test)") == 1);
  CHECK(count(plan, "note: 3 ranks share the scans of all sets") == 1);
  CHECK(!fs::exists(folder.path() / "runs"));
}

TEST_CASE("A rank that runs out of memory ends the job with its message and the same command resumes", "[mpi]") {
  // Its memory is limited while rank 0 trains, before it has work. That may come too late: several attempts.
  const Arguments arguments =
      with(deep, {"networks.full.train.max_epochs=60", "networks.full.train.stop=null", "data.train_limit=2000"});
  const Undisturbed whole(arguments);
  bool has_failed = false;
  for (int attempt = 0; attempt < 20 && !has_failed; ++attempt) {
    const TemporaryFolder folder;
    ProgramOptions options = on_ranks(3);
    pid_t mpirun = 0;
    bool is_starved = false;
    options.started = [&](pid_t process) { mpirun = process; };
    options.signal_when = [&] {
      if (is_starved || !fs::exists(folder.path() / "run/run.log")) return false;
      const pid_t rank = process_of_rank(mpirun, 2);
      is_starved = rank > 0 && starve(rank);
      return false;
    };
    const ProgramResult result = run_program(with(arguments, {"-o", "run"}), folder.path(), options);
    INFO(result.err);
    if (result.exit_code == 0) continue;
    has_failed = true;
    CHECK(result.exit_code == 1);
    CHECK(count(result.err, "rank 2 on ") == 1);
    // During a scan rank 0 reports the error, with the stage; outside of one rank 2 does, and ends all ranks.
    const std::string by_first = "error: full: relay information of all sets (test): rank 2 on ";
    const bool is_by_first = result.err.find(by_first) != std::string::npos;
    CHECK_THAT(result.err, Catch::Contains(is_by_first ? by_first : "error: rank 2 on "));
    CHECK_THAT(result.err, Catch::Contains("out of memory") || Catch::Contains("temporarily unavailable") ||
                               Catch::Contains("bad_alloc"));
    if (is_by_first)
      CHECK_THAT(run_program({"--status", "run"}, folder.path()).out, Catch::Contains("failed: full: relay inform"));
    check_complete(arguments, 2, folder, whole);
  }
  CHECK(has_failed);
}

TEST_CASE("A rank that is killed ends the job and the same command resumes on other ranks", "[mpi]") {
  const int victim = GENERATE(0, 1);
  bool was_killed = false;
  for (int attempt = 0; attempt < 20 && !was_killed; ++attempt) {
    const TemporaryFolder folder;
    ProgramOptions options = on_ranks(3);
    pid_t mpirun = 0;
    options.environment["INFORELAY_SAVE_SECONDS"] = "0";
    options.started = [&](pid_t process) { mpirun = process; };
    bool is_sent = false;
    options.signal_when = [&] {
      if (is_sent || !holds_chunks(folder.path())) return false;
      const pid_t rank = process_of_rank(mpirun, victim);
      if (rank > 0) kill(rank, SIGKILL);
      is_sent = rank > 0;
      return false;
    };
    const ProgramResult result = run_program(with(deep, {"-o", "run"}), folder.path(), options);
    INFO(result.err);
    if (!holds_chunks(folder.path())) continue;  // the scan had finished before
    was_killed = true;
    CHECK(result.exit_code == killed);
    CHECK_THAT(result.err, Catch::Contains(fmt::format("process rank {} with PID", victim)));
    check_complete(deep, victim == 0 ? 1 : 4, folder, deep_run());
  }
  CHECK(was_killed);
}

TEST_CASE("A job that is asked to stop saves the chunks of all ranks and resumes on other ranks", "[mpi]") {
  // mpirun forwards SIGUSR1; at SIGTERM it ends the job itself, after giving the ranks a second to save.
  const int signal = GENERATE(SIGUSR1, SIGTERM);
  bool was_stopped = false;
  for (int attempt = 0; attempt < 20 && !was_stopped; ++attempt) {
    const TemporaryFolder folder;
    ProgramOptions options = on_ranks(4);
    options.environment["INFORELAY_SAVE_SECONDS"] = "0";
    options.signal = signal;
    options.signal_when = [&] { return holds_chunks(folder.path()); };
    const ProgramResult result = run_program(with(deep, {"-o", "run"}), folder.path(), options);
    INFO(result.err);
    if (!holds_chunks(folder.path())) continue;  // the scan had finished before
    was_stopped = true;
    CHECK(result.exit_code == (signal == SIGUSR1 ? 143 : mpirun_stopped));
    if (signal == SIGUSR1) {
      CHECK(count(result.err, "interrupted; rerun the same command to resume") == 1);
      CHECK_THAT(run_program({"--status", "run"}, folder.path()).out, Catch::Contains("state     interrupted"));
    }
    check_complete(deep, 2, folder, deep_run());
  }
  CHECK(was_stopped);
}

TEST_CASE("A sweep on ranks that is asked to stop ends its runs and resumes", "[mpi][sweep]") {
  const Arguments arguments = with(small_run, {"networks.full.train.max_epochs=300", "networks.full.train.stop=null",
                                               "data.train_limit=1000", "sweep={replicates: 3}"});
  const Undisturbed whole(arguments);
  constexpr std::array runs{"0001-seed-1", "0002-seed-2", "0003-seed-3"};
  bool was_stopped = false;
  for (int attempt = 0; attempt < 20 && !was_stopped; ++attempt) {
    const TemporaryFolder folder;
    ProgramOptions options = on_ranks(3);
    options.signal = SIGUSR1;
    // Once every run has begun: one that has not has no status.
    options.signal_when = [&] {
      return std::all_of(runs.begin(), runs.end(),
                         [&](const char* run) { return fs::exists(folder.path() / "run/runs" / run / "run.log"); });
    };
    const ProgramResult result = run_program(with(arguments, {"-o", "run", "-j", "1"}), folder.path(), options);
    INFO(result.err);
    if (result.exit_code == 0) continue;
    was_stopped = true;
    CHECK(result.exit_code == 143);
    CHECK(result.err.find(" failed") == std::string::npos);
    for (const char* run : runs) {
      // Its process has ended and has written so.
      CHECK_THAT(run_program({"--status", fmt::format("run/runs/{}", run)}, folder.path()).out,
                 Catch::Contains("state     interrupted") || Catch::Contains("state     complete"));
    }
    check_complete(arguments, 2, folder, whole);
  }
  CHECK(was_stopped);
}

}  // namespace inforelay
