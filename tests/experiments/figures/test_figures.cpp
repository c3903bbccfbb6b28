#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <set>

#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/gnuplot.hpp"
#include "experiments/figures/sweep_figure.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

using namespace inforelay;
using test::content;
using test::rows_of;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

void check_files(const fs::path& folder, const std::string& name) {
  INFO(name);
  CHECK(fs::file_size(folder / (name + ".csv")) > 20);
  CHECK(fs::file_size(folder / (name + ".gp")) > 500);
  const std::string svg = content(folder / (name + ".svg"));
  CHECK(svg.find("<svg") != std::string::npos);
  CHECK(svg.find("</svg>") != std::string::npos);
  CHECK(content(folder / (name + ".pdf")).substr(0, 5) == "%PDF-");
  CHECK(content(folder / (name + ".png")).substr(1, 3) == "PNG");
  CHECK(fs::file_size(folder / (name + ".png")) > 2000);
}

std::vector<std::string> class_names(int classes) {
  std::vector<std::string> labels;
  for (int c = 0; c < classes; ++c) labels.push_back(std::to_string(c));
  return labels;
}

bool is_finite_number(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0' && std::isfinite(value);
}

/// Draws each figure once, from random values; returns the names.
std::vector<std::string> draw_all(const FigureWriter& writer, const std::string& network,
                                  const std::vector<std::string>& labels, int neurons, bool all_nan = false) {
  RandomStream random(1, "figures");
  const auto classes = static_cast<Eigen::Index>(labels.size());
  const auto sets = Eigen::Index{1} << neurons;
  const auto value = [&] { return all_nan ? not_a_number : random.uniform(); };
  const auto table = [&](Eigen::Index rows, Eigen::Index columns) -> RowMatrix<double> {
    return RowMatrix<double>::NullaryExpr(rows, columns, value);
  };
  const auto list = [&](Eigen::Index n) {
    std::vector<double> values(static_cast<std::size_t>(n));
    for (auto& v : values) v = value();
    return values;
  };
  const RowMatrix<float> information = table(classes, sets).cast<float>(),
                         accuracy = table(classes, sets).cast<float>();
  const RowMatrix<double> scores = table(50, 2);
  const RowMatrix<float> hidden = table(50, neurons).cast<float>();
  std::vector<Symbol> samples;
  for (std::size_t i = 0; i < 50; ++i) samples.push_back(static_cast<Symbol>(i % labels.size()));
  const RowMatrix<double> curves = table(7, classes);
  SubsetStatistics sizes;
  sizes.count.assign(static_cast<std::size_t>(neurons) + 1, 1);
  sizes.mean = table(classes, neurons + 1);
  sizes.quantile = table(classes, (neurons + 1) * 7);
  std::vector<SweepDot> dots;
  for (std::size_t i = 0; i < 6 * labels.size(); ++i) dots.push_back({i % labels.size(), i % 2, value()});
  return {
      draw_training(writer, {.labels = labels,
                             .networks = {{.network = network, .train = curves_by_class(curves), .end_marks = true}},
                             .staircases = {{.network = network, .train = curves, .test = curves}}}),
      draw_relay(writer, {.network = network,
                          .labels = labels,
                          .neurons = neurons,
                          .information = information,
                          .greedy_information = table(classes, neurons),
                          .all_information = list(classes)}),
      draw_sizes(writer, {.network = network,
                          .labels = labels,
                          .statistics = sizes,
                          .greedy_information = table(classes, neurons),
                          .all_information = list(classes)}),
      draw_sizes(
          writer,
          {.quantity = SizesFigure::Quantity::accuracy, .network = network, .labels = labels, .statistics = sizes}),
      draw_node(writer, {.network = network,
                         .labels = labels,
                         .aggregated = table(classes, neurons),
                         .single = -table(classes, neurons)}),
      draw_function(
          writer,
          {.network = network, .labels = labels, .neurons = neurons, .information = information, .accuracy = accuracy},
          random),
      draw_density(
          writer,
          {.network = network, .labels = labels, .neurons = neurons, .information = information, .accuracy = accuracy}),
      draw_ablation(writer, {.network = network,
                             .labels = labels,
                             .units = neurons,
                             .replacements = {{.word = "held at 0",
                                               .greedy = table(classes, neurons + 1).cast<float>(),
                                               .reverse = table(classes, neurons + 1).cast<float>(),
                                               .random = table(classes, 2 * neurons + 2).cast<float>()}}}),
      draw_regression(writer,
                      {.labels = labels,
                       .networks = {{.network = network, .set_size = list(classes), .information = list(classes)}}}),
      draw_clusters(writer, {.networks = {{.network = network, .clusters = {2, 3}, .cohesion = list(2)}}}),
      draw_pca(writer,
               {.network = network, .labels = labels, .scores = scores, .classes = samples, .explained = {0.5, 0.25}}),
      draw_activations(writer, {.network = network, .hidden = hidden, .threshold = table(neurons, 1)}),
      draw_entropy(writer, {.neurons = neurons,
                            .networks = {{.network = network, .samples = {10, 100}, .entropy = list(2)}},
                            .random = {.samples = {10, 100}, .mean = list(2), .low = list(2), .high = list(2)}}),
      draw_sweep(writer, {.name = network,
                          .quantity = network,
                          .setting = network,
                          .levels = labels,
                          .series = {network, "other"},
                          .dots = dots}),
  };
}

}  // namespace

TEST_CASE("Every figure is written in every format with its table and script and no other file", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path() / "figures", .note = "data: generated digits (not MNIST)"});
  const auto names = draw_all(writer, "full", class_names(3), 4);
  CHECK(names == std::vector<std::string>{"training", "relay_full", "relay_sizes_full", "knockout_sizes_full",
                                          "node_full", "function_full", "density_full", "ablation_full", "regression",
                                          "clusters", "pca_full", "activations_full", "entropy", "sweep_full"});
  for (const auto& name : names) {
    check_files(folder.path() / "figures", name);
    CHECK(content(folder.path() / "figures" / (name + ".svg")).find("generated digits (not MNIST)") !=
          std::string::npos);
  }
  const auto entries = std::distance(fs::directory_iterator(folder.path() / "figures"), fs::directory_iterator{});
  CHECK(entries == 14 * 5);
}

TEST_CASE("The table of a figure has the given numbers", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  RowMatrix<double> aggregated(2, 3);
  aggregated << 0.1, 1.0 / 3, -0.25, not_a_number, 1e-17, 2;
  draw_node(writer, {.network = "a", .labels = {"cat", "dog"}, .aggregated = aggregated});
  const auto rows = rows_of(folder.path() / "node_a.csv");
  REQUIRE(rows.size() == 7);
  CHECK(rows[0] == std::vector<std::string>{"class", "unit", "bits", "kind", "label", "place"});
  for (std::size_t i = 0; i < 6; ++i) {
    const double expected = aggregated(static_cast<int>(i / 3), static_cast<int>(i % 3));
    CHECK(rows[i + 1][0] == std::to_string(i / 3));
    CHECK(rows[i + 1][1] == std::to_string(i % 3));
    const double found = std::strtod(rows[i + 1][2].c_str(), nullptr);
    CHECK((found == expected || (std::isnan(found) && std::isnan(expected))));
    CHECK(rows[i + 1][4] == (i < 3 ? "cat" : "dog"));
  }

  draw_regression(writer, {.labels = {"0", "1"},
                           .networks = {{.network = "a",
                                         .set_size = {-0.5, not_a_number},
                                         .information = {-0.25, 0.75},
                                         .r_squared = {0.5, 0.25}}}});
  const auto regression = rows_of(folder.path() / "regression.csv");
  CHECK(regression[1] == std::vector<std::string>{"0", "-0.5", "nan", "nan", "fit", "set size", "0", "a"});
  CHECK(regression[2] == std::vector<std::string>{"1", "nan", "nan", "nan", "fit", "set size", "1", "a"});
  CHECK(regression[4] == std::vector<std::string>{"1", "0.75", "nan", "nan", "fit", "information", "1", "a"});
  REQUIRE(regression.size() == 7);
  CHECK(regression[6] == std::vector<std::string>{"1", "0.25", "nan", "nan", "R squared", "both", "1", "a"});
}

TEST_CASE("Regression coefficients of seeds have intervals from ten seeds on", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  for (const Eigen::Index seeds : {9, 21}) {
    RowMatrix<double> size(seeds, 1), information(seeds, 1);
    for (Eigen::Index i = 0; i < seeds; ++i) size(i, 0) = static_cast<double>(i), information(i, 0) = -size(i, 0);
    const double middle = static_cast<double>(seeds - 1) / 2;
    draw_regression(writer, {.labels = {"0"},
                             .networks = {{.network = "a",
                                           .set_size = {middle},
                                           .information = {-middle},
                                           .set_size_runs = size,
                                           .information_runs = information}}});
    const auto rows = rows_of(folder.path() / "regression.csv");
    std::vector<std::vector<std::string>> medians;
    std::ptrdiff_t runs = 0;
    for (const auto& row : rows) {
      if (row[4] == "median") medians.push_back(row);
      runs += row[4] == "run";
    }
    CHECK(runs == 2 * seeds);
    REQUIRE(medians.size() == 2);
    CHECK(medians[0][1] == fmt::format("{}", middle));
    CHECK(medians[0][2] == (seeds < 10 ? "nan" : "1"));
    CHECK(medians[0][3] == (seeds < 10 ? "nan" : "19"));
    CHECK(medians[1][2] == (seeds < 10 ? "nan" : "-19"));
  }
}

TEST_CASE("The relay table covers every set and the greedy path by size", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  RowMatrix<float> information(1, 8);
  information << 0, 0.25f, 0.125f, 0.5f, 0.125f, 0.5f, 0.25f, 1;
  RowMatrix<double> greedy(1, 3);
  greedy << 0.5, 0.25, 0;
  draw_relay(writer, {.network = "x",
                      .labels = {"0"},
                      .neurons = 3,
                      .information = information,
                      .greedy_information = greedy,
                      .all_information = {1}});
  std::map<int, int> sets;
  std::map<int, double> path;
  for (const auto& row : rows_of(folder.path() / "relay_x.csv")) {
    if (row[6] == "sets") {
      sets[std::stoi(row[1])] += std::stoi(row[4]);
      CHECK(std::stod(row[2]) < std::stod(row[3]));
    }
    if (row[6] == "greedy") path[std::stoi(row[1])] = std::stod(row[2]);
  }
  CHECK(sets == std::map<int, int>{{0, 1}, {1, 3}, {2, 3}, {3, 1}});
  CHECK(path == std::map<int, double>{{3, 1}, {2, 0.5}, {1, 0.25}, {0, 0}});
}

TEST_CASE("The points of the function figure are values of the sets they name", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  RandomStream values(1, "values"), random(1, "sets");
  RowMatrix<float> information(2, 256), accuracy(2, 256);
  for (auto& v : information.reshaped()) v = static_cast<float>(values.uniform());
  for (auto& v : accuracy.reshaped()) v = static_cast<float>(values.uniform());
  draw_function(writer,
                {.network = "x",
                 .labels = {"0", "1"},
                 .neurons = 8,
                 .information = information,
                 .accuracy = accuracy,
                 .points = 40},
                random);
  const auto rows = rows_of(folder.path() / "function_x.csv");
  CHECK(rows.size() > 40);
  CHECK(rows.size() <= 81);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const int c = std::stoi(rows[i][0]), set = std::stoi(rows[i][4]);
    CHECK(std::stoi(rows[i][1]) == std::popcount(static_cast<unsigned>(set)));
    CHECK(std::stof(rows[i][2]) == information(c, set));
    CHECK(std::stof(rows[i][3]) == accuracy(c, set));
  }
}

TEST_CASE("Names with code for a shell, gnuplot or SVG are shown as text", "[figures][long]") {
  const TemporaryFolder folder;
  const fs::path mark = folder.path() / "harmed";
  const std::string harm = "touch " + mark.string();
  const std::vector<std::string> hostile{"a'; system(\"" + harm + "\") #",
                                         "`" + harm + "`",
                                         "$(" + harm + ")",
                                         "'.system('" + harm + "').'",
                                         "back\\",
                                         "two\nlines\n!" + harm,
                                         "{/:Bold",
                                         "a_b^c@d&e~f}",
                                         "100 %s %d %",
                                         "\"quoted\", comma",
                                         "\xff\xfe\x80",
                                         "../../up",
                                         "</text><script>alert(1)</script>"};
  const FigureWriter writer(
      {.folder = folder.path() / "figures", .formats = {FigureFormat::svg}, .note = hostile[0] + hostile[1]});
  for (const auto& name : hostile) {
    INFO(name);
    for (const auto& figure : draw_all(writer, name, hostile, 2)) {
      const std::string svg = content(folder.path() / "figures" / (figure + ".svg"));
      CHECK(svg.find("</svg>") != std::string::npos);
      CHECK(svg.find("<script>alert") == std::string::npos);
    }
    REQUIRE_FALSE(fs::exists(mark));
  }
  CHECK_FALSE(fs::exists(folder.path() / "up.svg"));
  const std::string svg = content(folder.path() / "figures" / "regression.svg");
  CHECK(svg.find("a_b^c@d&amp;e~f}") != std::string::npos);
  CHECK(svg.find("100 %s %d %<") != std::string::npos);
}

TEST_CASE("Texts are escaped for gnuplot", "[figures]") {
  CHECK(gnuplot_literal("plain") == "'plain'");
  CHECK(gnuplot_literal("'it's'") == "'\u2019it\u2019s\u2019'");
  CHECK(gnuplot_literal("a_b\\") == "'a\\_b\\\\'");
  CHECK(gnuplot_literal("a\n\x01\x7f"
                        "b") == "'a   b'");
  CHECK(gnuplot_literal("50 %") == "'50 %'");
  CHECK(gnuplot_tic_literal("50 %") == "'50 %%'");
  CHECK(gnuplot_literal("\u00e9\u4e2d\U0001F600") == "'\u00e9\u4e2d\U0001F600'");
  CHECK(gnuplot_literal("\xc3(\xed\xa0\x80") == "' (   '");
  CHECK(gnuplot_literal(std::string(100, 'x')) == fmt::format("'{}\u2026'", std::string(60, 'x')));
}

TEST_CASE("Names of figures are valid names of files and do not collide", "[figures]") {
  CHECK(figure_name("relay", "full") == "relay_full");
  CHECK(figure_name("training", "") == "training");
  CHECK(figure_name("relay", "a b").substr(0, 10) == "relay_a_b-");
  CHECK(figure_name("relay", "a b") != figure_name("relay", "a/b"));
  CHECK(figure_name("relay", "../x").find('/') == std::string::npos);
  CHECK(figure_name("relay", std::string(1000, 'x')).size() < 200);
}

TEST_CASE("Figures whose values are all NaN are drawn without data", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path()});
  const std::set<std::string> coordinates{"class",      "label",       "neuron",   "set",   "unit",
                                          "units_out",  "replacement", "set_size", "sets",  "magnitude",
                                          "value_from", "value_to",    "clusters", "level", "place"};
  for (const auto& name : draw_all(writer, "nothing", class_names(2), 3, true)) {
    check_files(folder.path(), name);
    const auto rows = rows_of(folder.path() / (name + ".csv"));
    for (std::size_t i = 1; i < rows.size(); ++i) {
      for (std::size_t column = 0; column < rows[0].size(); ++column) {
        INFO(name << " row " << i << " " << rows[0][column]);
        // Histograms count no sample; in the entropy figure the number of samples is the x axis.
        const bool count = rows[0][column] == "samples";
        if (count && name != "entropy") CHECK(rows[i][column] == "0");
        if (!count && !coordinates.contains(rows[0][column])) CHECK_FALSE(is_finite_number(rows[i][column]));
      }
    }
    const bool plotted = content(folder.path() / (name + ".gp")).find("table every") != std::string::npos;
    CHECK(plotted == (rows.size() > 1));
  }
}

TEST_CASE("Figures show every class, whether there is one or 21", "[figures][long]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .palette = FigurePalette::rainbow});
  const auto [network, classes, neurons] = GENERATE(table<std::string, int, int>({{"one", 1, 1}, {"many", 21, 6}}));
  const auto labels = class_names(classes);
  int by_class = 0;
  for (const auto& name : draw_all(writer, network, labels, neurons)) {
    INFO(name);
    check_files(folder.path(), name);
    const auto rows = rows_of(folder.path() / (name + ".csv"));
    const auto column = std::find(rows[0].begin(), rows[0].end(), "label") - rows[0].begin();
    if (column == std::ssize(rows[0])) continue;
    ++by_class;
    std::set<std::string> found;
    for (std::size_t i = 1; i < rows.size(); ++i) found.insert(rows[i][static_cast<std::size_t>(column)]);
    for (const std::string& label : labels) CHECK(found.contains(label));
  }
  CHECK(by_class >= 6);
}

TEST_CASE("Arrays of the wrong shape and unwritable folders are refused by name", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path()});
  CHECK_THROWS_WITH(
      draw_node(writer, {.network = "n", .labels = {"0", "1"}, .aggregated = RowMatrix<double>::Zero(3, 4)}),
      "figure node_n: aggregated has 3 rows, expected 2");
  CHECK_THROWS_WITH(draw_regression(writer, {.labels = {"0"}}), "figure regression: no networks given");
  const RowMatrix<float> wrong = RowMatrix<float>::Zero(1, 7);
  CHECK_THROWS_WITH(draw_relay(writer, {.network = "n", .labels = {"0"}, .neurons = 3, .information = wrong}),
                    "figure relay_n: information has 7 columns, expected 8");
  CHECK_THROWS_AS(FigureWriter({.folder = folder.path(), .formats = {}}), UsageError);
  std::ofstream(folder.path() / "file") << "x";
  const FigureWriter blocked({.folder = folder.path() / "file"});
  CHECK_THROWS_AS(draw_clusters(blocked, {.networks = {{.network = "a", .clusters = {2}, .cohesion = {1}}}}), IoError);
}
