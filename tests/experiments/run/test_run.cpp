// The whole program on small generated data: what it writes, how it resumes, how it fails.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "experiments/results/results_file.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::identical;
using test::numbers_of;
using test::ProgramOptions;
using test::ProgramResult;
using test::quick_config;
using test::run_program;
using test::TemporaryFolder;
using test::with;

// Smaller than quick.yaml: six and ten neurons, few images.
const std::vector<std::string> few_images{quick_config,
                                          "data.train_limit=1500",
                                          "data.test_limit=600",
                                          "networks.full.layers=[784, 6, 10]",
                                          "networks.full.train.stop.balanced_accuracy=0.75",
                                          "networks.composite.detectors.positives=80",
                                          "networks.composite.detectors.negatives=100",
                                          "networks.composite.detectors.max_epochs=300",
                                          "figures=null"};

std::filesystem::path only_run_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> runs;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "runs")) {
    if (!entry.is_symlink()) runs.push_back(entry.path());
  }
  REQUIRE(runs.size() == 1);
  return runs[0];
}

void expect_failure(const ProgramResult& result, int exit_code, const std::string& message) {
  INFO(result.err);
  CHECK(result.exit_code == exit_code);
  CHECK_THAT(result.err, Catch::Contains(message));
  CHECK(result.out.empty());
}

}  // namespace

TEST_CASE("A run writes results and a second start reuses them", "[run]") {
  const TemporaryFolder folder;
  const ProgramResult first = run_program(few_images, folder.path());
  INFO(first.err);
  REQUIRE(first.exit_code == 0);
  CHECK_THAT(first.out, Catch::StartsWith("quick: seed 1, data digits") && Catch::Contains("composite"));
  const auto run = only_run_in(folder.path());
  CHECK(std::filesystem::exists(run / "config.yaml"));
  CHECK(std::filesystem::exists(run / "run.log"));
  CHECK(!std::filesystem::exists(run / "stages"));
  const ExperimentResult result = read_results(run / "results.h5");
  CHECK(result.networks == std::vector<std::string>{"full", "composite"});
  CHECK(result.network("full").matrix<float>("layers/1/relay/test/information").cols() == 64);
  CHECK(result.network("composite").matrix<float>("layers/1/knockout/test/accuracy").cols() == 1024);

  const auto written = std::filesystem::last_write_time(run / "results.h5");
  const auto left = run / "status.json.123-4.tmp";  // by a process that was killed after it had written the summary
  std::ofstream(left) << "{";
  const ProgramResult second = run_program(few_images, folder.path());
  CHECK(!std::filesystem::exists(left));
  CHECK(second.exit_code == 0);
  CHECK(second.out == first.out);
  CHECK_THAT(second.err, Catch::Contains("is complete; nothing to do"));
  CHECK(std::filesystem::last_write_time(run / "results.h5") == written);
  CHECK(!std::filesystem::exists(run / "stages"));

  const ProgramResult other = run_program(with(few_images, {"seed=2"}), folder.path());
  CHECK(other.exit_code == 0);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path() / "runs"), {}) == 3);
  const auto latest = folder.path() / "runs/quick-latest";
  CHECK(std::filesystem::is_symlink(latest));
  CHECK(read_results(latest / "results.h5").provenance.seed == 2);

  expect_failure(run_program(with(few_images, {"seed=2", "-o", run.string()}), folder.path()), 2,
                 "seed is 1 there, 2 here");
  const ProgramResult again = run_program(with(few_images, {"--fresh"}), folder.path());
  CHECK(again.exit_code == 0);
  CHECK(std::filesystem::exists(run.string() + ".1/results.h5"));
  CHECK(identical(numbers_of(run / "results.h5"), numbers_of(run.string() + ".1/results.h5")));
}

TEST_CASE("Results with several threads are bit-identical to those with one", "[run][long]") {
  const TemporaryFolder folder;
  for (const char* threads : {"1", "2", "3"}) {
    const Arguments settings{"-j", threads, "-o", std::string("j") + threads, "analysis.importance=true"};
    REQUIRE(run_program(with(few_images, settings), folder.path()).exit_code == 0);
  }
  const auto one = numbers_of(folder.path() / "j1/results.h5");
  CHECK(one.size() > 50000);
  CHECK(read_results(folder.path() / "j1/results.h5").network("full").has("layers/1/importance/test/verdict/spearman"));
  CHECK(identical(one, numbers_of(folder.path() / "j2/results.h5")));
  CHECK(identical(one, numbers_of(folder.path() / "j3/results.h5")));
}

TEST_CASE("An interrupted run resumes and ends with the same numbers", "[run][long]") {
  const TemporaryFolder whole;
  REQUIRE(run_program(with(few_images, {"-o", "run"}), whole.path()).exit_code == 0);
  const auto numbers = numbers_of(whole.path() / "run/results.h5");
  int interruptions = 0;
  // As many complete runs as needed: a start may finish before its signal comes.
  for (int runs = 0; runs < 20 && interruptions < 6; ++runs) {
    const TemporaryFolder folder;
    int exit_code = -1;
    // Each start saves a little more than the one before, so that signals arrive in different stages.
    for (int start = 0; exit_code != 0; ++start) {
      const int signal = start % 2 == 0 ? SIGINT : SIGTERM;
      const ProgramResult result =
          run_program(with(few_images, {"-o", "run"}), folder.path(),
                      {.environment = {{"INFORELAY_SAVE_SECONDS", "0"}},
                       .signal_when = test::after_changes(folder.path() / "run", 1 + 3 * start),
                       .signal = signal});
      exit_code = result.exit_code;
      INFO(result.err);
      REQUIRE((exit_code == 0 || exit_code == 128 + signal));
      if (exit_code != 0) CHECK_THAT(result.err, Catch::Contains("interrupted; rerun the same command to resume"));
      interruptions += exit_code == 0 ? 0 : 1;
    }
    CHECK(identical(numbers, numbers_of(folder.path() / "run/results.h5")));
  }
  CHECK(interruptions >= 6);
}

TEST_CASE("Damaged stage files are detected and recomputed", "[run]") {
#ifdef INFORELAY_SANITIZED_THREADS
  SKIP_CASE("the thread sanitizer cannot begin where the size of files is limited");
#else
  const TemporaryFolder folder;
  REQUIRE(run_program(with(few_images, {"-o", "whole"}), folder.path()).exit_code == 0);
  ProgramOptions full;  // large enough for the first stages
  full.file_size_limit = 100000;
  CHECK(run_program(with(few_images, {"-o", "parts"}), folder.path(), full).exit_code == 1);
  int damaged = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "parts/stages")) {
    std::ofstream(entry.path()) << "not HDF5";
    ++damaged;
  }
  REQUIRE(damaged > 0);
  const auto mended = run_program(with(few_images, {"-o", "parts"}), folder.path());
  INFO(mended.err);
  CHECK(mended.exit_code == 0);
  CHECK_THAT(mended.err, Catch::Contains("ignoring "));
  CHECK(identical(numbers_of(folder.path() / "whole/results.h5"), numbers_of(folder.path() / "parts/results.h5")));
#endif
}

TEST_CASE("A damaged results file is an error that suggests --fresh", "[run]") {
  const TemporaryFolder folder;
  REQUIRE(run_program(with(few_images, {"-o", "run"}), folder.path()).exit_code == 0);
  const auto results = folder.path() / "run/results.h5";
  const std::string whole = test::content(results);
  const auto refused = [&](const std::string& bytes) {
    std::ofstream(results, std::ios::binary) << bytes;
    const ProgramResult result = run_program(with(few_images, {"-o", "run"}), folder.path());
    expect_failure(result, 3, "--fresh starts over");
    CHECK_THAT(result.err, Catch::Contains("results.h5"));
  };
  std::string flipped = whole;
  flipped[1] = static_cast<char>(flipped[1] ^ 1);
  // With a summary the run is complete and only reported; without it, figures and summary are made from the results.
  for (const bool complete : {true, false}) {
    if (!complete) std::filesystem::remove(folder.path() / "run/summary.txt");
    refused("");
    refused("not HDF5");
    refused(whole.substr(0, 5000));
    refused(whole.substr(0, whole.size() - 1));
    refused(flipped);
  }
  const ProgramResult fresh = run_program(with(few_images, {"-o", "run", "--fresh"}), folder.path());
  CHECK(fresh.exit_code == 0);
  CHECK_THAT(fresh.err, Catch::Contains("the earlier folder is now"));
  std::ofstream(folder.path() / "whole.h5", std::ios::binary) << whole;
  CHECK(identical(numbers_of(results), numbers_of(folder.path() / "whole.h5")));
}

TEST_CASE("Greedy removal can be left out", "[run]") {
  const TemporaryFolder folder;
  const ProgramResult run = run_program(
      with(few_images, {"analysis.relay.greedy=false", "figures={formats: [svg]}", "-o", "run"}), folder.path());
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  CHECK_THAT(run.out, !Catch::Contains("greedy pair"));
  const Hdf5Reader file(folder.path() / "run/results.h5");
  CHECK(file.exists("networks/full/layers/1/relay/test/single"));
  CHECK(file.exists("networks/full/layers/1/relay/test/best/set"));
  for (const char* part : {"greedy", "aggregated", "best/above_greedy", "best/above_greedy_as_published"}) {
    INFO(part);
    CHECK(!file.exists(std::string("networks/full/layers/1/relay/test/") + part));
  }
  CHECK(file.matrix<float>("networks/full/layers/1/relay/test/information", 10, 64).allFinite());
  const auto total = file.vector<double>("networks/full/layers/1/relay/test/total", 10),
             bound = file.vector<double>("networks/full/layers/1/relay/test/input_output_information", 10);
  for (std::size_t c = 0; c < 10; ++c) CHECK((bound[c] >= 0 && total[c] <= bound[c] + 1e-12));
}

TEST_CASE("Configurations in configs/ are found by name, and similar names are suggested", "[run]") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "configs");
  std::filesystem::copy(quick_config, folder.path() / "configs");
  CHECK(run_program({"quick", "--validate"}, folder.path()).out == "configs/quick.yaml: ok\n");
  expect_failure(run_program({"quik.yaml"}, folder.path()), 2, "no such file; did you mean 'quick'?");
  // A folder of results may have the same name.
  std::filesystem::create_directory(folder.path() / "quick");
  CHECK(run_program({"quick", "--validate"}, folder.path()).out == "configs/quick.yaml: ok\n");
}

TEST_CASE("A run with --fresh follows links and renames no folder of other files", "[run]") {
  const TemporaryFolder folder;
  const auto tiny = with(few_images, {"networks.composite=null", "networks.full.train.max_epochs=1"});
  REQUIRE(run_program(tiny, folder.path()).exit_code == 0);
  const auto run = only_run_in(folder.path()), latest = folder.path() / "runs/quick-latest";
  const ProgramResult again = run_program(with(tiny, {"-o", latest.string(), "--fresh"}), folder.path());
  INFO(again.err);
  CHECK(again.exit_code == 0);
  CHECK(std::filesystem::is_symlink(latest));
  CHECK(std::filesystem::exists(run.string() + ".1/results.h5"));
  CHECK(std::filesystem::exists(latest / "results.h5"));
  std::filesystem::create_directory(folder.path() / "sources");
  std::ofstream(folder.path() / "sources/notes.txt") << "x";
  expect_failure(run_program(with(tiny, {"-o", "sources", "--fresh"}), folder.path()), 2,
                 "output folder 'sources': holds files that are not of a run: --fresh does not rename it");
  CHECK(std::filesystem::exists(folder.path() / "sources/notes.txt"));
}

TEST_CASE("Modules of classes that are not analysed are neither found nor missed", "[run]") {
  const TemporaryFolder folder;
  const ProgramResult run = run_program(
      with(few_images,
           {"networks.full=null", "analysis={relay: {subsets: [test], exhaustive: [], classes: [3]}}", "-o", "run"}),
      folder.path());
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const auto found = Hdf5Reader(folder.path() / "run/results.h5")
                         .vector<std::int64_t>("networks/composite/layers/1/relay/test/module_found", 10);
  for (std::size_t c = 0; c < 10; ++c) CHECK((found[c] == -1) == (c != 3));
}

TEST_CASE("The error of a failed computation names its network", "[run]") {
  const TemporaryFolder folder;
  expect_failure(run_program(with(few_images, {"networks.composite.detectors.positives=100000"}), folder.path()), 2,
                 "networks.composite.detectors.positives: 100000: at most 150: class 0");
  expect_failure(run_program(with(few_images, {"networks.composite.detectors.on_failure=error",
                                               "networks.composite.detectors.max_epochs=1",
                                               "networks.composite.detectors.restarts=0", "-j",
                                               "5"}),  // whichever fails first, the lowest is reported
                             folder.path()),
                 1, "composite: training of the detectors: detector 0 did not reach");
}

TEST_CASE("Wrong usage exits with code 2 and one line", "[run]") {
  const TemporaryFolder folder;
  expect_failure(run_program({}, folder.path()), 2, "CONFIG is required");
  expect_failure(run_program({quick_config, "--nonsense"}, folder.path()), 2, "--nonsense");
  expect_failure(run_program({quick_config, "-j", "0"}, folder.path()), 2, "--threads");
  expect_failure(run_program({"absent.yaml"}, folder.path()), 2, "cannot read absent.yaml: No such file or directory");
  expect_failure(run_program({quick_config, "sead=1"}, folder.path()), 2, "unknown key 'sead'; did you mean 'seed'?");
  expect_failure(run_program({quick_config, "seed=abc"}, folder.path()), 2, "seed: expected an integer");
  std::ofstream(folder.path() / "file") << "x";
  expect_failure(run_program(with(few_images, {"-o", "file/run"}), folder.path()), 2,
                 "output folder 'file/run': cannot be created");
}

TEST_CASE("An output folder without permission to write is refused", "[run]") {
  if (geteuid() == 0) {
    SKIP_CASE("root may write anywhere");
    SUCCEED();
    return;
  }
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "locked");
  chmod((folder.path() / "locked").c_str(), 0500);
  expect_failure(run_program(with(few_images, {"-o", "locked"}), folder.path()), 2, "output folder 'locked'");
}

TEST_CASE("Unusable data exit with code 3", "[run]") {
  const TemporaryFolder folder;
  const auto mnist = [&](const std::string& path) {
    return std::vector<std::string>{quick_config, "data.dataset=mnist", "data.download=false", "data.path=" + path};
  };
  expect_failure(run_program(mnist("nowhere"), folder.path()), 3, "nowhere");
  std::filesystem::create_directory(folder.path() / "damaged");
  for (const char* name :
       {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    std::ofstream(folder.path() / "damaged" / name) << "damaged";
  }
  expect_failure(run_program(mnist("damaged"), folder.path()), 3, "train-images-idx3-ubyte");
}

TEST_CASE("Generated digits replace a missing MNIST only if the configuration allows it", "[run]") {
  const TemporaryFolder folder;
  ProgramOptions nowhere;
  nowhere.environment["INFORELAY_DATA"] = "";
  const auto mnist = with(few_images, {"data.dataset=mnist", "data.download=false"});
  const ProgramResult refused = run_program(mnist, folder.path(), nowhere);
  CHECK(refused.exit_code == 3);
  const ProgramResult digits = run_program(with(mnist, {"data.fallback=digits", "-o", "run"}), folder.path(), nowhere);
  INFO(digits.err);
  CHECK(digits.exit_code == 0);
  CHECK_THAT(digits.err, Catch::Contains("warning: generated digits stand in for MNIST"));
  CHECK_THAT(digits.out, Catch::Contains("generated digits stand in for MNIST"));
  CHECK(read_results(folder.path() / "run/results.h5").provenance.fallback_reason != "");
}

TEST_CASE("A full disk exits with code 1 and leaves no partial file", "[run]") {
#ifdef INFORELAY_SANITIZED_THREADS
  SKIP_CASE("the thread sanitizer cannot begin where the size of files is limited");
#else
  const TemporaryFolder folder;
  ProgramOptions full;
  full.file_size_limit = 100000;
  const ProgramResult result = run_program(with(few_images, {"-o", "run"}), folder.path(), full);
  INFO(result.err);
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Catch::Contains("error: ") && Catch::Contains("run"));
  CHECK(!std::filesystem::exists(folder.path() / "run/results.h5"));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() / "run")) {
    CHECK(entry.path().extension() != ".tmp");
  }
  CHECK(run_program(with(few_images, {"-o", "run"}), folder.path()).exit_code == 0);
#endif
}

TEST_CASE("Options that only print leave no files", "[run]") {
  const TemporaryFolder folder;
  const ProgramResult valid = run_program({quick_config, "--validate"}, folder.path());
  CHECK(valid.exit_code == 0);
  CHECK(valid.out == quick_config + ": ok\n");
  const ProgramResult printed = run_program({quick_config, "--print-config", "seed=5"}, folder.path());
  CHECK_THAT(printed.out, Catch::Contains("seed: 5\n") && Catch::Contains("  discretize: kmeans\n"));
  const ProgramResult planned = run_program({quick_config, "--dry-run"}, folder.path());
  CHECK(planned.exit_code == 0);
  CHECK_THAT(planned.out, Catch::Contains("full: training") && Catch::Contains("1024"));
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK_THAT(
      run_program({"--help"}, folder.path()).out,
      Catch::Contains("--dry-run") && Catch::Contains("\nActivations: tanh, sigmoid, relu, identity, leaky_relu, "));
  CHECK_THAT(run_program({"--version"}, folder.path()).out, Catch::StartsWith("inforelay "));
}

TEST_CASE("Threads sleep while they wait unless OMP_WAIT_POLICY is set", "[run]") {
  const TemporaryFolder folder;
  pid_t program = 0;
  ProgramOptions options{.environment = {{"OMP_WAIT_POLICY", ""}}, .signal = SIGKILL};
  options.started = [&](pid_t pid) { program = pid; };
  options.signal_when = [&] {
    const std::filesystem::path process = "/proc/" + std::to_string(program);
    std::error_code not_yet;
    return std::filesystem::equivalent(process / "exe", INFORELAY_PROGRAM, not_yet) &&
           test::content(process / "environ").find("OMP_WAIT_POLICY=passive") != std::string::npos;
  };
  CHECK(run_program(few_images, folder.path(), options).exit_code == 128 + SIGKILL);
  options.environment["OMP_WAIT_POLICY"] = "active";
  CHECK(run_program({quick_config, "--validate"}, folder.path(), options).exit_code == 0);
}

#ifdef INFORELAY_WITHOUT_MPI
TEST_CASE("A program built without MPI refuses to run as one of several ranks", "[run]") {
  const TemporaryFolder folder;
  using Environment = std::map<std::string, std::string>;
  const auto start = [&](const Environment& environment) {
    return run_program({quick_config, "--validate"}, folder.path(), {.environment = environment});
  };
  for (const Environment& launcher :
       {Environment{{"OMPI_COMM_WORLD_SIZE", "2"}}, Environment{{"PMI_SIZE", "3"}}, Environment{{"PMIX_RANK", "1"}},
        Environment{{"PMIX_RANK", "0"}, {"SLURM_STEP_NUM_TASKS", "2"}}}) {
    const ProgramResult result = start(launcher);
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Catch::Contains("built without MPI: cmake --preset mpi builds it"));
  }
  // A job of one rank, and a program started directly by a batch script.
  CHECK(start({{"OMPI_COMM_WORLD_SIZE", "1"}, {"PMIX_RANK", "0"}}).exit_code == 0);
  CHECK(start({{"SLURM_STEP_NUM_TASKS", "2"}}).exit_code == 0);
}
#endif

}  // namespace inforelay
