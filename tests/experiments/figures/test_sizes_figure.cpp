// The figures of a quantity of all sets by size: their tables and errors.
#include <filesystem>

#include "experiments/figures/figures.hpp"
#include "tests/catch2.hpp"
#include "tests/experiments/run/program.hpp"

namespace inforelay {
namespace {

using test::rows_of;
using test::TemporaryFolder;

// Statistics of two neurons, with each quantile equal to its column.
SubsetStatistics statistics_of(int classes) {
  SubsetStatistics sizes;
  sizes.count = {1, 2, 1};
  sizes.mean = RowMatrix<double>::Constant(classes, 3, 0.5);
  sizes.quantile =
      RowMatrix<double>::NullaryExpr(classes, 21, [](Eigen::Index, Eigen::Index i) { return static_cast<double>(i); });
  return sizes;
}

// The quantiles of each size and the mean, in the table with its header.
void check_quantiles(const std::vector<std::vector<std::string>>& rows) {
  REQUIRE(rows.size() == 4);
  for (std::size_t n = 0; n < 3; ++n) {
    CHECK(rows[n + 1][1] == std::to_string(n));
    CHECK(rows[n + 1][2] == (n == 1 ? "2" : "1"));
    CHECK(rows[n + 1][3] == "0.5");
    for (std::size_t level = 0; level < 7; ++level)
      CHECK(std::stod(rows[n + 1][4 + level]) == static_cast<double>(7 * n + level));
  }
}

}  // namespace

TEST_CASE("The table of a figure by size holds the quantiles and the greedy path at their sizes", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  const SubsetStatistics sizes = statistics_of(1);
  RowMatrix<double> greedy(1, 2);
  greedy << 0.25, 0;
  draw_sizes(
      writer,
      {.network = "x", .labels = {"0"}, .statistics = sizes, .greedy_information = greedy, .all_information = {0.75}});
  const auto rows = rows_of(folder.path() / "relay_sizes_x.csv");
  check_quantiles(rows);
  const std::vector<std::string> path{"0", "0.25", "0.75"};
  for (std::size_t n = 0; n < 3; ++n) CHECK(std::stod(rows[n + 1][11]) == std::stod(path[n]));
  CHECK(test::content(folder.path() / "relay_sizes_x.gp").find("greedy removal") != std::string::npos);
}

TEST_CASE("A figure of accuracies by size has no greedy path", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  const SubsetStatistics sizes = statistics_of(1);
  draw_sizes(writer,
             {.quantity = SizesFigure::Quantity::accuracy, .network = "x", .labels = {"0"}, .statistics = sizes});
  const auto rows = rows_of(folder.path() / "knockout_sizes_x.csv");
  check_quantiles(rows);
  for (std::size_t n = 0; n < 3; ++n) CHECK(rows[n + 1][11] == "nan");
  CHECK(test::content(folder.path() / "knockout_sizes_x.gp").find("greedy removal") == std::string::npos);
}

TEST_CASE("A figure by size is refused if the shapes of its arrays do not match", "[figures]") {
  const TemporaryFolder folder;
  const FigureWriter writer({.folder = folder.path(), .formats = {FigureFormat::svg}});
  const SubsetStatistics one = statistics_of(1);
  CHECK_THROWS_WITH(draw_sizes(writer, {.network = "x", .labels = {"0", "1"}, .statistics = one}),
                    "figure relay_sizes_x: statistics has 1 classes, expected 2");
  CHECK_THROWS_WITH(draw_sizes(writer, {.network = "x",
                                        .labels = {"0"},
                                        .statistics = one,
                                        .greedy_information = RowMatrix<double>::Zero(1, 3),
                                        .all_information = {1}}),
                    "figure relay_sizes_x: greedy_information has 3 columns, expected 2");
}

}  // namespace inforelay
