#include "core/statistics/kmeans.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"

namespace inforelay {
namespace {

using Points = RowMatrix<double>;  // [N,K]

Points checked(const RowMatrix<float>& points, int clusters, const KMeansOptions& options) {
  check_bounded(points.rows() >= 1, "kmeans: the number of points", points.rows(), "at least 1");
  check_range("kmeans: clusters", Eigen::Index{clusters}, 1, points.rows());
  check_bounded(options.restarts >= 1, "kmeans: restarts", options.restarts, "at least 1");
  check_bounded(options.max_iterations >= 1, "kmeans: max_iterations", options.max_iterations, "at least 1");
  check_finite<DataError>(points, "kmeans: coordinate", "point");
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

double squared_distance(const Points& points, Eigen::Index n, const RowMatrix<double>& centers, Eigen::Index c) {
  return (points.row(n) - centers.row(c)).squaredNorm();
}

// Lloyd's iteration with Hamerly's bounds (SDM 2010): a point whose own centre is certainly nearer than any other is
// skipped. The steps are those of the plain iteration, up to ties at rounding level.
class Lloyd {
 public:
  Lloyd(const Points& points, RowMatrix<double> centers)
      : points_(points),
        centers_(std::move(centers)),
        assignment_(static_cast<std::size_t>(points.rows()), 0),
        upper_(Eigen::VectorXd::Constant(points.rows(), std::numeric_limits<double>::infinity())),
        lower_(Eigen::VectorXd::Zero(points.rows())) {
    assign();
  }

  Clustering run(int max_iterations, const Progress& progress) && {
    Clustering result;
    while (result.iterations < max_iterations && !result.converged) {
      progress.check();
      ++result.iterations;
      const bool refilled = update_centers();
      const bool moved = assign();
      result.converged = !refilled && !moved;
    }
    result.within_sum_of_squares = own_squares().sum();
    result.centers = std::move(centers_);
    result.assignment = std::move(assignment_);
    return result;
  }

 private:
  static constexpr Eigen::Index tile = 4;  // centres whose distances are summed side by side

  // Moves every point to its nearest centre; one that is equally near stays. Returns whether any moved.
  bool assign() {
    tiles_.setConstant(points_.cols(), (centers_.rows() + tile - 1) / tile * tile,
                       std::numeric_limits<double>::infinity());
    tiles_.leftCols(centers_.rows()) = centers_.transpose();
    const Eigen::VectorXd half_gap = half_distances_to_next_center();
    bool moved = false;
    for (Eigen::Index n = 0; n < points_.rows(); ++n) {
      std::uint32_t& own = assignment_[static_cast<std::size_t>(n)];
      const double bound = std::max(half_gap[own], lower_[n]);
      if (upper_[n] <= bound) continue;
      upper_[n] = std::sqrt(squared_distance(points_, n, centers_, own));
      if (upper_[n] <= bound) continue;
      moved |= scan(n, own);
    }
    return moved;
  }

  // Compares point n with all centres and sets its bounds. Returns whether it moved.
  bool scan(Eigen::Index n, std::uint32_t& own) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    double nearest = infinity, second = infinity, before = infinity;
    Eigen::Index center = 0;
    for (Eigen::Index first = 0; first < tiles_.cols(); first += tile) {
      double squares[tile] = {};
      for (Eigen::Index k = 0; k < points_.cols(); ++k) {
        const double* coordinates = &tiles_(k, first);
        for (Eigen::Index i = 0; i < tile; ++i) {
          const double difference = coordinates[i] - points_(n, k);
          squares[i] += difference * difference;
        }
      }
      for (Eigen::Index i = 0; i < tile; ++i) {
        if (first + i == static_cast<Eigen::Index>(own)) before = squares[i];
        if (squares[i] < nearest) {
          second = nearest;
          nearest = squares[i];
          center = first + i;
        } else if (squares[i] < second) {
          second = squares[i];
        }
      }
    }
    upper_[n] = std::sqrt(nearest);
    lower_[n] = std::sqrt(second);
    if (!(nearest < before)) return false;
    own = static_cast<std::uint32_t>(center);
    return true;
  }

  // Of each centre, half the distance to the nearest other: a point nearer than that has no nearer centre.
  Eigen::VectorXd half_distances_to_next_center() const {
    Eigen::VectorXd half(centers_.rows());
    for (Eigen::Index c = 0; c < centers_.rows(); ++c) {
      double least = std::numeric_limits<double>::infinity();
      for (Eigen::Index other = 0; other < centers_.rows(); ++other) {
        if (other != c) least = std::min(least, (centers_.row(c) - centers_.row(other)).squaredNorm());
      }
      half[c] = std::sqrt(least) / 2;
    }
    return half;
  }

  // Centres become the means of their points. An empty cluster takes the point farthest from its centre; returns
  // whether that happened.
  bool update_centers() {
    RowMatrix<double> means = RowMatrix<double>::Zero(centers_.rows(), centers_.cols());
    Eigen::VectorXd sizes = Eigen::VectorXd::Zero(centers_.rows());
    for (Eigen::Index n = 0; n < points_.rows(); ++n) {
      const std::uint32_t own = assignment_[static_cast<std::size_t>(n)];
      means.row(own) += points_.row(n);
      sizes[own] += 1;
    }
    Eigen::VectorXd squares;
    bool refilled = false;
    for (Eigen::Index c = 0; c < centers_.rows(); ++c) {
      if (sizes[c] > 0) {
        means.row(c) /= sizes[c];
        continue;
      }
      if (squares.size() == 0) squares = own_squares();
      Eigen::Index farthest = 0;
      means.row(c) = centers_.row(c);
      if (squares.maxCoeff(&farthest) <= 0) continue;
      means.row(c) = points_.row(farthest);
      squares[farthest] = 0;
      refilled = true;
    }
    loosen_bounds((means - centers_).rowwise().norm());
    centers_ = std::move(means);
    return refilled;
  }

  // Centre c has moved by drift[c].
  void loosen_bounds(const Eigen::VectorXd& drift) {
    const double farthest = drift.maxCoeff();
    for (Eigen::Index n = 0; n < points_.rows(); ++n) upper_[n] += drift[assignment_[static_cast<std::size_t>(n)]];
    lower_.array() -= farthest;
  }

  // Squared distance of every point to its own centre, [N].
  Eigen::VectorXd own_squares() const {
    Eigen::VectorXd squares(points_.rows());
    for (Eigen::Index n = 0; n < points_.rows(); ++n) {
      squares[n] = squared_distance(points_, n, centers_, assignment_[static_cast<std::size_t>(n)]);
    }
    return squares;
  }

  const Points& points_;
  RowMatrix<double> centers_;              // [clusters,K]
  RowMatrix<double> tiles_;                // [K, clusters rounded up to a tile]; the surplus stands at infinity
  std::vector<std::uint32_t> assignment_;  // [N]
  Eigen::VectorXd upper_, lower_;          // [N] bounds of the distances to the own and to the nearest other centre
};

Clustering run_once(const Points& points, int clusters, int max_iterations, RandomStream random,
                    const Progress& progress) {
  return Lloyd(points, seed_centers(points, clusters, random)).run(max_iterations, progress);
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
    throw UsageError("kmeans: cohesion of {} to {} clusters, expected 1 <= fewest <= most", fewest, most);
  }
  const Points exact = checked(points, most, options);
  const auto restarts = static_cast<std::size_t>(options.restarts),
             numbers = static_cast<std::size_t>(most - fewest + 1);
  std::vector<double> within(numbers * restarts);
  parallel_blocks(
      within.size(),
      [&](std::size_t block) {
        // The largest numbers take longest, so they come first.
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
