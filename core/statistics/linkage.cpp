#include "core/statistics/linkage.hpp"

#include <cstddef>
#include <limits>
#include <utility>

#include "core/checks.hpp"
#include "core/error.hpp"

namespace inforelay {

std::vector<ClusterMerge> average_linkage(const RowMatrix<double>& profiles) {
  const Eigen::Index items = profiles.rows();
  check_finite<ComputeError>(profiles, "hierarchical clustering: coordinate", "profile");
  RowMatrix<double> distance(items, items);
  for (Eigen::Index i = 0; i < items; ++i) {
    for (Eigen::Index j = 0; j < items; ++j) distance(i, j) = (profiles.row(i) - profiles.row(j)).norm();
  }
  return average_linkage_of(std::move(distance));
}

// `distance`: of the clusters that are left, each in the row of one of its items.
std::vector<ClusterMerge> average_linkage_of(RowMatrix<double> distance) {
  const Eigen::Index items = distance.rows();
  if (items == 0) throw UsageError("hierarchical clustering: no items, expected at least 1");
  struct Cluster {
    Eigen::Index row;
    std::int64_t number, items;
  };
  std::vector<Cluster> left;  // ascending numbers
  for (Eigen::Index i = 0; i < items; ++i) left.push_back({i, i, 1});
  std::vector<ClusterMerge> merges;
  while (left.size() > 1) {
    std::size_t first = 0, second = 1;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < left.size(); ++i) {
      for (std::size_t j = i + 1; j < left.size(); ++j) {
        const double its = distance(left[i].row, left[j].row);
        if (!(its < least)) continue;
        least = its;
        first = i;
        second = j;
      }
    }
    const Cluster a = left[first], b = left[second];
    const Cluster both{a.row, items + static_cast<std::int64_t>(merges.size()), a.items + b.items};
    merges.push_back({a.number, b.number, least, both.items});
    for (const Cluster& other : left) {
      const double mean = (static_cast<double>(a.items) * distance(a.row, other.row) +
                           static_cast<double>(b.items) * distance(b.row, other.row)) /
                          static_cast<double>(both.items);
      distance(a.row, other.row) = distance(other.row, a.row) = mean;
    }
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(second));
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(first));
    left.push_back(both);
  }
  return merges;
}

std::vector<std::int64_t> leaf_order(const std::vector<ClusterMerge>& merges) {
  const auto items = static_cast<std::int64_t>(merges.size()) + 1;
  std::vector<std::int64_t> order, open{2 * items - 2};  // the last cluster
  while (!open.empty()) {
    const std::int64_t cluster = open.back();
    open.pop_back();
    if (cluster < items) {
      order.push_back(cluster);
      continue;
    }
    const ClusterMerge& merge = merges[static_cast<std::size_t>(cluster - items)];
    open.push_back(merge.second);
    open.push_back(merge.first);
  }
  return order;
}

}  // namespace inforelay
