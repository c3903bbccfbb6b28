#include "infotheory/relay/fragmentation.hpp"

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/sets/neuron_set.hpp"
#include "infotheory/relay/set_measures.hpp"
#include "tests/catch2.hpp"
#include "tests/infotheory/relay/random_levels.hpp"
#include "tests/set_scans.hpp"

using namespace inforelay;
using namespace inforelay::test;

TEST_CASE("Fragmentation is the size of the smallest set that knows enough", "[levels][measures]") {
  const int levels = GENERATE(2, 3, 5);
  const bool whole = GENERATE(false, true);
  const LevelSamples samples = random_levels(150, 6, levels, 4, RandomStream(81, "fragmentation"));
  const LevelTable table = whole ? samples.whole() : samples.one_vs_rest();
  const MeasuredSets input = measure_sets(table, {SetMeasure::mutual_information_input}).front();
  const std::vector<double> theta{0.1, 0.5, 0.8, 0.99, 1.0}, entropy = input_entropy_bits(table);
  const Fragmentation feature = fragmentation(input.statistics, entropy, theta),
                      shared = fragmentation(input.statistics, information_of_all_units(input.statistics), theta);
  for (int c = 0; c < table.contrast_count(); ++c) {
    const int contrast = whole ? -1 : c;
    std::vector<double> known;  // I(a;B)
    const double of_input = counted_entropy(samples, contrast, true, false, {}).bits;
    for (std::uint32_t set = 0; set < 64; ++set) {
      const std::vector<int> units = units_of_bits(set, 6);
      known.push_back(of_input + counted_entropy(samples, contrast, false, false, units).bits -
                      counted_entropy(samples, contrast, true, false, units).bits);
    }
    CHECK(entropy[static_cast<std::size_t>(c)] == Approx(of_input).margin(1e-12));
    for (const auto& [found, reference] : {std::pair(&feature, of_input), std::pair(&shared, known.back())}) {
      for (std::size_t t = 0; t < theta.size(); ++t) {
        CAPTURE(levels, whole, c, theta[t], reference);
        std::int64_t least = Fragmentation::none;
        for (std::uint32_t set = 0; set < 64; ++set) {
          const std::int64_t size = NeuronSet(set).size();
          if (known[set] >= theta[t] * reference - 1e-7 && (least == Fragmentation::none || size < least)) least = size;
        }
        const auto column = static_cast<Eigen::Index>(t);
        CHECK(found->size(c, column) == least);
        CHECK((found->set(c, column) == Fragmentation::none) == (least == Fragmentation::none));
        if (found == &shared) CHECK(least != Fragmentation::none);
        if (least == Fragmentation::none) continue;
        const auto chosen = static_cast<std::uint32_t>(found->set(c, column));
        CHECK(NeuronSet(chosen).size() == least);
        for (std::uint32_t set = 0; set < 64; ++set)
          if (NeuronSet(set).size() == least) CHECK(known[set] <= known[chosen] + 1e-7);
      }
    }
  }
}

TEST_CASE("Fragmentation counts units for what is known, and is not defined for what is not known or constant",
          "[measures]") {
  const std::vector<double> theta{0.5, 1};
  // The first unit is the input; the second says nothing. The last class never occurs.
  RowMatrix<std::uint8_t> states(4, 2);
  states << 0, 0, 0, 1, 1, 0, 1, 1;
  const std::vector<Symbol> symbols{0, 0, 1, 1}, other{0, 1, 0, 1};
  const StateTable table(UnitStates::from_bytes(states), symbols, symbols, numbered_contrasts(3));
  const MeasuredSets known = measure_sets(table, {SetMeasure::mutual_information_input}).front();
  const Fragmentation found = fragmentation(known.statistics, input_entropy_bits(table), theta);
  RowMatrix<std::int64_t> size(3, 2), set(3, 2);
  size << 1, 1, 1, 1, 0, 0;
  set << 1, 1, 1, 1, 0, 0;
  CHECK(found.size == size);
  CHECK(found.set == set);
  states.col(0).setZero();
  const StateTable blind(UnitStates::from_bytes(states), symbols, symbols, numbered_contrasts(2));
  const MeasuredSets unknown = measure_sets(blind, {SetMeasure::mutual_information_input}).front();
  CHECK(fragmentation(unknown.statistics, input_entropy_bits(blind), theta).size ==
        RowMatrix<std::int64_t>::Constant(2, 2, Fragmentation::none));
  CHECK(fragmentation(unknown.statistics, information_of_all_units(unknown.statistics), theta).size ==
        RowMatrix<std::int64_t>::Zero(2, 2));
  CHECK_THROWS_WITH(fragmentation(known.statistics, std::vector<double>(2), theta),
                    "fragmentation: 2 references for 3 contrasts, expected one for each");
  CHECK_THROWS_WITH(fragmentation(known.statistics, std::vector<double>(3), std::vector<double>{1.5}),
                    "fragmentation: theta is 1.5, expected a number in (0,1]");
}

TEST_CASE("The representation of single units is that of counted entropies, for any number of threads", "[measures]") {
  const int levels = GENERATE(2, 4);
  const bool whole = GENERATE(false, true);
  const LevelSamples samples = random_levels(120, 5, levels, 3, RandomStream(83, "representation"));
  const LevelTable table = whole ? samples.whole() : samples.one_vs_rest();
  set_thread_count(1);
  const RowMatrix<double> found = unit_representation_bits(table);
  REQUIRE(found.cols() == 5);
  for (Eigen::Index c = 0; c < found.rows(); ++c) {
    const int contrast = whole ? -1 : static_cast<int>(c);
    for (int k = 0; k < 5; ++k) {
      const double expected = counted_entropy(samples, contrast, true, true, {}).bits +
                              counted_entropy(samples, contrast, false, true, {k}).bits -
                              counted_entropy(samples, contrast, false, true, {}).bits -
                              counted_entropy(samples, contrast, true, true, {k}).bits;
      CHECK(found(c, k) == Approx(expected).margin(1e-12));
    }
  }
  set_thread_count(3);
  CHECK(same_bits(unit_representation_bits(table), found));
  if (levels == 2 && !whole)
    CHECK(same_bits(unit_representation_bits(StateTable(UnitStates::from_bytes(samples.states), samples.input,
                                                        samples.output, numbered_contrasts(3))),
                    found));
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
