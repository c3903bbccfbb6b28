// Gradients against finite differences of an independent network in double precision.
#include <algorithm>
#include <numeric>

#include "core/parallel.hpp"
#include "nn/training/backprop.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/network/reference_network.hpp"

using namespace inforelay;

namespace {

void check_gradient(const std::vector<int>& widths, Activation hidden, Activation output, Loss loss) {
  CAPTURE(widths, to_string(hidden), to_string(output), word_of(loss_names, loss));
  RandomStream random(1, "test_gradient");
  const Mlp network = make_mlp(widths, hidden, output, random);
  const Dataset data = test::random_dataset(61, widths.front(), std::max(widths.back(), 2), 2);
  std::vector<std::uint32_t> batch(53);
  std::iota(batch.begin(), batch.end(), 5u);

  Backprop backprop(loss);
  const BatchScore score = backprop.run(network, data, batch, Progress::none());
  test::ReferenceNetwork reference(network);
  CHECK(score.loss_sum / 53 == Approx(reference.loss(loss, data, batch)).epsilon(1e-5));
  REQUIRE(backprop.gradient().size() == reference.parameters.size());
  constexpr double h = 1e-5;
  for (std::size_t i = 0; i < reference.parameters.size(); ++i) {
    const double value = reference.parameters[i];
    reference.parameters[i] = value + h;
    const double above = reference.loss(loss, data, batch);
    reference.parameters[i] = value - h;
    const double below = reference.loss(loss, data, batch);
    reference.parameters[i] = value;
    REQUIRE(backprop.gradient()[i] == Approx((above - below) / (2 * h)).epsilon(1e-4).margin(1e-6));
  }
}

}  // namespace

TEST_CASE("Gradients equal finite differences for every activation and loss and depth", "[gradient]") {
  for (const Activation activation : test::elementwise_activations) {
    for (const auto loss : {Loss::mean_squared_error, Loss::cross_entropy}) {
      check_gradient({11, 4}, activation, activation, loss);
      check_gradient({11, 7, 4}, activation, activation, loss);
      check_gradient({11, 7, 5, 4}, activation, activation, loss);
    }
  }
  check_gradient({11, 7, 4}, Activation::relu, Activation::identity, Loss::cross_entropy);
  check_gradient({11, 7, 4}, Activation::gelu, Activation::softmax, Loss::cross_entropy);
}

TEST_CASE("Cross entropy trains softmax as it trains identity, to the last bit", "[gradient]") {
  RandomStream random(2, "test_gradient");
  Mlp network = make_mlp(std::vector{11, 7, 4}, Activation::silu, Activation::identity, random);
  network.layers[1].weight *= 300;  // some probabilities are 0 in floats
  const Dataset data = test::random_dataset(61, 11, 4, 2);
  std::vector<std::uint32_t> batch(61);
  std::iota(batch.begin(), batch.end(), 0u);
  Backprop logits(Loss::cross_entropy), probabilities(Loss::cross_entropy);
  const BatchScore expected = logits.run(network, data, batch, Progress::none());
  network.layers[1].activation = Activation::softmax;
  const BatchScore score = probabilities.run(network, data, batch, Progress::none());
  CHECK(forward_outputs(network, data).minCoeff() == 0);
  CHECK(std::isfinite(score.loss_sum));
  CHECK(score.loss_sum == expected.loss_sum);
  CHECK(score.correct == expected.correct);
  CHECK(std::ranges::equal(probabilities.gradient(), logits.gradient()));
}

TEST_CASE("Losses that do not train an activation of the outputs are refused", "[gradient]") {
  CHECK_THROWS_WITH(check_loss(Loss::mean_squared_error, Activation::softmax, 4),
                    "loss mse does not train outputs of softmax; use cross_entropy");
  CHECK_THROWS_WITH(check_loss(Loss::cross_entropy, Activation::identity, 1),
                    "loss cross_entropy needs at least two outputs; the network has 1");
  CHECK_NOTHROW(check_loss(Loss::cross_entropy, Activation::softmax, 2));
}

TEST_CASE("Gradients of single-output networks equal finite differences", "[gradient]") {
  for (const auto output : {Activation::tanh, Activation::sigmoid, Activation::identity}) {
    check_gradient({13, 2, 1}, Activation::tanh, output, Loss::mean_squared_error);
  }
}

TEST_CASE("A batch counts its correct predictions", "[gradient]") {
  RandomStream random(3, "test_gradient");
  for (const int outputs : {1, 4}) {
    const std::vector<int> widths{11, 3, outputs};
    const Mlp network = make_mlp(widths, Activation::tanh, Activation::sigmoid, random);
    const Dataset data = test::random_dataset(300, 11, std::max(outputs, 2), 4);
    std::vector<std::uint32_t> batch(300);
    std::iota(batch.begin(), batch.end(), 0u);
    const RowMatrix<float> output = forward_outputs(network, data);
    std::uint64_t expected = 0;
    for (Eigen::Index n = 0; n < 300; ++n) {
      Eigen::Index largest = 0;
      output.row(n).maxCoeff(&largest);
      const auto label = data.labels()[static_cast<std::size_t>(n)];
      expected += outputs == 1 ? (output(n, 0) > 0.5f) == (label == 1) : largest == label;
    }
    CHECK(Backprop(Loss::mean_squared_error).run(network, data, batch, Progress::none()).correct == expected);
  }
}

TEST_CASE("Gradients do not depend on the number of threads", "[gradient][threads]") {
  RandomStream random(5, "test_gradient");
  const std::vector<int> widths{100, 20, 10};
  const Mlp network = make_mlp(widths, Activation::tanh, Activation::tanh, random);
  const Dataset data = test::random_dataset(2500, 100, 10, 6);
  for (const std::size_t size : {1u, 124u, 126u, 1000u, 2500u}) {
    std::vector<std::uint32_t> batch(size);
    std::iota(batch.begin(), batch.end(), 0u);
    set_thread_count(1);
    Backprop one(Loss::mean_squared_error);
    const BatchScore score = one.run(network, data, batch, Progress::none());
    for (const int threads : {2, 3}) {
      set_thread_count(threads);
      Backprop many(Loss::mean_squared_error);
      CHECK(many.run(network, data, batch, Progress::none()).loss_sum == score.loss_sum);
      CHECK(std::ranges::equal(many.gradient(), one.gradient()));
    }
  }
}
