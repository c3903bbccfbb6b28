#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/process/child_process.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {

using Bytes = std::vector<std::uint8_t>;

}  // namespace

TEST_CASE("A child sends back what it computed, also beside threads of its parent", "[child]") {
  std::atomic<int> blocks = 0;
  const auto in_parallel = [&] { parallel_blocks(64, [&](std::size_t) { ++blocks; }); };
  in_parallel();
  const Bytes big(1'000'000, 7);  // more than a pipe holds
  CHECK(run_in_child([&] { return big; }, "file") == big);
  CHECK(run_in_child([] { return Bytes{}; }, "file").empty());
  in_parallel();
  CHECK(blocks == 128);
}

TEST_CASE("A child's errors arrive as DataError", "[child]") {
  CHECK_THROWS_MATCHES(run_in_child([]() -> Bytes { throw DataError("file: bad"); }, "file"), DataError,
                       Catch::Matchers::Message("file: bad"));
  CHECK_THROWS_WITH(run_in_child([]() -> Bytes { throw DataError("a\n\x1b[2Jb"); }, "file"), "a??[2Jb");
  CHECK_THROWS_WITH(run_in_child([] { return Bytes(1000); }, "file", {.memory_bytes = 999}), Contains("more than 999"));
  CHECK_THROWS_WITH(run_in_child([]() -> Bytes { throw std::runtime_error("odd"); }, "file"),
                    "file: cannot be read: odd");
}

TEST_CASE("A child that crashes, hangs or leaves is a damaged file", "[child]") {
  CHECK_THROWS_MATCHES(
      run_in_child(
          []() -> Bytes {
            std::raise(SIGSEGV);
            return {};
          },
          "file"),
      DataError, Catch::Matchers::Predicate<DataError>([](const DataError& error) {
        return std::string(error.what()).find("file: damaged: the process that read it ended by signal 11") == 0;
      }));
  CHECK_THROWS_WITH(run_in_child([]() -> Bytes { std::_Exit(3); }, "file"),
                    Contains("damaged") && Contains("status 3"));
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

TEST_CASE("A wish to stop ends the child", "[child]") {
  struct Stop final : Progress {
    bool stop_requested() const override { return true; }
  };
  const auto wait_for_ever = []() -> Bytes {
    while (true) ::pause();
  };
  CHECK_THROWS_AS(run_in_child(wait_for_ever, "file", {}, Stop()), Interrupted);
  CHECK((::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD));
}

TEST_CASE("A child that wants too much memory is refused", "[child]") {
#ifdef INFORELAY_SANITIZED
  WARN("skipped: sanitizers need memory that is not limited");
#else
  CHECK_THROWS_WITH(run_in_child([] { return Bytes(std::size_t{1} << 30); }, "file", {.memory_bytes = 1 << 28}),
                    Contains("file: cannot be read"));
#endif
}
