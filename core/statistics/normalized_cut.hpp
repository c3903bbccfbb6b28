// Clusters of a bipartite graph with little weight between them.
#pragma once

#include <cmath>
#include <vector>

#include "core/axes.hpp"
#include "core/random.hpp"

namespace inforelay {

/// A partition of the vertices of a bipartite graph with R rows and Q columns.
struct GraphClusters {
  std::vector<int> row, column;  ///< [R], [Q] cluster of each vertex, in [0,k); -1: it has no edge
  double normalized_cut = 0;     ///< of the partition

  bool defined() const { return !std::isnan(normalized_cut); }
};

/// Singular values of normalised weights, of which the largest is 1, count as 0 up to here. They are norms of products
/// with eigenvectors of the weights times their transpose, which separate values above about the square root of a
/// double's precision, 1.5e-8.
inline constexpr double graph_rank_tolerance = 1e-7;

/// n-cut = sum over clusters X of cut(X, rest) / vol(X): the weight of the edges that leave X, over the sum of the
/// degrees of its vertices (Shi and Malik, IEEE Trans. PAMI 22, 888 (2000)); in [0, number of clusters that have
/// edges]. 0: no edge joins two clusters. weight [R,Q] >= 0: the edge of a row and a column. Vertices without an edge
/// do not count. UsageError if lengths differ, ComputeError for a weight that is negative or not finite.
double normalized_cut(const RowMatrix<double>& weight, const std::vector<int>& row, const std::vector<int>& column);

/// Spectral clustering into k clusters, as Filan et al. (Clusterability in Neural Networks, arXiv:2103.03386) for the
/// graph of a network's neurons: the vertices as points given by the k lowest eigenvectors u of (D - W) u = lambda D u,
/// by k-means with 10 restarts of `random`. Of a bipartite graph these are the leading singular vectors of D_row^-1/2
/// weight D_column^-1/2 (Dhillon, KDD 2001), so that the cost is O(R^2 Q + R^3 + restarts (R + Q) k^2) with R <= Q; of
/// rows and columns the fewer are the eigenproblem. Weights of a rank below k, with fewer than k singular values above
/// graph_rank_tolerance, do not say which vertices belong together in k clusters: all are in none, -1, and the n-cut is
/// NaN. UsageError if k < 1 or k is more than the fewer of rows and columns that have edges; ComputeError as
/// normalized_cut().
GraphClusters spectral_clusters(const RowMatrix<double>& weight, int k, const RandomStream& random);

}  // namespace inforelay
