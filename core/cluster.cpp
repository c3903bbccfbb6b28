#include "core/cluster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/parallel.hpp"

namespace inforelay {
namespace {

using Points = RowMatrix<double>;  // [N,K]

Points checked(const RowMatrix<float>& points, int clusters, const KMeansOptions& options) {
  if (points.rows() < 1) throw UsageError("kmeans: no points; at least 1 is needed");
  if (clusters < 1 || clusters > points.rows()) {
    throw UsageError(fmt::format("kmeans: clusters is {}; must be in [1,{}]", clusters, points.rows()));
  }
  if (options.restarts < 1) throw UsageError(fmt::format("kmeans: restarts is {}; must be >= 1", options.restarts));
  if (options.max_iterations < 1) {
    throw UsageError(fmt::format("kmeans: max_iterations is {}; must be >= 1", options.max_iterations));
  }
  for (Eigen::Index n = 0; n < points.rows(); ++n) {
    if (points.row(n).allFinite()) continue;
    throw DataError(fmt::format("kmeans: point {} has a coordinate that is not finite", n));
  }
  return points.cast<double>();
}

// Index drawn with probability proportional to `weights`, of which at least one is positive.
Eigen::Index draw(const Eigen::VectorXd& weights, RandomStream& random) {
  double left = random.uniform() * weights.sum();
  Eigen::Index last_positive = 0;
  for (Eigen::Index n = 0; n < weights.size(); ++n) {
    if (weights[n] <= 0) continue;
    last_positive = n;
    left -= weights[n];
    if (left < 0) return n;
  }
  return last_positive;  // rounding in the sum
}

// k-means++: each further centre is a point drawn with probability proportional to its squared distance to the nearest.
RowMatrix<double> seed_centers(const Points& points, int clusters, RandomStream& random) {
  RowMatrix<double> centers(clusters, points.cols());
  centers.row(0) = points.row(static_cast<Eigen::Index>(random.below(static_cast<std::uint64_t>(points.rows()))));
  Eigen::VectorXd nearest = (points.rowwise() - centers.row(0)).rowwise().squaredNorm();
  for (Eigen::Index c = 1; c < clusters; ++c) {
    // No distance left: fewer distinct points than clusters, so any point repeats a centre.
    const Eigen::Index chosen = nearest.maxCoeff() > 0 ? draw(nearest, random) : 0;
    centers.row(c) = points.row(chosen);
    nearest = nearest.cwiseMin((points.rowwise() - centers.row(c)).rowwise().squaredNorm());
  }
  return centers;
}

// Moves every point to its nearest centre; one that is equally near stays. Returns whether any moved, and leaves the
// squared distances in `distance` [N].
bool assign(const Points& points, const RowMatrix<double>& centers, std::vector<std::uint32_t>& assignment,
            Eigen::VectorXd& distance) {
  const Eigen::MatrixXd transposed = centers;  // column-major [clusters,K]: one coordinate of all centres is contiguous
  Eigen::ArrayXd squares(centers.rows());
  bool moved = false;
  for (Eigen::Index n = 0; n < points.rows(); ++n) {
    squares.setZero();
    for (Eigen::Index k = 0; k < points.cols(); ++k) squares += (transposed.col(k).array() - points(n, k)).square();
    Eigen::Index nearest = 0;
    distance[n] = squares.minCoeff(&nearest);
    std::uint32_t& own = assignment[static_cast<std::size_t>(n)];
    if (distance[n] < squares[own]) {
      own = static_cast<std::uint32_t>(nearest);
      moved = true;
    }
  }
  return moved;
}

// Centres become the means of their points. An empty cluster takes the point farthest from its centre; returns whether
// that happened.
bool update_centers(const Points& points, const std::vector<std::uint32_t>& assignment, Eigen::VectorXd& distance,
                    RowMatrix<double>& centers) {
  RowMatrix<double> sums = RowMatrix<double>::Zero(centers.rows(), centers.cols());
  Eigen::VectorXd sizes = Eigen::VectorXd::Zero(centers.rows());
  for (Eigen::Index n = 0; n < points.rows(); ++n) {
    const std::uint32_t own = assignment[static_cast<std::size_t>(n)];
    sums.row(own) += points.row(n);
    sizes[own] += 1;
  }
  bool refilled = false;
  for (Eigen::Index c = 0; c < centers.rows(); ++c) {
    if (sizes[c] > 0) {
      centers.row(c) = sums.row(c) / sizes[c];
      continue;
    }
    Eigen::Index farthest = 0;
    if (distance.maxCoeff(&farthest) <= 0) continue;
    centers.row(c) = points.row(farthest);
    distance[farthest] = 0;
    refilled = true;
  }
  return refilled;
}

Clustering run_once(const Points& points, int clusters, int max_iterations, RandomStream random,
                    const Progress& progress) {
  Clustering result;
  result.centers = seed_centers(points, clusters, random);
  result.assignment.assign(static_cast<std::size_t>(points.rows()), 0);
  Eigen::VectorXd distance(points.rows());
  assign(points, result.centers, result.assignment, distance);
  while (result.iterations < max_iterations && !result.converged) {
    progress.check();
    ++result.iterations;
    const bool refilled = update_centers(points, result.assignment, distance, result.centers);
    const bool moved = assign(points, result.centers, result.assignment, distance);
    result.converged = !refilled && !moved;
  }
  result.within_sum_of_squares = distance.sum();
  return result;
}

}  // namespace

Clustering kmeans(const RowMatrix<float>& points, int clusters, const KMeansOptions& options,
                  const RandomStream& random, Progress& progress) {
  const Points exact = checked(points, clusters, options);
  std::vector<Clustering> runs(static_cast<std::size_t>(options.restarts));
  parallel_blocks(
      runs.size(),
      [&](std::size_t r) { runs[r] = run_once(exact, clusters, options.max_iterations, random.child(r), progress); },
      progress);
  return *std::min_element(runs.begin(), runs.end(), [](const Clustering& a, const Clustering& b) {
    return a.within_sum_of_squares < b.within_sum_of_squares;
  });
}

std::vector<double> kmeans_cohesion(const RowMatrix<float>& points, int fewest, int most, const KMeansOptions& options,
                                    const RandomStream& random, Progress& progress) {
  if (fewest < 1 || fewest > most) {
    throw UsageError(fmt::format("kmeans: cohesion of {} to {} clusters; must be 1 <= fewest <= most", fewest, most));
  }
  const Points exact = checked(points, most, options);
  const auto restarts = static_cast<std::size_t>(options.restarts),
             numbers = static_cast<std::size_t>(most - fewest + 1);
  std::vector<double> within(numbers * restarts);
  parallel_blocks(
      within.size(),
      [&](std::size_t block) {
        // The largest numbers take longest, so they go first.
        const std::size_t i = numbers - 1 - block / restarts, r = block % restarts;
        const int clusters = fewest + static_cast<int>(i);
        const RandomStream stream = random.child(static_cast<std::uint64_t>(clusters)).child(r);
        within[i * restarts + r] =
            run_once(exact, clusters, options.max_iterations, stream, progress).within_sum_of_squares;
      },
      progress);
  std::vector<double> cohesion(numbers);
  for (std::size_t i = 0; i < numbers; ++i) {
    const auto first = within.begin() + static_cast<std::ptrdiff_t>(i * restarts);
    cohesion[i] = *std::min_element(first, first + options.restarts) / static_cast<double>(points.rows());
  }
  return cohesion;
}

}  // namespace inforelay
