#include "experiments/figures/dendrogram.hpp"

#include <algorithm>
#include <cmath>

namespace inforelay {

double Dendrogram::highest() const {
  double height = 1e-9;
  for (const Merge& merge : merges) height = std::max(height, merge.height);
  return height;
}

Dendrogram dendrogram_of(const std::vector<ClusterMerge>& merges) {
  const std::size_t items = merges.size() + 1;
  Dendrogram tree;
  std::vector<double> place(items + merges.size()), height(items + merges.size());
  for (const std::int64_t item : leaf_order(merges)) {
    place[static_cast<std::size_t>(item)] = static_cast<double>(tree.order.size());
    tree.order.push_back(static_cast<std::size_t>(item));
  }
  for (std::size_t m = 0; m < merges.size(); ++m) {
    const auto a = static_cast<std::size_t>(merges[m].first), b = static_cast<std::size_t>(merges[m].second);
    place[items + m] = (place[a] + place[b]) / 2;
    height[items + m] = merges[m].distance;
    const auto [low, high] = place[a] < place[b] ? std::pair(a, b) : std::pair(b, a);
    tree.merges.push_back({place[low], place[high], height[low], height[high], height[items + m]});
  }
  return tree;
}

Dendrogram cluster_units(const RowMatrix<double>& values) {
  const RowMatrix<double> profiles = values.transpose().unaryExpr([](double v) { return std::isfinite(v) ? v : 0; });
  return dendrogram_of(average_linkage(profiles));
}

}  // namespace inforelay
