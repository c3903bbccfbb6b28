#include "experiments/measures/modules.hpp"

#include "core/statistics/linkage.hpp"

namespace inforelay {
namespace {

// |A and B| / |A or B| of the last n units of two classes, n = 1 ... K: column n - 1 of each pair of classes.
template <class Unit>
RowMatrix<double> overlaps(const RowMatrix<Unit>& order) {
  const Eigen::Index classes = order.rows(), units = order.cols();
  if (order.maxCoeff() >= units) return {};  // with relay.classes: not all classes have a path
  RowMatrix<double> jaccard(classes, classes * units);
  for (Eigen::Index a = 0; a < classes; ++a) {
    for (Eigen::Index b = 0; b < classes; ++b) {
      std::vector<int> seen(static_cast<std::size_t>(units));
      double shared = 0;
      for (Eigen::Index n = 1; n <= units; ++n) {
        shared += ++seen[order(a, units - n)] == 2;
        shared += ++seen[order(b, units - n)] == 2;
        jaccard(a, b * units + n - 1) = shared / (2 * static_cast<double>(n) - shared);
      }
    }
  }
  return jaccard;
}

}  // namespace

std::vector<ArrayInfo> module_arrays() {
  return {
      {"modules/overlap",
       "1",
       {"class", "class", "units_left"},
       "Jaccard index of the sets of two classes that the greedy removal leaves: units in both over units in either"},
      {"modules/linkage",
       "1",
       {"merge", "merge_field"},
       "average linkage of units by their Shapley values of information over the classes, as SciPy has it: two "
       "clusters, their distance in bits, units in the new cluster"},
      {"modules/leaf_order", "1", {"leaf"}, "units in the order of the leaves of that dendrogram"}};
}

void put_overlap(const ResultView& relay, ResultArrays& out) {
  const auto* narrow = std::get_if<RowMatrix<std::uint8_t>>(&relay.array("greedy/removal_order").values);
  RowMatrix<double> jaccard =
      narrow ? overlaps(*narrow) : overlaps(relay.matrix<std::uint16_t>("greedy/removal_order"));
  if (jaccard.size() == 0) return;
  const auto units = static_cast<std::size_t>(jaccard.cols() / jaccard.rows());
  out.put_scale("modules/units_left", counting(1, units), "units that the greedy removal leaves");
  out.put_cube("modules/overlap", std::move(jaccard), units);
}

void put_linkage(const RowMatrix<double>& shapley, ResultArrays& out) {
  const std::vector<ClusterMerge> merges = average_linkage(shapley.transpose());
  RowMatrix<double> rows(static_cast<Eigen::Index>(merges.size()), 4);
  for (std::size_t m = 0; m < merges.size(); ++m) {
    const ClusterMerge& merge = merges[m];
    rows.row(static_cast<Eigen::Index>(m)) << static_cast<double>(merge.first), static_cast<double>(merge.second),
        merge.distance, static_cast<double>(merge.items);
  }
  if (!merges.empty()) {
    out.put_scale("modules/merge_field", std::vector<std::string>{"first", "second", "distance", "units"},
                  "of a merge of two clusters");
    out.put("modules/linkage", rows);
  }
  out.put("modules/leaf_order", leaf_order(merges));
}

}  // namespace inforelay
