#include "experiments/reports/display.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <functional>

#include "tests/catch2.hpp"
#include "tests/temporary_folder.hpp"

namespace inforelay {
namespace {

// What `show` writes to stderr.
std::string shown_by(const std::function<void()>& show) {
  const test::TemporaryFolder folder;
  const int file = open((folder / "stderr").c_str(), O_WRONLY | O_CREAT, 0600), earlier = dup(STDERR_FILENO);
  REQUIRE((file >= 0 && earlier >= 0));
  dup2(file, STDERR_FILENO);
  show();
  dup2(earlier, STDERR_FILENO);
  close(file);
  close(earlier);
  return test::content(folder / "stderr");
}

// A stage that is half done, shown from start to end.
std::string stage_shown(ProgressStyle style, bool quiet, double line_seconds) {
  return shown_by([&] {
    Display display(style, quiet, line_seconds);
    StageStatus stage{.index = 2, .count = 3, .label = "count", .note = "", .total = 4};
    display.begin(stage);
    stage.done = 2;
    display.update(stage);
    display.end(stage, 1);
  });
}

}  // namespace

TEST_CASE("Plain progress is a line at each interval", "[console]") {
  CHECK(stage_shown(ProgressStyle::plain, false, 0) == "[ 2/3] count\n        50 %\n        done in 1.0 s\n");
  CHECK(stage_shown(ProgressStyle::plain, false, 3600) == "[ 2/3] count\n        done in 1.0 s\n");
}

TEST_CASE("Without progress only beginning and end of a stage are shown, with quiet nothing", "[console]") {
  CHECK(stage_shown(ProgressStyle::off, false, 0) == "[ 2/3] count\n        done in 1.0 s\n");
  CHECK(stage_shown(ProgressStyle::bar, true, 0).empty());
}

TEST_CASE("Progress is plain if stderr is not a terminal", "[console]") {
  CHECK(stage_shown(ProgressStyle::automatic, false, 0) == stage_shown(ProgressStyle::plain, false, 0));
}

TEST_CASE("A bar is cleared before a line is printed and its title cut to the width of the terminal", "[console]") {
  const std::string shown = shown_by([] {
    Display display(ProgressStyle::bar, false, 0);
    display.begin({.index = 1, .count = 1, .label = std::string(200, 'x'), .note = ""});
    display.print("a line");
  });
  CHECK(shown == "\r\033[K[ 1/1] " + std::string(79 - 7 - 7, 'x') + "  0.0 s\r\033[Ka line\n");
}

TEST_CASE("A bar leaves out the end of a note that does not fit", "[console]") {
  const std::string shown = shown_by([] {
    Display display(ProgressStyle::bar, false, 0);
    const StageStatus stage{.index = 1, .count = 1, .label = "train", .note = "epoch 35, " + std::string(60, 'x')};
    display.begin(stage);
    display.end(stage, 2);
  });
  CHECK(shown == "\r\033[K[ 1/1] train  0.0 s  epoch 35\r\033[K[ 1/1] train  2.0 s  (epoch 35)\n");
}

}  // namespace inforelay
