// Hierarchical clusters of units or classes as figures draw them.
#pragma once

#include <cstddef>
#include <vector>

#include "core/axes.hpp"
#include "core/statistics/linkage.hpp"

namespace inforelay {

/// The leaves of a tree in order, and its merges as brackets: places of the two clusters along the leaves, their
/// heights, and the height of the merge.
struct Dendrogram {
  struct Merge {
    double low, high, low_height, high_height, height;
  };
  std::vector<std::size_t> order;  ///< [n] item at each place
  std::vector<Merge> merges;       ///< [n-1]
  /// Height of the last merge, > 0.
  double highest() const;
};

/// `merges`: of average_linkage(); of no merges one leaf.
Dendrogram dendrogram_of(const std::vector<ClusterMerge>& merges);

/// Units by their profiles over classes: the columns of values [C,K]. A value that is not finite counts as 0.
Dendrogram cluster_units(const RowMatrix<double>& values);

}  // namespace inforelay
