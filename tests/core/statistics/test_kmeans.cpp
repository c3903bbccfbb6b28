#include <cmath>
#include <limits>
#include <set>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/statistics/kmeans.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

namespace {

RowMatrix<float> random_points(Eigen::Index n, Eigen::Index k, std::uint64_t seed) {
  RandomStream random(seed, "points");
  RowMatrix<float> points(n, k);
  for (Eigen::Index i = 0; i < points.size(); ++i) points.data()[i] = static_cast<float>(random.normal());
  return points;
}

double squares_within(const RowMatrix<float>& points, const std::vector<std::uint32_t>& assignment, int clusters) {
  double squares = 0;
  for (std::uint32_t c = 0; c < static_cast<std::uint32_t>(clusters); ++c) {
    Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(points.cols());
    double size = 0;
    for (Eigen::Index n = 0; n < points.rows(); ++n) {
      if (assignment[static_cast<std::size_t>(n)] != c) continue;
      mean += points.row(n).cast<double>();
      ++size;
    }
    for (Eigen::Index n = 0; n < points.rows(); ++n) {
      if (assignment[static_cast<std::size_t>(n)] == c)
        squares += (points.row(n).cast<double>() - mean / size).squaredNorm();
    }
  }
  return squares;
}

// Least squares over all clusters^N assignments.
double brute_force(const RowMatrix<float>& points, int clusters) {
  std::vector<std::uint32_t> assignment(static_cast<std::size_t>(points.rows()));
  double best = std::numeric_limits<double>::infinity();
  const auto total = static_cast<std::uint64_t>(std::pow(clusters, points.rows()));
  for (std::uint64_t code = 0; code < total; ++code) {
    std::uint64_t rest = code;
    for (auto& cluster : assignment) {
      cluster = static_cast<std::uint32_t>(rest % static_cast<std::uint64_t>(clusters));
      rest /= static_cast<std::uint64_t>(clusters);
    }
    best = std::min(best, squares_within(points, assignment, clusters));
  }
  return best;
}

}  // namespace

TEST_CASE("k-means finds the best of all partitions of few points", "[cluster]") {
  const int clusters = GENERATE(1, 2, 3);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const RowMatrix<float> points = random_points(8, 2, seed);
    const Clustering found = kmeans(points, clusters, {.restarts = 50}, RandomStream(seed, "kmeans"));
    CHECK(found.converged);
    CHECK(found.within_sum_of_squares == Approx(brute_force(points, clusters)).epsilon(1e-12));
  }
}

TEST_CASE("k-means finds well separated clusters", "[cluster]") {
  RowMatrix<float> points = random_points(400, 5, 1) * 0.1f;
  for (Eigen::Index n = 0; n < points.rows(); ++n) points(n, n % 4) += 10;
  const Clustering found = kmeans(points, 4, {}, RandomStream(1, "kmeans"));
  std::set<std::uint32_t> labels;
  for (std::size_t n = 0; n < 400; ++n) {
    CHECK(found.assignment[n] == found.assignment[n % 4]);
    labels.insert(found.assignment[n]);
  }
  CHECK(labels.size() == 4);
  CHECK(found.within_sum_of_squares / 400 == Approx(5 * 0.01).epsilon(0.15));
}

TEST_CASE("A converged clustering is a fixed point of Lloyd's step", "[cluster]") {
  const RowMatrix<float> points = random_points(700, 4, 2);
  const Clustering found = kmeans(points, 6, {.restarts = 3}, RandomStream(2, "kmeans"));
  REQUIRE(found.converged);
  RowMatrix<double> sums = RowMatrix<double>::Zero(6, 4);
  Eigen::VectorXd sizes = Eigen::VectorXd::Zero(6);
  for (Eigen::Index n = 0; n < points.rows(); ++n) {
    const Eigen::RowVectorXd point = points.row(n).cast<double>();
    Eigen::Index nearest = 0;
    (found.centers.rowwise() - point).rowwise().squaredNorm().minCoeff(&nearest);
    const auto own = static_cast<Eigen::Index>(found.assignment[static_cast<std::size_t>(n)]);
    CHECK(own == nearest);
    sums.row(own) += point;
    ++sizes[own];
  }
  CHECK((sizes.cwiseInverse().asDiagonal() * sums - found.centers).cwiseAbs().maxCoeff() < 1e-12);
  CHECK(found.within_sum_of_squares == Approx(squares_within(points, found.assignment, 6)).epsilon(1e-12));
}

TEST_CASE("k-means finds one cluster, and as many as there are points", "[cluster]") {
  const RowMatrix<float> points = random_points(12, 3, 3);
  const RandomStream random(3, "kmeans");
  const RowMatrix<double> exact = points.cast<double>();
  const Eigen::RowVectorXd mean = exact.colwise().mean();
  CHECK(kmeans(points, 1, {}, random).within_sum_of_squares ==
        Approx((exact.rowwise() - mean).squaredNorm()).epsilon(1e-12));
  CHECK(kmeans(points, 12, {}, random).within_sum_of_squares == 0);
}

TEST_CASE("k-means converges if there are fewer distinct points than clusters", "[cluster]") {
  RowMatrix<float> points = RowMatrix<float>::Zero(9, 2);
  points.bottomRows(4).setOnes();
  const Clustering found = kmeans(points, 5, {.restarts = 4}, RandomStream(4, "kmeans"));
  CHECK(found.converged);
  CHECK(found.within_sum_of_squares == 0);
  CHECK(found.centers.allFinite());
  CHECK(found.assignment[0] != found.assignment[8]);
}

TEST_CASE("Cohesion falls with the number of clusters and starts at the variance", "[cluster]") {
  const RowMatrix<float> points = random_points(300, 3, 5);
  const std::vector<double> cohesion = kmeans_cohesion(points, 1, 8, {.restarts = 10}, RandomStream(5, "kmeans"));
  REQUIRE(cohesion.size() == 8);
  const RowMatrix<double> exact = points.cast<double>();
  const Eigen::RowVectorXd mean = exact.colwise().mean();
  CHECK(cohesion[0] == Approx((exact.rowwise() - mean).squaredNorm() / 300).epsilon(1e-12));
  for (std::size_t i = 1; i < cohesion.size(); ++i) CHECK(cohesion[i] < cohesion[i - 1]);
  const Clustering four = kmeans(points, 4, {.restarts = 10}, RandomStream(5, "kmeans").child(4));
  CHECK(cohesion[3] == four.within_sum_of_squares / 300);
}

TEST_CASE("k-means does not depend on the number of threads", "[cluster]") {
  const RowMatrix<float> points = random_points(500, 6, 6);
  const auto run = [&](int threads) {
    set_thread_count(threads);
    return kmeans(points, 7, {.restarts = 6}, RandomStream(6, "kmeans"));
  };
  const Clustering one = run(1), four = run(4);
  CHECK(one.assignment == four.assignment);
  CHECK(one.centers == four.centers);
  CHECK(one.within_sum_of_squares == four.within_sum_of_squares);
}

TEST_CASE("k-means can be interrupted and names what is wrong", "[cluster]") {
  RowMatrix<float> points = random_points(10, 2, 7);
  const RandomStream random(7, "kmeans");
  struct Stop : Progress {
    bool stop_requested() const override { return true; }
  } stop;
  CHECK_THROWS_AS(kmeans(points, 2, {}, random, stop), Interrupted);
  CHECK_THROWS_WITH(kmeans(points, 11, {}, random), Catch::Contains("clusters is 11, expected [1,10]"));
  CHECK_THROWS_AS(kmeans(points, 0, {}, random), UsageError);
  CHECK_THROWS_AS(kmeans(RowMatrix<float>(0, 2), 1, {}, random), UsageError);
  CHECK_THROWS_AS(kmeans(points, 2, {.restarts = 0}, random), UsageError);
  CHECK_THROWS_AS(kmeans(points, 2, {.max_iterations = 0}, random), UsageError);
  CHECK_THROWS_AS(kmeans_cohesion(points, 3, 2, {}, random), UsageError);
  points(4, 1) = NAN;
  CHECK_THROWS_WITH(kmeans(points, 2, {}, random), Catch::Contains("point 4"));
}
