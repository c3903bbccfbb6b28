// Normalised cuts against definitions on dense graphs, and spectral clusters against all partitions.
#include "core/statistics/normalized_cut.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>

#include "core/error.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {

RowMatrix<double> random_edges(Eigen::Index rows, Eigen::Index columns, RandomStream random) {
  RowMatrix<double> weight(rows, columns);
  for (double& value : weight.reshaped<Eigen::RowMajor>()) value = std::abs(random.normal());
  return weight;
}

// The adjacency matrix of all vertices, rows first.
Eigen::MatrixXd dense_graph(const RowMatrix<double>& weight) {
  const Eigen::Index rows = weight.rows(), columns = weight.cols();
  Eigen::MatrixXd all = Eigen::MatrixXd::Zero(rows + columns, rows + columns);
  all.topRightCorner(rows, columns) = weight;
  all.bottomLeftCorner(columns, rows) = weight.transpose();
  return all;
}

// The definition, from the adjacency matrix.
double dense_cut(const Eigen::MatrixXd& graph, const std::vector<int>& cluster, int k) {
  double sum = 0;
  for (int x = 0; x < k; ++x) {
    double cut = 0, volume = 0;
    for (Eigen::Index i = 0; i < graph.rows(); ++i) {
      if (cluster[static_cast<std::size_t>(i)] != x) continue;
      volume += graph.row(i).sum();
      for (Eigen::Index j = 0; j < graph.cols(); ++j)
        cut += cluster[static_cast<std::size_t>(j)] == x ? 0 : graph(i, j);
    }
    sum += volume > 0 ? cut / volume : 0;
  }
  return sum;
}

std::vector<int> joined(const std::vector<int>& row, const std::vector<int>& column) {
  std::vector<int> all = row;
  all.insert(all.end(), column.begin(), column.end());
  return all;
}

}  // namespace

TEST_CASE("The normalised cut is that of the dense graph", "[statistics][cut]") {
  RandomStream random(1, "cut");
  for (int i = 0; i < 20; ++i) {
    const RowMatrix<double> weight = random_edges(6, 9, random.child(static_cast<std::uint64_t>(i)));
    std::vector<int> row(6), column(9);
    for (auto* side : {&row, &column}) {
      for (int& cluster : *side) cluster = static_cast<int>(random.below(3));
    }
    const double expected = dense_cut(dense_graph(weight), joined(row, column), 3);
    CHECK(normalized_cut(weight, row, column) == Approx(expected).epsilon(1e-12));
  }
  CHECK(normalized_cut(RowMatrix<double>::Ones(2, 2), {0, 1}, {0, 1}) == Approx(1).epsilon(1e-15));  // 2 of 4, twice
}

TEST_CASE("Weights of a rank below the number of clusters have no such clusters", "[statistics][cut]") {
  const Eigen::Index rows = GENERATE(6, 40), columns = GENERATE(9, 25);
  CAPTURE(rows, columns);
  const RandomStream random(2, "rank");
  const RowMatrix<double> two =
      random_edges(rows, 2, random.child("left")) * random_edges(2, columns, random.child("right"));
  CHECK(spectral_clusters(two, 1, random).normalized_cut == 0);
  CHECK(spectral_clusters(two, 2, random).defined());
  for (const int k : {3, 4}) {
    const GraphClusters found = spectral_clusters(two, k, random);
    CHECK(!found.defined());
    CHECK(std::isnan(found.normalized_cut));
    CHECK(found.row == std::vector<int>(static_cast<std::size_t>(rows), -1));
    CHECK(found.column == std::vector<int>(static_cast<std::size_t>(columns), -1));
  }
  // A third singular value that is small but not 0, far above the tolerance.
  const RowMatrix<double> third = two + 1e-4 * random_edges(rows, columns, random.child("third"));
  CHECK(spectral_clusters(third, 3, random).defined());
  CHECK(!spectral_clusters(RowMatrix<double>::Constant(5, 7, 0.1), 2, random).defined());
}

TEST_CASE("Planted modules are found, and no partition cuts less", "[statistics][cut]") {
  // Two modules of 3 rows and 2 columns, three quarters of the weight within.
  RowMatrix<double> weight = 0.1 * random_edges(6, 4, RandomStream(3, "between"));
  weight.topLeftCorner(3, 2) += RowMatrix<double>::Ones(3, 2);
  weight.bottomRightCorner(3, 2) += RowMatrix<double>::Ones(3, 2);
  const GraphClusters found = spectral_clusters(weight, 2, RandomStream(4, "kmeans"));
  const int first = found.row[0];
  CHECK(found.row == std::vector<int>{first, first, first, 1 - first, 1 - first, 1 - first});
  CHECK(found.column == std::vector<int>{first, first, 1 - first, 1 - first});
  const Eigen::MatrixXd graph = dense_graph(weight);
  double least = 2;
  for (unsigned partition = 1; partition < 1u << 9; ++partition) {  // vertex 9 is in cluster 0
    std::vector<int> cluster(10);
    for (std::size_t v = 0; v < 9; ++v) cluster[v] = static_cast<int>(partition >> v & 1u);
    least = std::min(least, dense_cut(graph, cluster, 2));
  }
  CHECK(found.normalized_cut == Approx(least).epsilon(1e-12));
  // The sum of the lowest eigenvalues of the graph's Laplacian is a bound of all cuts.
  const Eigen::MatrixXd degree = graph.rowwise().sum().asDiagonal();
  const Eigen::GeneralizedSelfAdjointEigenSolver<Eigen::MatrixXd> laplacian(degree - graph, degree);
  CHECK(laplacian.eigenvalues()(0) + laplacian.eigenvalues()(1) <= least);
}

TEST_CASE("Modules without edges between them have a cut of 0, and vertices without edges no cluster",
          "[statistics][cut]") {
  RowMatrix<double> weight = RowMatrix<double>::Zero(7, 8);
  weight.topLeftCorner(2, 3) = random_edges(2, 3, RandomStream(5, "a"));
  weight.block(2, 3, 2, 2) = random_edges(2, 2, RandomStream(5, "b"));
  weight.block(4, 5, 2, 2) = random_edges(2, 2, RandomStream(5, "c"));
  const GraphClusters found = spectral_clusters(weight, 3, RandomStream(6, "kmeans"));
  CHECK(found.normalized_cut == 0);
  CHECK((found.row[0] == found.row[1] && found.row[2] == found.row[3] && found.row[4] == found.row[5]));
  CHECK((found.row[0] != found.row[2] && found.row[0] != found.row[4] && found.row[2] != found.row[4]));
  CHECK((found.row[6] == -1 && found.column[7] == -1));
  CHECK((found.column[0] == found.row[0] && found.column[3] == found.row[2] && found.column[6] == found.row[4]));
}

TEST_CASE("Graphs that cannot be clustered are errors", "[statistics][cut]") {
  const RandomStream random(7, "not used");
  RowMatrix<double> weight = RowMatrix<double>::Ones(3, 5);
  CHECK_THROWS_WITH(spectral_clusters(weight, 4, random), Contains("4 clusters, expected 1 to 3"));
  weight.row(1).setZero();
  CHECK_THROWS_WITH(spectral_clusters(weight, 3, random), Contains("expected 1 to 2"));
  weight(2, 4) = -1;
  CHECK_THROWS_WITH(spectral_clusters(weight, 2, random), Contains("row 2 and column 4 has the weight -1"));
  CHECK_THROWS_WITH(normalized_cut(RowMatrix<double>::Ones(2, 2), {0}, {0, 1}), Contains("expected 2 and 2"));
  CHECK_THROWS_WITH(normalized_cut(RowMatrix<double>::Ones(2, 2), {0, -1}, {0, 1}), Contains("an end in no cluster"));
}
