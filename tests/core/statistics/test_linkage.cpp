#include "core/statistics/linkage.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/catch2.hpp"

using namespace inforelay;

TEST_CASE("Items are clustered by given distances as by their profiles", "[statistics]") {
  RandomStream random(3, "distances");
  RowMatrix<double> profiles(7, 2), distance(7, 7);
  for (double& value : profiles.reshaped()) value = random.uniform(-1, 1);
  for (int i = 0; i < 7; ++i) {
    for (int j = 0; j < 7; ++j) distance(i, j) = (profiles.row(i) - profiles.row(j)).norm();
  }
  CHECK(leaf_order(average_linkage_of(distance)) == leaf_order(average_linkage(profiles)));
}

TEST_CASE("Each merge joins the two clusters with the least mean distance of their items", "[statistics]") {
  const int items = GENERATE(2, 3, 12);
  RandomStream random(1, "linkage");
  RowMatrix<double> profiles(items, 3);
  for (double& value : profiles.reshaped()) value = random.uniform(-1, 1);
  const std::vector<ClusterMerge> merges = average_linkage(profiles);
  REQUIRE(static_cast<int>(merges.size()) == items - 1);
  std::map<std::int64_t, std::vector<int>> clusters;
  for (int i = 0; i < items; ++i) clusters[i] = {i};
  const auto mean_distance = [&](const std::vector<int>& a, const std::vector<int>& b) {
    double sum = 0;
    for (const int i : a) {
      for (const int j : b) sum += (profiles.row(i) - profiles.row(j)).norm();
    }
    return sum / static_cast<double>(a.size() * b.size());
  };
  for (std::size_t m = 0; m < merges.size(); ++m) {
    double least = 1e9;
    for (const auto& [a, its] : clusters) {
      for (const auto& [b, others] : clusters) {
        if (a < b) least = std::min(least, mean_distance(its, others));
      }
    }
    const ClusterMerge& merge = merges[m];
    CHECK(merge.first < merge.second);
    CHECK(merge.distance == Approx(least));
    CHECK(mean_distance(clusters.at(merge.first), clusters.at(merge.second)) == Approx(least));
    std::vector<int> joined = clusters.at(merge.first);
    joined.insert(joined.end(), clusters.at(merge.second).begin(), clusters.at(merge.second).end());
    CHECK(merge.items == static_cast<std::int64_t>(joined.size()));
    clusters.erase(merge.first);
    clusters.erase(merge.second);
    clusters[items + static_cast<std::int64_t>(m)] = joined;
  }
  const std::vector<std::int64_t> order = leaf_order(merges);
  const std::vector<int>& last = clusters.begin()->second;
  CHECK(order == std::vector<std::int64_t>(last.begin(), last.end()));
}

TEST_CASE("Equal profiles are linked at distance 0, one item not at all, and none is an error", "[statistics]") {
  const std::vector<ClusterMerge> merges = average_linkage(RowMatrix<double>::Ones(3, 2));
  CHECK(merges[0].first == 0);
  CHECK(merges[0].second == 1);
  CHECK(merges[1].distance == 0);
  CHECK(average_linkage(RowMatrix<double>::Ones(1, 2)).empty());
  CHECK(leaf_order({}) == std::vector<std::int64_t>{0});
  CHECK_THROWS_AS(average_linkage(RowMatrix<double>(0, 2)), UsageError);
  RowMatrix<double> profiles = RowMatrix<double>::Ones(3, 2);
  profiles(1, 0) = INFINITY;
  CHECK_THROWS_WITH(average_linkage(profiles),
                    "hierarchical clustering: coordinate 0 of profile 1 is inf, expected a finite number");
  CHECK_THROWS_AS(average_linkage(profiles), ComputeError);
}
