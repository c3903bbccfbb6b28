// The program under system failures: failing writes, full and closed streams, a jumping clock, too little memory. It
// must exit with the right code and message and lose no finished work.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "core/files/hdf5_file.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

namespace fs = std::filesystem;
using test::content;
using test::identical;
using test::numbers_of;
using test::ProgramOptions;
using test::ProgramResult;
using test::run_program;
using test::TemporaryFolder;
using test::with;

// A minimal run that writes each kind of file: stages, results, weights.
std::vector<std::string> all_file_kinds(const fs::path& folder) {
  std::ofstream(folder / "tiny.yaml") << R"(
name: tiny
data: {dataset: digits, train_limit: 300, test_limit: 200}
networks:
  full: {layers: [784, 3, 10], train: {batch_size: 100, max_epochs: 2}, weights_out: out/full.safetensors}
analysis: {knockout: {}, regression: {}}
)";
  fs::create_directories(folder / "out");
  return {"tiny.yaml", "-j", "1", "--progress", "off"};
}

// Loads the library of tests/faults/faults.cpp before the program.
ProgramOptions with_faults(const std::map<std::string, std::string>& settings) {
  ProgramOptions options;
  options.environment = settings;
  // By a link: entries of LD_PRELOAD are separated by blanks and colons, which the path of the build may contain.
  static const TemporaryFolder links;
  const fs::path link = links / "libfaults.so";
  if (!fs::exists(link)) fs::create_symlink(INFORELAY_FAULTS, link);
  options.environment["LD_PRELOAD"] = link;
  // The address sanitizer checks that it is loaded first, but also works as the second library.
  const char* sanitizer = std::getenv("ASAN_OPTIONS");
  options.environment["ASAN_OPTIONS"] = std::string(sanitizer ? sanitizer : "") + ":verify_asan_link_order=0";
  return options;
}

struct Operation {
  std::string name, path;
};

// Written at intervals of time, so their number varies. They have tests of their own.
constexpr const char* signs_of_life = "lock.:status.json";

// The file operations of a run in `folder`, in order, on paths that begin with `folder`/`under`.
std::vector<Operation> operations_of(const std::vector<std::string>& arguments, const fs::path& folder,
                                     const std::string& under = "", const std::string& except = signs_of_life) {
  const auto log = folder / "operations";
  const ProgramResult run = run_program(arguments, folder,
                                        with_faults({{"INFORELAY_FAULT_UNDER", (folder / under).string()},
                                                     {"INFORELAY_FAULT_EXCEPT", except},
                                                     {"INFORELAY_FAULT_LOG", log.string()}}));
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  std::istringstream lines(content(log));
  std::vector<Operation> operations;
  int number = 0;
  for (Operation each; lines >> number >> each.name && std::getline(lines >> std::ws, each.path);) {
    operations.push_back(each);
  }
  REQUIRE(static_cast<std::size_t>(number) == operations.size());
  return operations;
}

// Makes operation number `i` (from 0) on the files in `folder` fail.
ProgramOptions fault(const fs::path& folder, std::size_t i, const std::string& kind) {
  return with_faults({{"INFORELAY_FAULT_UNDER", (folder / "").string()},
                      {"INFORELAY_FAULT_EXCEPT", signs_of_life},
                      {"INFORELAY_FAULT_AT", std::to_string(i + 1)},
                      {"INFORELAY_FAULT_KIND", kind}});
}

// All operations, except the inner ones of consecutive writes of HDF5 to one file.
std::vector<std::size_t> essential(const std::vector<Operation>& operations) {
  const auto same = [&](std::size_t a, std::size_t b) {
    return operations[a].name == "pwrite" && operations[b].name == "pwrite" && operations[a].path == operations[b].path;
  };
  std::vector<std::size_t> some;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const bool inner = i > 0 && i + 1 < operations.size() && same(i - 1, i) && same(i, i + 1);
    if (!inner) some.push_back(i);
  }
  return some;
}

// Not vital: opening the log, which is tried again, and closing a file that nothing was written to.
bool is_vital(const std::vector<Operation>& operations, std::size_t i) {
  const bool only_made = i > 0 && operations[i].name == "close" && operations[i - 1].name == "open";
  return operations[i].name != "fopen" && !only_made;
}

// The name of the file or folder of an operation: "results.h5" for "results.h5.123-4.tmp".
std::string file_of(const Operation& operation) {
  fs::path name = fs::path(operation.path).filename();
  if (name == "stages") return "run";
  if (name.extension() == ".tmp") name = name.stem().stem();
  return name.string();
}

// Those to fail: of each kind, an operation on files of one extension, the first, and of all others every fifth. The
// files of all stages are written by the same code.
std::vector<std::size_t> chosen(const std::vector<Operation>& operations) {
  std::set<std::pair<std::string, std::string>> seen;
  std::vector<std::size_t> some;
  int others = 0;
  for (const std::size_t i : essential(operations)) {
    const bool first = seen.emplace(operations[i].name, fs::path(file_of(operations[i])).extension()).second;
    if (first || ++others % 5 == 0) some.push_back(i);
  }
  return some;
}

}  // namespace

TEST_CASE("If any write fails the error names the file and the next start completes the run", "[run][faults]") {
  const TemporaryFolder whole;
  const std::vector<Operation> operations =
      operations_of(with(all_file_kinds(whole.path()), {"-o", "run"}), whole.path());
  const auto numbers = numbers_of(whole.path() / "run/results.h5");
  const auto failing = chosen(operations);
  CHECK(failing.size() > 30);
  for (const std::size_t i : failing) {
    const TemporaryFolder folder;
    const auto arguments = with(all_file_kinds(folder.path()), {"-o", "run"});
    const bool full = i % 2 == 0;
    const ProgramResult failed =
        run_program(arguments, folder.path(), fault(folder.path(), i, full ? "ENOSPC" : "EIO"));
    INFO(i + 1 << ": " << operations[i].name << " " << operations[i].path << ": " << failed.err);
    if (is_vital(operations, i)) {
      CHECK(failed.exit_code == 1);
      CHECK_THAT(failed.err, Catch::Contains("error: ") &&
                                 Catch::Contains(full ? "No space left on device" : "Input/output error") &&
                                 Catch::Contains(file_of(operations[i])));
      CHECK(failed.out.empty());
    } else {
      CHECK(failed.exit_code == 0);
    }
    for (const auto& entry : fs::recursive_directory_iterator(folder.path())) CHECK(entry.path().extension() != ".tmp");
    const ProgramResult mended = run_program(arguments, folder.path());
    CHECK(mended.exit_code == 0);
    CHECK(identical(numbers_of(folder.path() / "run/results.h5"), numbers));
    CHECK(content(folder.path() / "out/full.safetensors") == content(whole.path() / "out/full.safetensors"));
  }
}

TEST_CASE("A run that cannot lock its folder fails, and one that cannot write its status does not", "[run][faults]") {
  const TemporaryFolder whole;
  const auto holding = operations_of(with(all_file_kinds(whole.path()), {"-o", "run"}), whole.path(), "run/lock.", "");
  REQUIRE(holding.size() >= 3);
  const auto numbers = numbers_of(whole.path() / "run/results.h5");
  for (std::size_t i = 0; i < holding.size(); ++i) {
    const TemporaryFolder folder;
    const auto arguments = with(all_file_kinds(folder.path()), {"-o", "run"});
    ProgramOptions options = fault(folder.path(), i, "ENOSPC");
    options.environment["INFORELAY_FAULT_UNDER"] = (folder.path() / "run/lock.").string();
    options.environment["INFORELAY_FAULT_EXCEPT"] = "";
    const ProgramResult failed = run_program(arguments, folder.path(), options);
    INFO(i + 1 << ": " << holding[i].name << " " << holding[i].path << ": " << failed.err);
    CHECK(failed.exit_code == 1);
    CHECK_THAT(failed.err, Catch::Contains("No space left on device") && Catch::Contains("lock.1.json"));
    CHECK(run_program(arguments, folder.path()).exit_code == 0);
    CHECK(identical(numbers_of(folder.path() / "run/results.h5"), numbers));
  }

  const TemporaryFolder folder;
  const auto arguments = with(all_file_kinds(folder.path()), {"-o", "run"});
  const ProgramResult silent =
      run_program(arguments, folder.path(),
                  with_faults({{"INFORELAY_FAULT_UNDER", (folder.path() / "run/status.json").string()},
                               {"INFORELAY_FAULT_AT", "all"}}));
  CHECK(silent.exit_code == 0);
  CHECK(!fs::exists(folder.path() / "run/status.json"));
  CHECK(identical(numbers_of(folder.path() / "run/results.h5"), numbers));
}

TEST_CASE("Short writes lose no data and zero-length writes are an error", "[run][faults]") {
  const TemporaryFolder whole;
  const std::vector<Operation> operations =
      operations_of(with(all_file_kinds(whole.path()), {"-o", "run"}), whole.path());
  const auto numbers = numbers_of(whole.path() / "run/results.h5");
  for (const char* name : {"write", "pwrite"}) {
    const auto first =
        std::find_if(operations.begin(), operations.end(), [&](const auto& o) { return o.name == name; });
    REQUIRE(first != operations.end());
    const auto i = static_cast<std::size_t>(first - operations.begin());
    const TemporaryFolder folder;
    const auto arguments = with(all_file_kinds(folder.path()), {"-o", "run"});
    const ProgramResult stuck = run_program(arguments, folder.path(), fault(folder.path(), i, "zero"));
    INFO(name << ": " << stuck.err);
    CHECK(stuck.exit_code == 1);
    CHECK_THAT(stuck.err, Catch::Contains("Input/output error") && Catch::Contains(file_of(*first)));
    const ProgramResult halved =
        run_program(with(arguments, {"--fresh"}), folder.path(), fault(folder.path(), i + 1, "short"));
    CHECK(halved.exit_code == 0);
    CHECK(identical(numbers_of(folder.path() / "run/results.h5"), numbers));
  }
}

TEST_CASE("A figure that cannot be written or drawn is named and drawn by the next start", "[run][faults]") {
  const TemporaryFolder folder;
  const auto arguments = with(all_file_kinds(folder.path()), {"-o", "run", "figures={formats: [svg, pdf]}"});
  const std::vector<Operation> operations = operations_of(arguments, folder.path(), "run/figures");
  const auto numbers = numbers_of(folder.path() / "run/results.h5");
  const auto figures = folder.path() / "run/figures";
  const auto fail_with = [&](std::map<std::string, std::string> settings, const std::string& message) {
    fs::remove_all(figures);
    settings.insert({"INFORELAY_FAULT_UNDER", figures.string()});
    const ProgramResult failed = run_program(arguments, folder.path(), with_faults(settings));
    INFO(failed.err);
    CHECK(failed.exit_code == 1);
    CHECK(failed.out.empty());
    CHECK_THAT(failed.err, Catch::Contains("error: cannot ") && Catch::Contains(message));
    std::error_code error;  // there may be no folder
    for (fs::directory_iterator file(figures, error), end; !error && file != end; file.increment(error)) {
      CHECK(file->path().filename().string().front() != '.');
    }
  };
  // The operations on the folder and on the first figure.
  const auto first =
      std::find_if(operations.begin(), operations.end(), [](const auto& o) { return o.name == "mkdtemp"; });
  const auto second = std::find_if(first + 1, operations.end(), [](const auto& o) { return o.name == "mkdtemp"; });
  const auto count = static_cast<std::size_t>(second - operations.begin());
  CHECK(count > 8);
  for (std::size_t i = 0; i < count; ++i) {
    if (operations[i].name == "close" && operations[i - 1].name == "open") continue;  // nothing was written
    INFO(i + 1 << ": " << operations[i].name << " " << operations[i].path);
    fail_with({{"INFORELAY_FAULT_AT", std::to_string(i + 1)}, {"INFORELAY_FAULT_KIND", "ENOSPC"}},
              "No space left on device");
  }
  // gnuplot itself reports no error.
  fail_with({{"INFORELAY_FAULT_PROGRAM", "gnuplot"}, {"INFORELAY_FAULT_AT", "all"}, {"INFORELAY_FAULT_KIND", "full"}},
            "gnuplot wrote no whole svg; is the disk of run/figures full?");
  CHECK(run_program(arguments, folder.path()).exit_code == 0);
  CHECK(fs::exists(figures / "relay_full.svg"));
  CHECK(fs::exists(figures / "relay_full.pdf"));
  CHECK(identical(numbers_of(folder.path() / "run/results.h5"), numbers));
}

TEST_CASE("A run completes without a writable log or stderr, and fails at its end without a writable stdout",
          "[run][faults]") {
  const TemporaryFolder folder;
  const auto arguments = with(all_file_kinds(folder.path()), {"-o", "run"});
  const auto complete = [&] {
    return fs::exists(folder.path() / "run/summary.txt") && fs::exists(folder.path() / "run/results.h5");
  };
  fs::create_directories(folder.path() / "run");
  fs::create_symlink("/dev/full", folder.path() / "run/run.log");
  CHECK(run_program(arguments, folder.path()).exit_code == 0);
  CHECK(complete());
  // A stderr whose reader is gone, like a closed pager.
  fs::remove_all(folder.path() / "run");
  std::array<int, 2> ends{};
  REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
  close(ends[0]);
  ProgramOptions unread;
  unread.err_descriptor = ends[1];
  CHECK(run_program(arguments, folder.path(), unread).exit_code == 0);
  close(ends[1]);
  CHECK(complete());
  for (const char* out : {"/dev/full", "-"}) {
    fs::remove_all(folder.path() / "run");
    ProgramOptions options;
    options.out_file = out;
    const ProgramResult run = run_program(arguments, folder.path(), options);
    CHECK(run.exit_code == 1);
    CHECK_THAT(run.err, Catch::Contains("cannot write to stdout: "));
    CHECK(complete());
    // No output for stdout went into a file that got its descriptor.
    CHECK(!content(folder.path() / "run/summary.txt").empty());
    CHECK_THAT(content(folder.path() / "run/run.log"), !Catch::Contains("singletons"));
  }
}

TEST_CASE("Jumps of the clock change no result", "[run][faults]") {
  const TemporaryFolder folder;
  const auto arguments = all_file_kinds(folder.path());
  REQUIRE(run_program(with(arguments, {"-o", "steady"}), folder.path()).exit_code == 0);
  const ProgramResult wild =
      run_program(with(arguments, {"-o", "wild"}), folder.path(), with_faults({{"INFORELAY_CLOCK", "wild"}}));
  INFO(wild.err);
  CHECK(wild.exit_code == 0);
  CHECK_THAT(wild.err, !Catch::Contains("in -"));
  CHECK(identical(numbers_of(folder.path() / "wild/results.h5"), numbers_of(folder.path() / "steady/results.h5")));
  const double seconds = Hdf5Reader(folder.path() / "wild/results.h5").array<double>("provenance/wall_seconds").at(0);
  CHECK(seconds >= 0);
  CHECK(seconds < 3600);
  // The dates in the log jump too: the library was loaded.
  const std::string log = content(folder.path() / "wild/run.log");
  std::set<std::string> years;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) years.insert(line.substr(0, 4));
  CHECK(years.size() >= 2);
}

TEST_CASE("If weights become NaN the training ends with an error that names epoch and loss", "[run][faults]") {
  const TemporaryFolder folder;
  const auto arguments = all_file_kinds(folder.path());
  const ProgramResult full =
      run_program(with(arguments, {"-o", "full", "networks.full.activation=relu",
                                   "networks.full.output_activation=identity", "networks.full.train.learning_rate=1000",
                                   "networks.full.train.max_epochs=200", "networks.full.train.optimizer=sgd"}),
                  folder.path());
  INFO(full.err);
  CHECK(full.exit_code == 1);
  CHECK_THAT(full.err, Catch::Contains("error: full: training: epoch ") && Catch::Contains("the loss is "));
}

TEST_CASE("A run that runs out of memory exits with code 1 and keeps finished stages", "[run][faults]") {
#ifdef INFORELAY_SANITIZED
  SKIP_CASE("sanitizers take all address space for themselves");
#else
  const TemporaryFolder folder;
  const auto arguments = with(all_file_kinds(folder.path()), {"-o", "run", "networks.full.layers=[784, 20, 10]",
                                                              "analysis={relay: {subsets: [test]}}"});
  // The limit comes after the check of the memory: nothing could be known before.
  pid_t program = 0;
  ProgramOptions options;
  options.started = [&](pid_t pid) { program = pid; };
  options.signal_when = [&] {
    if (!fs::exists(folder.path() / "run/stages/full-layer1-states-test.h5")) return false;
    const rlimit none{1 << 20, 1 << 20};
    prlimit(program, RLIMIT_AS, &none, nullptr);
    return false;
  };
  const ProgramResult run = run_program(arguments, folder.path(), options);
  INFO(run.err);
  CHECK(run.exit_code == 1);
  CHECK_THAT(run.err, Catch::Contains("error: ") && Catch::Contains("memory"));
  CHECK(fs::exists(folder.path() / "run/stages/full-layer1-states-test.h5"));
  CHECK(run_program(arguments, folder.path()).exit_code == 0);
#endif
}

TEST_CASE("Under a limit of address space or data a run is refused before it begins, or completes", "[run][faults]") {
#ifdef INFORELAY_SANITIZED
  SKIP_CASE("sanitizers take all address space for themselves");
#else
  const TemporaryFolder folder;
  int refused = 0, completed = 0;
  for (const bool of_data : {false, true}) {
    for (std::uint64_t limit = 48u << 20; limit < (std::uint64_t{600} << 20); limit += limit / 4) {
      const std::string name = (of_data ? "data-" : "space-") + std::to_string(limit);
      // max_memory overrules no such limit. All sets of 19 units take 21 MB for each subset.
      const auto arguments =
          with(all_file_kinds(folder.path()), {"-o", name, "networks.full.layers=[784, 19, 10]", "max_memory=1 TiB",
                                               "analysis={relay: {subsets: [test]}, tables: always}"});
      ProgramOptions options;
      (of_data ? options.data_limit : options.address_space_limit) = limit;
      const ProgramResult run = run_program(arguments, folder.path(), options);
      INFO(name << ": " << run.err);
      REQUIRE((run.exit_code == 0 || run.exit_code == 2));
      if (run.exit_code == 0) {
        ++completed;
        continue;
      }
      ++refused;
      CHECK(!fs::exists(folder.path() / name));
      CHECK_THAT(run.err, Catch::Contains(of_data ? "of 'ulimit -d'" : "of 'ulimit -v'"));
    }
  }
  CHECK(refused >= 4);
  CHECK(completed >= 4);
#endif
}

}  // namespace inforelay
