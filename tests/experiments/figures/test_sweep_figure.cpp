#include "experiments/figures/sweep_figure.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <limits>
#include <utility>

#include "experiments/figures/plot/figure_style.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay::test {
namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("The table of a sweep figure has each run, and median and spread of each level", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  SweepFigure figure{.name = "a", .quantity = "q", .setting = "s", .levels = {"0.01", "1"}, .position = {0.01, 1}};
  figure.dots = {{0, 0, 1}, {1, 0, 7}, {0, 0, 3}, {0, 0, no_value}, {0, 0, 2}};
  draw_sweep(writer, figure);
  using Row = std::vector<std::string>;
  CHECK(rows_of(folder.path() / "sweep_a.csv") ==
        std::vector<Row>{{"x", "value", "low", "high", "kind", "level", "series"},
                         {"0.01", "1", "1", "1", "run", "0.01", "all"},
                         {"0.01", "3", "3", "3", "run", "0.01", "all"},
                         {"0.01", "2", "2", "2", "run", "0.01", "all"},
                         {"1", "7", "7", "7", "run", "1", "all"},
                         {"0.01", "2", "1.1", "2.9", "median", "0.01", "all"},
                         {"1", "7", "7", "7", "median", "1", "all"}});
  CHECK(content(folder.path() / "sweep_a.gp").find("set logscale x") != std::string::npos);

  // A quantity with many words is in two lines.
  figure.quantity = "rank correlation of lost function and activation times gradient";
  draw_sweep(writer, figure);
  const std::string script = content(folder.path() / "sweep_a.gp");
  CHECK(script.find("'rank correlation of lost function and'") != std::string::npos);
  CHECK(script.find("'activation times gradient'") != std::string::npos);

  figure.dots.push_back({2, 0, 1});
  CHECK_THROWS_WITH(draw_sweep(writer, figure),
                    "figure sweep_a: a dot has level 2 and series 0, expected less than 2 and 1");
  CHECK_THROWS_WITH(draw_sweep(writer, {.name = "a", .levels = {"x"}, .position = {1, 2}}),
                    "figure sweep_a: position has 2 values, expected 1");
  CHECK_THROWS_WITH(draw_sweep(writer, {.name = "a"}), "figure sweep_a: no levels given");
}

TEST_CASE("Sweep figures of many names are wider, and of many runs have smaller dots", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  const auto drawn = [&](std::size_t names, std::size_t runs) {
    SweepFigure figure{.name = "a", .quantity = "q", .setting = "s"};
    for (std::size_t level = 0; level < names; ++level) {
      figure.levels.push_back(fmt::format("name_{}", level));
      for (std::size_t run = 0; run < runs; ++run) figure.dots.push_back({level, 0, static_cast<double>(run)});
    }
    draw_sweep(writer, figure);
    const std::string script = content(folder.path() / "sweep_a.gp");
    CAPTURE(script);
    const bool narrow = script.find(fmt::format("width = {:.2f}", single_column)) != std::string::npos;
    CHECK(narrow != (script.find(fmt::format("width = {:.2f}", double_column)) != std::string::npos));
    return std::pair(narrow, script.find("ps 0.7*mm") != std::string::npos);
  };
  CHECK(drawn(12, 40) == std::pair(true, false));
  CHECK(drawn(13, 41) == std::pair(false, true));
}

TEST_CASE("A sweep figure is drawn if no run has a value", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  draw_sweep(writer, {.name = "a", .quantity = "q", .setting = "s", .levels = {"x"}, .dots = {{0, 0, no_value}}});
  CHECK(rows_of(folder.path() / "sweep_a.csv").size() == 1);
  CHECK(std::filesystem::exists(folder.path() / "sweep_a.svg"));
}

}  // namespace inforelay::test
