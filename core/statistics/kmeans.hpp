// k-means clustering in K dimensions.
#pragma once

#include <cstdint>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"

namespace inforelay {

struct KMeansOptions {
  int restarts = 10;         ///< independent seedings, of which the best is kept; >= 1
  int max_iterations = 300;  ///< Lloyd steps of each, >= 1
};

struct Clustering {
  RowMatrix<double> centers;              ///< [clusters,K]
  std::vector<std::uint32_t> assignment;  ///< [N], each in [0,clusters)
  double within_sum_of_squares = 0;       ///< sum over samples of the squared distance to their centre
  int iterations = 0;                     ///< Lloyd steps of the kept restart
  bool converged = false;                 ///< no assignment changed in the last step
};

/// min over centres of sum_n min_c |x_n - c|^2, points [N,K]: a local optimum, by k-means++ seeding (Arthur and
/// Vassilvitskii 2007) and Lloyd's steps, the best of the restarts (of equals, the first). Restart r draws from
/// random.child(r). A cluster that empties takes the point farthest from its centre; with fewer distinct points than
/// clusters, the surplus clusters stay empty, with a copy of another centre. Throws UsageError for no points,
/// clusters < 1 or clusters > N, or options out of range; DataError for a coordinate that is not finite.
/// Cost O(restarts iterations N K clusters) at most, parallel over restarts.
Clustering kmeans(const RowMatrix<float>& points, int clusters, const KMeansOptions& options,
                  const RandomStream& random, Progress& progress = Progress::none());

/// Cohesion: within_sum_of_squares / N for every number of clusters in [fewest,most]; element i is fewest + i.
/// Number c draws from random.child(c). Parallel over all restarts of all numbers; about 4 s of one core for N =
/// 10,000, K = 20, 2 to 20 clusters and 10 restarts.
std::vector<double> kmeans_cohesion(const RowMatrix<float>& points, int fewest, int most, const KMeansOptions& options,
                                    const RandomStream& random, Progress& progress = Progress::none());

}  // namespace inforelay
