#include <array>

#include "core/error.hpp"
#include "nn/training/accuracy.hpp"
#include "nn/training/composite.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/network/reference_network.hpp"

using namespace inforelay;

namespace {

std::vector<Mlp> random_detectors(std::vector<int> hidden_counts, Activation output = Activation::tanh) {
  RandomStream random(1, "test_composite");
  std::vector<Mlp> detectors;
  for (const int hidden : hidden_counts) {
    detectors.push_back(make_mlp(std::array{20, hidden, 1}, Activation::tanh, output, random));
  }
  return detectors;
}

RandomStream noise() { return {2, "noise"}; }

}  // namespace

TEST_CASE("Each output of a composite is its detector", "[composite]") {
  for (const auto& counts : {std::vector{2, 2, 2, 2}, std::vector{1, 3, 2, 5}}) {
    const auto detectors = random_detectors(counts);
    auto random = noise();
    const Mlp composite = compose(detectors, 0, random);
    const Dataset data = test::random_dataset(200, 20, 4, 3);
    const RowMatrix<float> output = forward_outputs(composite, data);
    for (std::size_t t = 0; t < 4; ++t) {
      const RowMatrix<float> alone = forward_outputs(detectors[t], data);
      CHECK((output.col(static_cast<Eigen::Index>(t)) - alone.col(0)).cwiseAbs().maxCoeff() < 1e-6f);
    }
  }
}

TEST_CASE("Hidden neurons of a composite belong to their detectors in order", "[composite]") {
  const auto detectors = random_detectors({2, 2, 2});
  auto random = noise();
  const Mlp composite = compose(detectors, 0, random);
  REQUIRE(composite.layers[0].out() == 6);
  REQUIRE(composite.output_width() == 3);
  for (Eigen::Index t = 0; t < 3; ++t) {
    const auto& layers = detectors[static_cast<std::size_t>(t)].layers;
    CHECK(composite.layers[0].weight.middleRows(2 * t, 2) == layers[0].weight);
    CHECK(composite.layers[1].bias[t] == layers[1].bias[0]);
    for (Eigen::Index k = 0; k < 6; ++k) {
      CHECK(composite.layers[1].weight(t, k) == (k / 2 == t ? layers[1].weight(0, k % 2) : 0.0f));
    }
  }
}

TEST_CASE("Noise is added only to weights between different detectors", "[composite]") {
  const auto detectors = random_detectors(std::vector<int>(30, 2));
  auto random = noise(), again = noise(), unused = noise();
  const Mlp composite = compose(detectors, 0.001, random), plain = compose(detectors, 0, unused);
  CHECK(test::same_bits(composite, compose(detectors, 0.001, again)));
  CHECK(composite.layers[0].weight == plain.layers[0].weight);
  double squares = 0;
  int foreign = 0;
  for (Eigen::Index t = 0; t < 30; ++t) {
    for (Eigen::Index k = 0; k < 60; ++k) {
      const double weight = composite.layers[1].weight(t, k);
      if (k / 2 == t) {
        CHECK(weight == plain.layers[1].weight(t, k));
      } else {
        squares += weight * weight;
        ++foreign;
      }
    }
  }
  // The standard deviation of n draws is known to 1/sqrt(2n).
  CHECK(std::sqrt(squares / foreign) == Approx(0.001).epsilon(5 / std::sqrt(2.0 * foreign)));
}

TEST_CASE("The staircase adds one detector a step", "[composite]") {
  for (const auto output : {Activation::tanh, Activation::sigmoid}) {
    const auto detectors = random_detectors({2, 3, 1}, output);
    auto random = noise();
    const Mlp composite = compose(detectors, 0, random);
    const Dataset train = test::random_dataset(300, 20, 3, 4), held_back = test::random_dataset(90, 20, 3, 5);
    const Staircase steps = staircase(composite, detectors, train, held_back);
    const float threshold = decision_threshold(output);
    const auto on_train = balanced_accuracy(forward_outputs(composite, train), train.labels(), threshold);
    const auto on_test = balanced_accuracy(forward_outputs(composite, held_back), held_back.labels(), threshold);
    REQUIRE(steps.accuracy_train.rows() == 3);
    for (Eigen::Index s = 0; s < 3; ++s) {
      for (Eigen::Index c = 0; c < 3; ++c) {
        CHECK(steps.accuracy_train(s, c) == (c <= s ? on_train[static_cast<std::size_t>(c)] : 0.5));
        CHECK(steps.accuracy_test(s, c) == (c <= s ? on_test[static_cast<std::size_t>(c)] : 0.5));
      }
    }
  }
}

TEST_CASE("With noise the last step of the staircase is the whole composite", "[composite]") {
  const auto detectors = random_detectors({2, 2, 2});
  auto random = noise();
  const Mlp composite = compose(detectors, 0.5, random);
  const Dataset data = test::random_dataset(300, 20, 3, 6);
  const Staircase steps = staircase(composite, detectors, data, data);
  const auto whole = balanced_accuracy(forward_outputs(composite, data), data.labels(), 0);
  for (Eigen::Index c = 0; c < 3; ++c) CHECK(steps.accuracy_train(2, c) == whole[static_cast<std::size_t>(c)]);
  CHECK(steps.accuracy_train(0, 1) == 0.5);
  CHECK(steps.accuracy_train(1, 2) == 0.5);
}

TEST_CASE("Detectors that do not fit together are named", "[composite]") {
  auto random = noise();
  CHECK_THROWS_AS(compose({}, 0, random), UsageError);
  auto detectors = random_detectors({2, 2});
  CHECK_THROWS_WITH(compose(detectors, -1, random), "composite: noise_stddev is -1, expected at least 0");
  detectors[1] = make_mlp(std::array{19, 2, 1}, Activation::tanh, Activation::tanh, random);
  CHECK_THROWS_WITH(compose(detectors, 0, random), "detector 1 takes 19 inputs, detector 0 takes 20");
  detectors[1] = make_mlp(std::array{20, 2, 2}, Activation::tanh, Activation::tanh, random);
  CHECK_THROWS_AS(compose(detectors, 0, random), UsageError);
  detectors[1] = make_mlp(std::array{20, 2, 1}, Activation::relu, Activation::tanh, random);
  CHECK_THROWS_WITH(compose(detectors, 0, random), "detector 1, layer 1: activation relu, but detector 0 has tanh");
}
