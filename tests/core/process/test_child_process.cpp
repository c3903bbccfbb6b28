#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/process/child_process.hpp"
#include "tests/catch2.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {

using Bytes = std::vector<std::uint8_t>;

volatile std::sig_atomic_t handled = 0;

ProgramStart shell(const test::TemporaryFolder& folder, const std::string& script) {
  return {.program = "sh", .arguments = {"sh", "-c", script}, .messages = folder.path() / "messages"};
}

}  // namespace

TEST_CASE("A child process returns its result, also if its parent has threads", "[child]") {
  std::atomic<int> blocks = 0;
  const auto in_parallel = [&] { parallel_blocks(64, [&](std::size_t) { ++blocks; }); };
  in_parallel();
  const Bytes big(1'000'000, 7);  // more than a pipe holds
  CHECK(run_in_child([&] { return big; }, "file") == big);
  CHECK(run_in_child([] { return Bytes{}; }, "file").empty());
  in_parallel();
  CHECK(blocks == 128);
}

TEST_CASE("Exceptions of a child process arrive as DataError", "[child]") {
  CHECK_THROWS_MATCHES(run_in_child([]() -> Bytes { throw DataError("file: bad"); }, "file"), DataError,
                       Catch::Matchers::Message("file: bad"));
  CHECK_THROWS_WITH(run_in_child([]() -> Bytes { throw DataError("a\n\x1b[2Jb"); }, "file"), "a??[2Jb");
  CHECK_THROWS_WITH(run_in_child([] { return Bytes(1000); }, "file", {.memory_bytes = 999}),
                    "file: damaged: more than 999 bytes of content, expected at most 999");
  CHECK_THROWS_WITH(run_in_child([]() -> Bytes { throw std::runtime_error("odd"); }, "file"),
                    "file: cannot be read: odd");
}

TEST_CASE("A child process that crashes, hangs or exits is reported as a damaged file", "[child]") {
  CHECK_THROWS_MATCHES(
      run_in_child(
          []() -> Bytes {
            std::raise(SIGSEGV);
            return {};
          },
          "file"),
      DataError, Catch::Matchers::Predicate<DataError>([](const DataError& error) {
        return std::string(error.what()).find("file: damaged: the process that read it ended with signal 11") == 0;
      }));
  CHECK_THROWS_WITH(run_in_child([]() -> Bytes { std::_Exit(3); }, "file"),
                    Contains("damaged") && Contains("exit code 3"));
  CHECK_THROWS_WITH(run_in_child([]() -> Bytes { std::_Exit(0); }, "file"), Contains("damaged"));
  CHECK_THROWS_WITH(run_in_child(
                        []() -> Bytes {
                          for (volatile bool forever = true; forever;) {
                          }
                          return {};
                        },
                        "file", {.cpu_seconds = 1}),
                    Contains("did not end within 1 s of CPU"));
  CHECK_THROWS_WITH(run_in_child(
                        []() -> Bytes {
                          while (true) ::pause();
                        },
                        "file", {.wall_seconds = 1}),
                    Contains("1 s of wall time"));
}

TEST_CASE("A stop request ends the child process", "[child]") {
  struct Stop final : Progress {
    bool stop_requested() const override { return true; }
  };
  const auto wait_for_ever = []() -> Bytes {
    while (true) ::pause();
  };
  CHECK_THROWS_AS(run_in_child(wait_for_ever, "file", {}, Stop()), Interrupted);
  CHECK((::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD));
}

TEST_CASE("A child process that exceeds its memory limit fails with DataError", "[child]") {
#ifdef INFORELAY_SANITIZED
  SKIP_CASE("sanitizers need memory that is not limited");
#else
  CHECK_THROWS_WITH(run_in_child([] { return Bytes(std::size_t{1} << 30); }, "file", {.memory_bytes = 1 << 28}),
                    Contains("file: cannot be read"));
#endif
}

TEST_CASE("A started program inherits only its folder, environment and message file", "[child]") {
  const test::TemporaryFolder folder;
  ::setenv("INFORELAY_TEST_OLD", "old", 1);
  ::setenv("INFORELAY_TEST_SET", "old", 1);
  const int inherited = ::dup(STDERR_FILENO);
  ProgramStart start = shell(folder, "pwd -P >&2; env | grep INFORELAY_TEST >&2; test -e /proc/$$/fd/" +
                                         std::to_string(inherited) + " && echo inherited >&2; cat; exit 3");
  start.folder = folder.path();
  start.environment = {"INFORELAY_TEST_SET=new"};
  start.withheld = {"INFORELAY_TEST_OLD"};
  CHECK(end_text(wait_for_end(start_program(start))) == "exit code 3");
  ::close(inherited);
  const std::string real = std::filesystem::canonical(folder.path()).string();
  CHECK(test::content(start.messages) == real + "\nINFORELAY_TEST_SET=new\n");
  CHECK(end_text(wait_for_end(start_program(shell(folder, "kill -9 $$")))) == "signal 9 (Killed)");
  CHECK(test::content(start.messages).empty());
}

TEST_CASE("A program that cannot be started is named with the reason", "[child]") {
  const test::TemporaryFolder folder;
  ProgramStart start = shell(folder, "");
  start.program = "no-such-program";
  CHECK_THROWS_WITH(start_program(start), "cannot run no-such-program: No such file or directory");
  start.program = folder.path().string();
  CHECK_THROWS_WITH(start_program(start), Contains("Permission denied"));
  start.messages = folder.path() / "nowhere/messages";
  CHECK_THROWS_WITH(start_program(start), Contains("cannot write") && Contains("nowhere/messages: No such file"));
  CHECK((::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD));
}

TEST_CASE("A stop signal that arrives while a program begins ends it, and does not reach this process", "[child]") {
  const std::string children = fmt::format("/proc/self/task/{}/children", ::gettid());
  if (!std::ifstream(children)) {
    SKIP_CASE("the kernel does not list the children of a thread");
    SUCCEED();
    return;
  }
  const test::TemporaryFolder folder;
  struct sigaction note {
  }, earlier{};
  note.sa_handler = [](int) { handled = 1; };  // as that of the program, which only notes the signal
  ::sigaction(SIGTERM, &note, &earlier);
  for (int i = 0; i < 50; ++i) {
    // As soon as there is a child: mostly before it has become the program.
    std::thread stops([&] {
      pid_t child = 0;
      while (!(std::ifstream(children) >> child)) continue;
      ::kill(child, SIGTERM);
    });
    const pid_t child = start_program(shell(folder, "sleep 20"));
    stops.join();
    CHECK(end_text(wait_for_end(child)) == "signal 15 (Terminated)");
  }
  CHECK(handled == 0);
  ::sigaction(SIGTERM, &earlier, nullptr);
}
