#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/knockout/knockout_terms.hpp"
#include "nn/knockout/knockout_tree.hpp"
#include "tests/catch2.hpp"
#include "tests/instruction_sets.hpp"
#include "tests/nn/knockout/knockout_networks.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

// All blocks, in the order of the sets: [G,S].
RowMatrix<std::uint32_t> all_counts(const KnockoutTree& tree, int groups) {
  const auto columns = static_cast<Eigen::Index>(tree.sets_per_block());
  RowMatrix<std::uint32_t> counts(groups, static_cast<Eigen::Index>(tree.blocks()) * columns);
  counts.setConstant(~0u);
  parallel_blocks(tree.blocks(), [&](std::size_t block) {
    const auto of_block = tree.count_on(block);
    for (Eigen::Index column = 0; column < columns; ++column) {
      counts.col(tree.set(block, static_cast<std::size_t>(column)).index()) = of_block.col(column);
    }
  });
  return counts;
}

KnockoutTerms zero_terms(const DenseLayer& layer, int output, const RowMatrix<float>& hidden) {
  static const Replacement zero(NeuronSet::max_neurons);
  return knockout_terms(layer, output, hidden, zero);
}

std::vector<NeuronSet> random_sets(int neurons, int count, RandomStream& random) {
  std::vector<NeuronSet> sets{NeuronSet{}, NeuronSet::all(neurons)};
  for (int i = 0; i < count; ++i) {
    sets.emplace_back(static_cast<std::uint32_t>(random.below(std::uint64_t{1} << neurons)));
  }
  return sets;
}

}  // namespace

TEST_CASE("Knockout terms are the products in units of a power of 2", "[knockout]") {
  DenseLayer layer{RowMatrix<float>(1, 2), Eigen::VectorXf(1), Activation::tanh};
  layer.weight << 1, -3;
  layer.bias << 0.5f;
  RowMatrix<float> hidden(2, 2);
  hidden << 1, 0.25f, -0.5f, 1;
  const KnockoutTerms terms = zero_terms(layer, 0, hidden);
  // The sums of magnitudes are 0.5 + 1 + 0.75 < 2^2 and 0.5 + 0.5 + 3 = 4 < 2^3.
  CHECK(terms.exponent == std::vector{61 - 2, 61 - 3});
  const std::int64_t half_unit = std::int64_t{1} << 58;  // 1/2 in the units of the first sample, 1 in the second's
  CHECK(terms.base == std::vector<std::int64_t>{half_unit, half_unit / 2});
  RowMatrix<std::int64_t> expected(2, 2);
  expected << 2 * half_unit, -3 * half_unit / 2, -half_unit / 2, -3 * half_unit;
  CHECK(terms.term == expected);
  CHECK(terms.on(0, {}));      // 0.5 + 1 - 0.75
  CHECK(!terms.on(0, {0}));    // 0.5 - 0.75
  CHECK(terms.on(0, {0, 1}));  // 0.5
  CHECK(!terms.on(1, {1}));    // 0.5 - 0.5: not above 0
}

TEST_CASE("Knockout terms of replaced neurons are differences to their replacements", "[knockout]") {
  DenseLayer layer{RowMatrix<float>(1, 2), Eigen::VectorXf(1), Activation::tanh};
  layer.weight << 1, -2;
  layer.bias << 0.5f;
  RowMatrix<float> hidden(2, 2);
  hidden << 1, 0.25f, -0.5f, 1;
  const Replacement mean(hidden, {.replace = KnockoutReplace::mean}, RandomStream(0, "not used"));
  REQUIRE(mean(1, 0) == 0.25f);
  REQUIRE(mean(0, 1) == 0.625f);
  const KnockoutTerms terms = knockout_terms(layer, 0, hidden, mean);
  for (const std::size_t i : {0, 1}) {
    const double unit = std::ldexp(1.0, terms.exponent[i]);
    CHECK(static_cast<double>(terms.base[i]) == (0.5 + 0.25 - 1.25) * unit);
    const auto row = static_cast<Eigen::Index>(i);
    CHECK(static_cast<double>(terms.term(row, 0)) == (double{hidden(row, 0)} - 0.25) * unit);
    CHECK(static_cast<double>(terms.term(row, 1)) == -2 * (double{hidden(row, 1)} - 0.625) * unit);
  }
  CHECK(terms.on(0, {}));       // 0.5 + 1 - 0.5
  CHECK(terms.on(0, {1}));      // 0.5 + 1 - 1.25
  CHECK(!terms.on(0, {0, 1}));  // 0.5 + 0.25 - 1.25
  CHECK(terms.on(0, {0}));      // 0.5 + 0.25 - 0.5
}

TEST_CASE("Knockout terms refuse numbers that are not finite", "[knockout]") {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    RandomStream random(1, "finite");
    const DenseLayer layer = random_layer(3, 2, random);
    const RowMatrix<float> hidden = random_hidden(9000, 3, random);
    for (const Eigen::Index sample : {0, 8999}) {
      RowMatrix<float> damaged = hidden;
      damaged(sample, 1) = bad;
      CHECK_THROWS_AS(zero_terms(layer, 0, damaged), ComputeError);
    }
    DenseLayer weight = layer, bias = layer;
    weight.weight(1, 2) = bad;
    bias.bias(1) = bad;
    CHECK_THROWS_AS(zero_terms(weight, 1, hidden), ComputeError);
    CHECK_THROWS_WITH(zero_terms(bias, 1, hidden), "output 1: a weight, the bias or an activation is not finite");
    CHECK_NOTHROW(zero_terms(bias, 0, hidden));
  }
}

TEST_CASE("Integer sums have the sign of sums in double", "[knockout]") {
  RandomStream random(2, "double");
  for (const int neurons : {1, 5, 12}) {
    const DenseLayer layer = random_layer(neurons, 1, random);
    const RowMatrix<float> hidden = random_hidden(300, neurons, random);
    const KnockoutTerms terms = zero_terms(layer, 0, hidden);
    for (const NeuronSet set : random_sets(neurons, 100, random)) {
      for (std::size_t i = 0; i < terms.samples(); ++i) {
        double sum = layer.bias(0);
        for (int k = 0; k < neurons; ++k) {
          if (!set.contains(k)) sum += double{layer.weight(0, k)} * double{hidden(static_cast<Eigen::Index>(i), k)};
        }
        if (std::abs(sum) > 1e-9) REQUIRE(terms.on(i, set) == (sum > 0));
      }
    }
  }
}

TEST_CASE("The tree agrees with counting set by set", "[knockout]") {
  RandomStream random(3, "tree");
  for (const int neurons : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15}) {
    CAPTURE(neurons);
    // More than one chunk of samples for the narrow layers; one group stays empty.
    const int samples = neurons <= 8 ? 2500 : 150, groups = 4;
    const DenseLayer layer = random_layer(neurons, 1, random);
    const auto labels = random_labels(samples, groups - 1, random);
    const RowMatrix<float> hidden = random_hidden(samples, neurons, random);
    const KnockoutTerms terms = zero_terms(layer, 0, hidden);
    const KnockoutTree tree(terms, labels, groups);
    REQUIRE(tree.blocks() * tree.sets_per_block() == std::size_t{1} << neurons);
    CHECK(all_counts(tree, groups) == count_on(terms, all_sets(neurons), labels, groups));
  }
}

TEST_CASE("The tree counts wide layers", "[knockout]") {
  RandomStream random(4, "wide");
  for (const int neurons : {13, 14, 16, 17, 19}) {
    CAPTURE(neurons);
    const int samples = 120, groups = 2;
    const DenseLayer layer = random_layer(neurons, 1, random);
    const auto labels = random_labels(samples, groups, random);
    const RowMatrix<float> hidden = random_hidden(samples, neurons, random);
    const KnockoutTerms terms = zero_terms(layer, 0, hidden);
    const auto counts = all_counts(KnockoutTree(terms, labels, groups), groups);
    const auto sets = random_sets(neurons, 2000, random);
    const auto expected = count_on(terms, sets, labels, groups);
    for (std::size_t i = 0; i < sets.size(); ++i) {
      REQUIRE(counts.col(sets[i].index()) == expected.col(static_cast<Eigen::Index>(i)));
    }
  }
}

TEST_CASE("Sums are exact without terms that are enormous beside them", "[knockout]") {
  RandomStream random(8, "enormous");
  for (const int neurons : {5, 9, 15}) {
    CAPTURE(neurons);
    const int samples = 100, groups = 2;
    const RowMatrix<float> hidden = random_hidden(samples, neurons, random);
    DenseLayer layer = random_layer(neurons, 1, random);
    layer.weight(0, 1) = 1e30f;
    layer.weight(0, 3) *= 1e12f;
    layer.weight(0, 0) *= 1e-20f;
    const auto labels = random_labels(samples, groups, random);
    const KnockoutTerms terms = zero_terms(layer, 0, hidden);
    const auto counts = all_counts(KnockoutTree(terms, labels, groups), groups);
    for (const NeuronSet set : random_sets(neurons, 300, random)) {
      std::uint32_t expected[groups] = {};
      for (int i = 0; i < samples; ++i) {
        // From the smallest to the largest, without those that are knocked out.
        double sum = set.contains(0) ? 0 : double{layer.weight(0, 0)} * double{hidden(i, 0)};
        double rest = double{layer.bias(0)};
        for (int k = 2; k < neurons; ++k) {
          if (k != 3 && !set.contains(k)) rest += double{layer.weight(0, k)} * double{hidden(i, k)};
        }
        sum += rest;
        for (const int k : {3, 1}) sum += set.contains(k) ? 0 : double{layer.weight(0, k)} * double{hidden(i, k)};
        REQUIRE(std::abs(sum) > 1e-9);
        expected[labels[static_cast<std::size_t>(i)]] += sum > 0;
      }
      for (int g = 0; g < groups; ++g) REQUIRE(counts(g, set.index()) == expected[g]);
    }
  }
}

TEST_CASE("A sample with enormous activations leaves the others exact", "[knockout]") {
  RandomStream random(9, "outlier");
  const int neurons = 15, samples = 60, groups = 2;
  RowMatrix<float> hidden = random_hidden(samples, neurons, random);
  const DenseLayer layer = random_layer(neurons, 1, random);
  const auto labels = random_labels(samples, groups, random);
  const KnockoutTerms terms = zero_terms(layer, 0, hidden);
  const auto expected = all_counts(KnockoutTree(terms, labels, groups), groups);
  hidden.row(0) *= 1e30f;  // its bias aside, it decides as before
  DenseLayer without = layer;
  const auto counts = all_counts(KnockoutTree(zero_terms(without, 0, hidden), labels, groups), groups);
  CHECK((counts.cast<int>() - expected.cast<int>()).cwiseAbs().maxCoeff() <= 1);
}

// Sums that cancel: the 32- and 16-bit comparisons cannot tell, the exact terms must.
TEST_CASE("The tree is exact where sums are 0 or next to it", "[knockout]") {
  RandomStream random(5, "ties");
  for (const int neurons : {4, 7, 9, 15}) {
    CAPTURE(neurons);
    const int samples = 100, groups = 2;
    RowMatrix<float> hidden(samples, neurons);
    for (float& value : hidden.reshaped()) value = static_cast<float>(random.below(3)) - 1;  // -1, 0, 1
    DenseLayer layer = random_layer(neurons, 1, random);
    for (float& weight : layer.weight.reshaped()) weight = static_cast<float>(random.below(5)) - 2;
    layer.bias(0) = 0;
    const auto labels = random_labels(samples, groups, random);
    SECTION("sums of small whole numbers") {}
    SECTION("a bias of the smallest positive float, beside sums of 0") { layer.bias(0) = 1e-18f; }
    SECTION("sums of 0 from terms that do not fit 32 bits, beside a small bias") {
      for (auto row : hidden.rowwise()) row *= static_cast<float>(random.uniform(0.5, 1));
      layer.weight *= 0.7f;
      layer.bias(0) = 1e-12f;
    }
    SECTION("terms of very different size") {
      for (int k = 0; k < neurons; ++k) layer.weight(0, k) *= std::ldexp(1.0f, -5 * k);
    }
    SECTION("one enormous term") { layer.weight(0, neurons - 1) = 1e30f; }
    SECTION("no terms at all") { layer.weight.setZero(); }
    const KnockoutTerms terms = zero_terms(layer, 0, hidden);
    CHECK(all_counts(KnockoutTree(terms, labels, groups), groups) ==
          count_on(terms, all_sets(neurons), labels, groups));
  }
}

TEST_CASE("The tree counts the same with every instruction set", "[knockout]") {
  RandomStream random(6, "instruction sets");
  for (const int neurons : {5, 9, 15}) {  // no leaf of its own, leaves alone, and a level above them
    // A tile of samples and more, some of them with sums of 0.
    const int samples = 130, groups = 2;
    DenseLayer layer = random_layer(neurons, 1, random);
    RowMatrix<float> hidden = random_hidden(samples, neurons, random);
    for (Eigen::Index i = 0; i < samples; i += 3) hidden.row(i).setConstant(i % 2 == 0 ? 0.0f : 1.0f);
    for (float& weight : layer.weight.reshaped()) weight = std::round(weight * 4) / 4;
    layer.bias(0) = 0;
    const auto labels = random_labels(samples, groups, random);
    const KnockoutTerms terms = zero_terms(layer, 0, hidden);
    const auto expected = count_on(terms, all_sets(neurons), labels, groups);
    const KnockoutTree tree(terms, labels, groups);
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      CAPTURE(neurons, hwy::TargetName(target));
      const test::OnlyInstructionSets only(target);
      CHECK(all_counts(tree, groups) == expected);
    }
  }
}

TEST_CASE("The tree of a wide layer counts the same with every instruction set", "[knockout]") {
  RandomStream random(7, "instruction sets");
  const int neurons = 18, samples = 130, groups = 2;  // two levels above the leaves
  const auto labels = random_labels(samples, groups, random);
  const DenseLayer layer = random_layer(neurons, 1, random);
  const RowMatrix<float> hidden = random_hidden(samples, neurons, random);
  const KnockoutTerms terms = zero_terms(layer, 0, hidden);
  const KnockoutTree tree(terms, labels, groups);
  const auto sets = random_sets(neurons, 1000, random);
  const auto expected = count_on(terms, sets, labels, groups);
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    CAPTURE(hwy::TargetName(target));
    const test::OnlyInstructionSets only(target);
    const auto counts = all_counts(tree, groups);
    for (std::size_t i = 0; i < sets.size(); ++i) {
      REQUIRE(counts.col(sets[i].index()) == expected.col(static_cast<Eigen::Index>(i)));
    }
  }
}
