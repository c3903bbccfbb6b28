// Figures of sets, confusion and weights: their tables.
#include <filesystem>
#include <map>

#include "experiments/figures/figures.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::content;
using test::rows_of;
using test::TemporaryFolder;

}  // namespace

TEST_CASE("The density figure counts every set once", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  RowMatrix<float> information(2, 16), accuracy(2, 16);
  RandomStream random(1, "density");
  for (auto& v : information.reshaped()) v = static_cast<float>(random.uniform());
  for (auto& v : accuracy.reshaped()) v = static_cast<float>(random.uniform());
  draw_density(writer, {.network = "x",
                        .labels = {"cat", "dog"},
                        .neurons = 4,
                        .information = information,
                        .accuracy = accuracy,
                        .greedy = {{15, 7, 3, 1, 0}, {15, 14, 12, 8, 0}},
                        .shown = {1}});
  int sets = 0, path = 0;
  for (const auto& row : rows_of(folder.path() / "density_x.csv")) {
    if (row[6] == "sets") sets += std::stoi(row[5]);
    if (row[6] == "greedy") {
      CHECK(std::stof(row[1]) == information(1, std::vector<int>{15, 14, 12, 8, 0}[static_cast<std::size_t>(path)]));
      ++path;
    }
    if (row[8] != "label") CHECK(row[8] == "dog");  // the only class that has a panel
  }
  CHECK(sets == 16);
  CHECK(path == 5);
}

TEST_CASE("Overlap is units in both over units in either", "[figures]") {
  CHECK(jaccard(NeuronSet{1, 2}, NeuronSet{2, 3}) == 1 / 3.0);
  CHECK(jaccard(NeuronSet{1, 2}, NeuronSet{1, 2}) == 1);
  CHECK(jaccard(NeuronSet{1}, NeuronSet{2}) == 0);
  CHECK(jaccard(NeuronSet{}, NeuronSet{}) == 1);
}

TEST_CASE("The module figure has the units of each set and puts similar classes side by side", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  draw_modules(writer, {.network = "x",
                        .labels = {"a", "b", "c"},
                        .units = 6,
                        .half = {NeuronSet{0}, NeuronSet{3}, NeuronSet{1}},
                        .most = {NeuronSet{0, 1}, NeuronSet{3, 4}, NeuronSet{0, 1, 2}},
                        .module = 2});
  std::map<std::string, std::vector<std::string>> members;
  std::vector<std::string> order;
  std::vector<double> heights;
  for (const auto& row : rows_of(folder.path() / "modules_x.csv")) {
    if (row[0] == "smallest_set_percent") members[row[4]].push_back(row[2] + ":" + row[3]);
    if (row[0] == "overlap" && row[1] == row[2]) order.push_back(row[4]);
    if (row[0] == "merge_end") heights.push_back(std::stod(row[2]));
  }
  using Names = std::vector<std::string>;
  CHECK(members["a"] == Names{"0:50", "1:90"});
  CHECK(members["c"] == Names{"0:90", "1:50", "2:90"});
  CHECK(order == Names{"b", "a", "c"});
  REQUIRE(heights.size() == 2);
  CHECK(heights[0] == Approx(1 - 2 / 3.0));
  CHECK(heights[1] == 1);  // a set without common units
  CHECK_THROWS_WITH(draw_modules(writer, {.network = "x", .labels = {"a"}, .units = 2}),
                    "figure modules_x: half has 0 sets, expected 1");
}

TEST_CASE("Units with similar profiles stand side by side in the figures of modules and of nodes", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  const RowMatrix<double> profiles{{0.3, 0.0, 0.31, 0.01}, {0.0, 0.2, 0.0, 0.22}};  // 0 like 2, 1 like 3
  draw_modules(writer, {.network = "x",
                        .labels = {"a", "b"},
                        .units = 4,
                        .half = {NeuronSet{0}, NeuronSet{1}},
                        .most = {NeuronSet{0, 2}, NeuronSet{1, 3}},
                        .profiles = profiles});
  std::map<std::string, std::string> place_of;
  std::size_t merges = 0;
  for (const auto& row : rows_of(folder.path() / "modules_x.csv")) {
    if (row[0] == "smallest_set_percent") place_of[row[5]] = row[2];
    merges += row[0] == "unit_merge_end";
  }
  CHECK(place_of == std::map<std::string, std::string>{{"0", "0"}, {"2", "1"}, {"1", "2"}, {"3", "3"}});
  CHECK(merges == 3);

  draw_node(writer, {.network = "x", .labels = {"a", "b"}, .single = profiles});
  const auto clustered = rows_of(folder.path() / "node_x.csv");
  CHECK(clustered[2] == std::vector<std::string>{"0", "2", "0.31", "single", "a", "1"});
  draw_node(writer, {.network = "x", .labels = {"a", "b"}, .single = profiles, .module = 2});
  const auto own = rows_of(folder.path() / "node_x.csv");
  CHECK(own[2] == std::vector<std::string>{"0", "1", "0", "single", "a", "1"});
  CHECK(content(folder.path() / "node_x.gp").find("set object rectangle from 1.5,0.5 to 3.5,1.5") != std::string::npos);
}

TEST_CASE("Confusion and weights are tables of what is drawn", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  draw_confusion(writer, {.network = "x", .labels = {"a", "b"}, .counts = RowMatrix<std::int64_t>{{3, 1}, {0, 0}}});
  const auto confusion = rows_of(folder.path() / "confusion_x.csv");
  REQUIRE(confusion.size() == 5);
  CHECK(confusion[2] == std::vector<std::string>{"0", "1", "1", "0.25", "a", "b"});
  draw_readout(writer, {.network = "x",
                        .labels = {"cat", "dog"},
                        .weight = RowMatrix<float>{{0.5f, -1, 0}, {2, 0.25f, 1}},
                        .module = 1});
  const auto outgoing = rows_of(folder.path() / "readout_x.csv");
  REQUIRE(outgoing.size() == 7);
  CHECK(outgoing[0] == std::vector<std::string>{"target", "unit", "weight", "label"});
  CHECK(outgoing[2] == std::vector<std::string>{"0", "1", "-1", "cat"});
  CHECK(outgoing[5] == std::vector<std::string>{"1", "1", "0.25", "dog"});
  CHECK_THROWS_WITH(draw_readout(writer, {.network = "x", .labels = {"cat"}, .weight = RowMatrix<float>::Ones(2, 3)}),
                    "figure readout_x: weight has 2 rows, expected 1");

  draw_receptive(writer, {.network = "x", .side = 2, .weight = RowMatrix<float>{{1, 2, 3, -4}}});
  const auto weights = rows_of(folder.path() / "receptive_x.csv");
  REQUIRE(weights.size() == 5);
  CHECK(weights[4] == std::vector<std::string>{"0", "1", "1", "-4"});
}

}  // namespace inforelay
