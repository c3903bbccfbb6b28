#include "infotheory/relay/fragmentation.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "infotheory/relay/set_measures.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/random_levels.hpp"

using namespace inforelay;
using namespace inforelay::test;

TEST_CASE("Fragmentation is the size of the smallest set that knows enough", "[levels][measures]") {
  const LevelSamples samples = random_levels(150, 6, 3, 4, RandomStream(81, "fragmentation"));
  const MeasuredSets input = measure_sets(samples.one_vs_rest(), {SetMeasure::mutual_information_input}).front();
  const double theta = GENERATE(0.1, 0.5, 0.8, 0.99, 1.0);
  for (const bool shared : {false, true}) {
    std::vector<double> thresholds;
    for (int c = 0; c < 4; ++c)
      thresholds.push_back(theta * (shared ? static_cast<double>(input.values(c, 63))
                                           : counted_entropy(samples, c, true, false, {}).bits));
    const std::vector<Fragmentation> found = fragmentation(input.statistics, thresholds);
    for (int c = 0; c < 4; ++c) {
      int least = Fragmentation::none;
      for (std::uint32_t set = 0; set < 64; ++set) {
        if (static_cast<double>(input.values(c, set)) < thresholds[static_cast<std::size_t>(c)] - 1e-7) continue;
        const int size = NeuronSet(set).size();
        least = least == Fragmentation::none ? size : std::min(least, size);
      }
      const Fragmentation& of_contrast = found[static_cast<std::size_t>(c)];
      CHECK(of_contrast.size == least);
      if (shared) CHECK(least != Fragmentation::none);
      if (least == Fragmentation::none) continue;
      CHECK(of_contrast.set.size() == least);
      for (std::uint32_t set = 0; set < 64; ++set)
        if (NeuronSet(set).size() == least) CHECK(input.values(c, set) <= input.values(c, of_contrast.set.index()));
    }
  }
  const std::vector<double> beyond(4, 3.0);
  CHECK(fragmentation(input.statistics, beyond).front().size == Fragmentation::none);
  CHECK_THROWS_WITH(fragmentation(input.statistics, std::vector<double>(3)),
                    "fragmentation: 3 thresholds for 4 contrasts, expected one for each");
}

TEST_CASE("Smearedness adds up what units and concepts have in common", "[measures]") {
  RandomStream random(82, "smearedness");
  RowMatrix<double> m(4, 7);
  for (Eigen::Index i = 0; i < m.size(); ++i) m.data()[i] = random.uniform();
  double nodes = 0, concepts = 0;
  for (Eigen::Index j = 0; j < 4; ++j)
    for (Eigen::Index i = 0; i < 7; ++i) {
      for (Eigen::Index k = 0; k < i; ++k) nodes += std::min(m(j, i), m(j, k));
      for (Eigen::Index k = 0; k < j; ++k) concepts += std::min(m(j, i), m(k, i));
    }
  CHECK(smearedness(m).over_nodes == Approx(nodes).margin(1e-12));
  CHECK(smearedness(m).over_concepts == Approx(concepts).margin(1e-12));
  CHECK(smearedness(RowMatrix<double>::Identity(3, 3)).over_nodes == 0);
  CHECK(smearedness(RowMatrix<double>::Constant(2, 3, 0.5)).over_nodes == 3);
  CHECK(smearedness(RowMatrix<double>::Constant(2, 3, 0.5)).over_concepts == 1.5);
}
