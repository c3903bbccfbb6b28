// The writing of figures with gnuplot, and what goes wrong with it.
#include "experiments/figures/plot/figure_writer.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/gnuplot.hpp"
#include "tests/catch2.hpp"
#include "tests/temporary_folder.hpp"

using namespace inforelay;
using test::content;
using test::TemporaryFolder;
namespace fs = std::filesystem;

TEST_CASE("If gnuplot is missing the error names its package", "[figures]") {
  const TemporaryFolder folder;
  const ClustersFigure figure{.networks = {{.network = "a", .clusters = {2}, .cohesion = {1}}}};
  const FigureWriter by_path({.folder = folder.path(), .gnuplot = "/nowhere/gnuplot"});
  CHECK_THROWS_WITH(draw_clusters(by_path, figure),
                    Catch::Contains("figure clusters") && Catch::Contains("/nowhere/gnuplot") &&
                        Catch::Contains("No such file") && Catch::Contains("apt-get install gnuplot-nox"));
  const FigureWriter by_name({.folder = folder.path(), .gnuplot = "gnuplot-that-is-not-there"});
  CHECK_THROWS_AS(draw_clusters(by_name, figure), FigureError);
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("If gnuplot fails its message is quoted and earlier files are kept", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  writer.write({"f", "good", 50, 50, "", "  set xrange [0:1]; set yrange [0:1]\n  plot NaN notitle\n", "a\n1\n"});
  const std::string before = content(folder.path() / "f.svg");
  REQUIRE(!before.empty());
  const Figure bad{"f", "bad", 50, 50, "", "  plot no_such_function(x)\n", "a\n2\n"};
  CHECK_THROWS_WITH(writer.write(bad), Catch::Contains("figure f") && Catch::Contains("undefined function"));
  CHECK(content(folder.path() / "f.svg") == before);
  CHECK(content(folder.path() / "f.csv") == "a\n1\n");
  const auto entries = std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator{});
  CHECK(entries == 3);
}

TEST_CASE("A truncated picture is an error", "[figures]") {
  // gnuplot exits with 0 even if the disk is full.
  const TemporaryFolder folder;
  const fs::path program = folder.path() / "gnuplot";
  const FigureFormat format = GENERATE(FigureFormat::svg, FigureFormat::pdf, FigureFormat::png);
  const std::string picture = fmt::format("f.{}", to_string(format));
  std::ofstream(program) << "#!/bin/sh\nprintf '<svg xmlns or %%PDF-1.7 or PNG and then' > " << picture << "\n";
  fs::permissions(program, fs::perms::owner_all);
  const fs::path figures = folder.path() / "figures";
  const FigureWriter writer({.folder = figures, .formats = {format}, .gnuplot = program.string()});
  CHECK_THROWS_WITH(writer.write({"f", "cut", 50, 50, "", "  plot NaN notitle\n", "a\n1\n"}),
                    Catch::Contains("figure f") && Catch::Contains("no whole") && Catch::Contains(figures.string()));
  CHECK(fs::is_empty(figures));
}

TEST_CASE("gnuplot redraws a figure from its folder", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  draw_clusters(writer, {.networks = {{.network = "a", .clusters = {2, 3}, .cohesion = {2, 1}}}});
  const std::string before = content(folder.path() / "clusters.svg");
  REQUIRE(!before.empty());
  fs::remove(folder.path() / "clusters.svg");
  run_gnuplot("gnuplot", folder.path(), "clusters.gp", "clusters");
  CHECK(content(folder.path() / "clusters.svg") == before);
}
