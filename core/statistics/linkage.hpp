// Hierarchical clustering of a few items by the distances of their profiles.
#pragma once

#include <cstdint>
#include <vector>

#include "core/axes.hpp"

namespace inforelay {

/// Two clusters that become one. Items are clusters 0 ... n-1; the cluster of merge m = 0, 1, ... is n + m.
struct ClusterMerge {
  std::int64_t first = 0, second = 0;  ///< first < second
  double distance = 0;                 ///< of the two: the mean distance of their items
  std::int64_t items = 0;              ///< in the new cluster
};

/// Average linkage (UPGMA; Sokal and Michener, Univ. Kansas Sci. Bull. 38, 1409 (1958)): again and again the two
/// clusters with the least mean Euclidean distance of their items are merged, of equal ones those with the lowest
/// numbers -> n-1 merges of ascending distance, as the rows of SciPy's `linkage`. profiles [n,P]: a row for each item.
/// UsageError for no items; ComputeError for a value that is not finite. Cost O(n^3): meant for up to some thousand
/// items.
std::vector<ClusterMerge> average_linkage(const RowMatrix<double>& profiles);
/// The same of any distances [n,n], symmetric.
std::vector<ClusterMerge> average_linkage_of(RowMatrix<double> distance);

/// The items in the order of the dendrogram's leaves: of each merge first the items of `first`, then those of `second`.
std::vector<std::int64_t> leaf_order(const std::vector<ClusterMerge>& merges);

}  // namespace inforelay
