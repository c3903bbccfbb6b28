// One neuron knocked out at a time, of layers of any width.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/knockout/single_knockout.hpp"
#include "nn/training/accuracy.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/knockout/knockout_forward.hpp"
#include "tests/nn/knockout/knockout_networks.hpp"

using namespace inforelay;
using namespace inforelay::test;

namespace {

const RandomStream unused_random(0, "not used");

// A network of one hidden layer.
NetworkScene shallow_scene(int neurons, int classes, int samples, std::uint64_t seed) {
  RandomStream random(seed, "single");
  return random_scene(neurons, classes, samples, random);
}

}  // namespace

TEST_CASE("Single knockouts are those of knockout_accuracy where both are possible", "[knockout]") {
  const int neurons = GENERATE(1, 5, 20, 32);
  const NetworkScene scene = shallow_scene(neurons, 4, 500, 31);
  std::vector<NeuronSet> sets;
  for (int k = 0; k < neurons; ++k) sets.push_back(NeuronSet{k});
  sets.push_back(NeuronSet{});
  const RandomStream random(36, "replacements");
  for (const auto& [function, name] : knockout_function_names) {
    for (const auto& [replace, word] : knockout_replace_names) {
      CAPTURE(name, word);
      const KnockoutOptions options{.function = function, .replace = replace};
      const SingleKnockout single = single_knockout_accuracy(scene.subject(), options, random);
      const RowMatrix<float> expected = knockout_accuracy(scene.subject(), sets, options, random);
      CHECK(single.accuracy == expected.leftCols(neurons));
      for (int c = 0; c < 4; ++c) CHECK(single.intact[static_cast<std::size_t>(c)] == expected(c, neurons));
    }
  }
}

TEST_CASE("Single knockouts of a wide layer are a forward pass without the neuron", "[knockout]") {
  const NetworkScene scene = shallow_scene(70, 3, 200, 32);
  const DenseLayer& last = scene.network.layers.back();
  const RowMatrix<float> accuracy = single_knockout_accuracy(scene.subject(), {}, unused_random).accuracy;
  REQUIRE(accuracy.rows() == 3);
  REQUIRE(accuracy.cols() == 70);
  for (int k = 0; k < 70; ++k) {
    RowMatrix<double> kept = scene.hidden.cast<double>();
    kept.col(k).setZero();
    const RowMatrix<double> sums =
        (kept * last.weight.cast<double>().transpose()).rowwise() + last.bias.cast<double>().transpose();
    const auto expected = balanced_accuracy(sums.cast<float>(), scene.labels, 0);
    for (int c = 0; c < 3; ++c) CHECK(accuracy(c, k) == static_cast<float>(expected[static_cast<std::size_t>(c)]));
  }
}

TEST_CASE("Single knockouts of a wide layer before the last are forward passes through the later layers",
          "[knockout]") {
  RandomStream random(38, "single");
  NetworkScene scene;
  scene.network.layers = {random_layer(2, 45, random), random_layer(45, 37, random), random_layer(37, 5, random),
                          random_layer(5, 4, random)};
  scene.network.layers[1].activation = Activation::relu;
  scene.hidden = random_hidden(150, 45, random);
  scene.labels = random_labels(150, 4, random);
  for (const auto& [function, name] : knockout_function_names) {
    for (const auto& [replace, word] : knockout_replace_names) {
      CAPTURE(name, word);
      const KnockoutOptions options{.function = function, .replace = replace};
      const SingleKnockout single = single_knockout_accuracy(scene.subject(), options, random);
      const Replacement replacement(scene.hidden, options, random);
      CHECK(single.overall.size() == (function == KnockoutFunction::argmax ? 45u : 0u));
      for (int k = 0; k <= 45; ++k) {
        NetworkScene without = scene;
        for (int i = 0; k < 45 && i < 150; ++i) without.hidden(i, k) = replacement(static_cast<std::size_t>(i), k);
        const auto expected = test::forward_knockout(without.subject(), replacement, {}, function);
        for (int c = 0; c < 4; ++c) {
          const float found = k < 45 ? single.accuracy(c, k) : single.intact[static_cast<std::size_t>(c)];
          CHECK(std::abs(static_cast<double>(found) - expected.balanced_accuracy(c)) <= expected.margin(c));
        }
        if (function == KnockoutFunction::threshold) continue;
        const float overall = k < 45 ? single.overall[static_cast<std::size_t>(k)] : single.overall_intact.value();
        CHECK(std::abs(static_cast<double>(overall) - expected.overall_accuracy()) <=
              1e-6 + expected.doubtful / expected.total);
      }
    }
  }
}

TEST_CASE("The overall accuracies of single knockouts are those of sets of one", "[knockout]") {
  const NetworkScene scene = shallow_scene(6, 4, 300, 39);
  std::vector<NeuronSet> sets;
  for (int k = 0; k < 6; ++k) sets.push_back(NeuronSet{k});
  sets.push_back(NeuronSet{});
  const KnockoutOptions options{.function = KnockoutFunction::argmax};
  const SingleKnockout single = single_knockout_accuracy(scene.subject(), options, unused_random);
  const RowMatrix<float> all = knockout_accuracy_and_overall(scene.subject(), sets, options, unused_random);
  REQUIRE(all.rows() == 5);
  for (int k = 0; k < 6; ++k) CHECK(single.overall[static_cast<std::size_t>(k)] == all(4, k));
  CHECK(single.overall_intact.value() == all(4, 6));
  CHECK(knockout_accuracy(scene.subject(), sets, options, unused_random) == all.topRows(4));
  CHECK(knockout_accuracy_and_overall(scene.subject(), sets, {}, unused_random).rows() == 4);
}

TEST_CASE("An enormous weight leaves no trace where its neuron is knocked out", "[knockout]") {
  NetworkScene scene = shallow_scene(40, 3, 200, 37);
  for (const auto& [function, name] : knockout_function_names) {
    CAPTURE(name);
    const KnockoutOptions options{.function = function};
    NetworkScene without = scene;
    without.hidden.col(7).setZero();
    const SingleKnockout expected = single_knockout_accuracy(without.subject(), options, unused_random);
    NetworkScene enormous = scene;
    enormous.network.layers.back().weight.col(7) *= 1e30f;
    CHECK(single_knockout_accuracy(enormous.subject(), options, unused_random).accuracy.col(7) ==
          expected.accuracy.col(7));
  }
}

TEST_CASE("Single knockouts are the same with any number of threads", "[knockout]") {
  const NetworkScene scene = shallow_scene(50, 3, 300, 33);
  const int before = thread_count();
  set_thread_count(1);
  const RowMatrix<float> alone = single_knockout_accuracy(scene.subject(), {}, unused_random).accuracy;
  set_thread_count(3);
  CHECK(single_knockout_accuracy(scene.subject(), {}, unused_random).accuracy == alone);
  set_thread_count(before);
}

TEST_CASE("Single knockouts name what is wrong", "[knockout]") {
  NetworkScene scene = shallow_scene(40, 3, 30, 34);
  RandomStream random(35, "single");
  NetworkScene deep = scene;
  deep.network.layers.back().activation = Activation::relu;
  deep.network.layers.back().weight.setConstant(1e38f);
  deep.network.layers.push_back(random_layer(3, 3, random));
  CHECK_THROWS_WITH(single_knockout_accuracy(deep.subject(), {}, unused_random),
                    "knockouts: the sums of an output overflow");
  CHECK_THROWS_WITH(single_knockout_accuracy(scene.subject(), {.method = KnockoutMethod::sampled}, unused_random),
                    "knockouts: method sampled: single neurons of wide layers are knocked out on all samples only");
  NetworkScene damaged = scene;
  damaged.hidden(7, 3) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(single_knockout_accuracy(damaged.subject(), {}, unused_random),
                    Catch::Contains("knockouts: activation of hidden layer 1, neuron ") &&
                        Catch::Contains("expected a finite number"));
  NetworkScene one_class = scene;
  std::fill(one_class.labels.begin(), one_class.labels.end(), Symbol{1});
  CHECK_THROWS_AS(single_knockout_accuracy(one_class.subject(), {}, unused_random), DataError);
  scene.labels[4] = 3;
  CHECK_THROWS_WITH(single_knockout_accuracy(scene.subject(), {}, unused_random),
                    "knockouts: label 3 of sample 4 is out of range [0,3)");
  scene.labels.pop_back();
  CHECK_THROWS_AS(single_knockout_accuracy(scene.subject(), {}, unused_random), DataError);
}
