// Messages and progress on stderr and in run.log.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "core/error.hpp"
#include "core/text/message_text.hpp"
#include "core/text/unit_text.hpp"
#include "experiments/reports/console.hpp"
#include "experiments/reports/run_status.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::content;
using test::TemporaryFolder;

// Replaces stderr by a terminal during its lifetime.
class Terminal {
 public:
  Terminal() : screen_(posix_openpt(O_RDWR | O_NOCTTY)), stderr_(dup(STDERR_FILENO)) {
    REQUIRE(screen_ >= 0);
    REQUIRE(grantpt(screen_) == 0);
    REQUIRE(unlockpt(screen_) == 0);
    const int line = open(ptsname(screen_), O_RDWR | O_NOCTTY);
    REQUIRE(line >= 0);
    dup2(line, STDERR_FILENO);
    close(line);
  }
  ~Terminal() {
    restore();
    close(screen_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // All that was shown; restores stderr.
  std::string shown() {
    fcntl(screen_, F_SETFL, O_NONBLOCK);
    std::string text;
    std::array<char, 4096> part{};
    for (ssize_t n = 0; (n = read(screen_, part.data(), part.size())) > 0;) text.append(part.data(), part.data() + n);
    restore();
    return text;
  }

 private:
  void restore() {
    if (stderr_ < 0) return;
    dup2(stderr_, STDERR_FILENO);
    close(std::exchange(stderr_, -1));
  }
  int screen_, stderr_;
};

// The output of a stage, half done, on a terminal with TERM=`name`.
std::string shown_on(const char* name) {
  const char* const before = std::getenv("TERM");
  const std::string earlier = before ? before : "";
  setenv("TERM", name, 1);
  Terminal terminal;
  {
    Console console(ProgressStyle::automatic, Verbosity::normal, {.lines = 0});
    console.begin_stage("count");
    console.report(2, 4);
    console.end_stage(1);
  }
  before ? setenv("TERM", earlier.c_str(), 1) : unsetenv("TERM");
  return terminal.shown();
}

}  // namespace

TEST_CASE("Durations, rates and sizes are printed in readable units", "[console]") {
  CHECK(duration(0) == "0.0 s");
  CHECK(duration(59.94) == "59.9 s");
  CHECK(duration(59.97) == "1 min 00 s");
  CHECK(duration(245) == "4 min 05 s");
  CHECK(duration(3599.6) == "1 h 00 min");
  CHECK(duration(9000) == "2 h 30 min");
  CHECK(duration(3600 * 24 * 365) == "365 days");
  CHECK(duration(1e300) == "1.16e+295 days");
  CHECK(rate_text(1234) == "1.2 k/s");
  CHECK(rate_text(2.5e6) == "2.5 M/s");
  CHECK(rate_text(0.05) == "3.0/min");
  CHECK(rate_text(0.001) == "3.6/h");
  CHECK(bytes_text(1500) == "2 kB");
  CHECK(bytes_text(12e6) == "12 MB");
  CHECK(bytes_text(1.44e9) == "1.44 GB");
}

TEST_CASE("Control characters of texts are not printed", "[console]") {
  CHECK(printable("a\x1b[2J\x7f\tb\n") == "a?[2J??b\n");
  CHECK(printable("\xc2\x9b"
                  "2J") == "?2J");  // U+009B also begins a control sequence
  CHECK(printable("\xc2\xa0\xc3\x9b\xc2") == "\xc2\xa0\xc3\x9b\xc2");
  CHECK(one_line("a\nb") == "a b");
}

TEST_CASE("Progress is a redrawn line on a terminal, and plain lines if TERM is dumb", "[console]") {
  const std::string bar = shown_on("xterm");
  CHECK_THAT(bar, Catch::Contains("\r\033[K[ 1/1] count") && Catch::EndsWith("count  1.0 s\r\n"));
  const std::string plain = shown_on("dumb");
  CHECK_THAT(plain, !Catch::Contains("\033") && Catch::StartsWith("[ 1/1] count\r\n") && Catch::Contains("50 %"));
}

TEST_CASE("The log has the progress of a stage at intervals", "[console]") {
  const TemporaryFolder folder;
  const auto log = folder.path() / "run.log";
  {
    Console often(ProgressStyle::off, Verbosity::quiet, {.log = 0});
    often.open(folder.path(), log, "counting", nullptr);
    often.begin_stage("count");
    often.note("so far so good");
    often.report(1, 4);
    often.tick();  // as for a stage that reports nothing
    CHECK_THAT(content(log), Catch::Contains("Z         25 %, ") && Catch::Contains("/s, ") &&
                                 Catch::Contains(" left  so far so good\n"));
    often.close(RunStatus::State::complete);
  }
  const std::string before = content(log);
  Console seldom(ProgressStyle::off, Verbosity::quiet);
  seldom.open(folder.path(), log, "counting", nullptr);
  seldom.begin_stage("count");
  seldom.report(1, 4);
  seldom.tick();
  CHECK_THAT(content(log).substr(before.size()), Catch::Contains("[ 1/1] count\n") && !Catch::Contains("25 %"));
}

TEST_CASE("A log that is a named pipe is refused", "[console]") {
  const TemporaryFolder folder;
  const auto log = folder.path() / "run.log";
  REQUIRE(mkfifo(log.c_str(), 0600) == 0);
  Console console(ProgressStyle::off, Verbosity::quiet);
  CHECK_THROWS_WITH(console.open(folder.path(), log, "x", nullptr), Catch::Contains("named pipe"));
}

}  // namespace inforelay
