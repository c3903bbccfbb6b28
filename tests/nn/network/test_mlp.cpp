#include <algorithm>
#include <array>
#include <limits>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/network/mlp.hpp"
#include "nn/training/backprop.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/network/reference_network.hpp"

using namespace inforelay;

namespace {
Mlp small_network(std::uint64_t seed) {
  RandomStream random(seed, "test_mlp");
  const std::array widths{37, 9, 6, 5};
  return make_mlp(widths, Activation::tanh, Activation::sigmoid, random);
}
}  // namespace

TEST_CASE("make_mlp starts within the bounds of PyTorch and fills them", "[mlp]") {
  RandomStream random(1, "init");
  const std::array widths{784, 20, 10};
  const Mlp network = make_mlp(widths, Activation::tanh, Activation::identity, random);
  REQUIRE(network.layers.size() == 2);
  CHECK(network.parameter_count() == 784 * 20 + 20 + 20 * 10 + 10);
  CHECK(network.layers[0].activation == Activation::tanh);
  CHECK(network.layers[1].activation == Activation::identity);
  for (const DenseLayer& layer : network.layers) {
    const float radius = 1.0f / std::sqrt(static_cast<float>(layer.in()));
    CHECK(layer.weight.cwiseAbs().maxCoeff() <= radius);
    CHECK(layer.weight.maxCoeff() > 0.9f * radius);
    CHECK(layer.weight.minCoeff() < -0.9f * radius);
    CHECK(layer.bias.cwiseAbs().maxCoeff() <= radius);
    // The mean of n uniform values is within 5 standard deviations of 0.
    const auto n = static_cast<float>(layer.weight.size());
    CHECK(layer.weight.mean() == Approx(0).margin(5 * radius / std::sqrt(3 * n)));
  }
}

TEST_CASE("make_mlp names a bad width", "[mlp]") {
  RandomStream random(1, "init");
  const std::array<int, 3> widths{784, 0, 10};
  CHECK_THROWS_WITH(make_mlp(widths, Activation::tanh, Activation::tanh, random),
                    "layer width is 0, expected at least 1");
  CHECK_THROWS_AS(make_mlp(std::array{784}, Activation::tanh, Activation::tanh, random), UsageError);
  CHECK_THROWS_WITH(make_mlp(std::array{784, 20, 10}, Activation::softmax, Activation::softmax, random),
                    "activation softmax of a hidden layer, expected of the last layer only");
}

TEST_CASE("record_layers gives the activations of the chosen layers, labels and outputs", "[mlp]") {
  const Mlp network = small_network(2);
  const test::ReferenceNetwork reference(network);
  const Dataset data = test::random_dataset(1001, 37, 5, 3);
  const NetworkRecord both = record_layers(network, data, {2, 1});
  REQUIRE(both.layers.size() == 2);
  CHECK(both.output == forward_outputs(network, data));
  for (const int layer : {1, 2}) {
    const Samples& samples = both.layers[static_cast<std::size_t>(2 - layer)];
    REQUIRE(samples.values.rows() == 1001);
    REQUIRE(samples.values.cols() == network.layers[static_cast<std::size_t>(layer) - 1].out());
    CHECK(std::equal(samples.input.begin(), samples.input.end(), data.labels().begin(), data.labels().end()));
    CHECK(samples.output == argmax(both.output));
    CHECK(record_layers(network, data, {layer}).layers.at(0).values == samples.values);
    for (std::size_t n = 0; n < data.size(); n += 50) {
      const auto expected = reference.forward(data, n);
      const auto row = static_cast<Eigen::Index>(n);
      for (Eigen::Index k = 0; k < samples.values.cols(); ++k) {
        CHECK(samples.values(row, k) ==
              Approx(expected[static_cast<std::size_t>(layer)][static_cast<std::size_t>(k)]).margin(1e-5));
      }
      for (Eigen::Index c = 0; c < 5; ++c) {
        CHECK(both.output(row, c) == Approx(expected[3][static_cast<std::size_t>(c)]).margin(1e-5));
      }
    }
  }
}

TEST_CASE("record_layers does not depend on the number of threads", "[mlp][threads]") {
  const Mlp network = small_network(4);
  const Dataset data = test::random_dataset(4000, 37, 5, 5);
  set_thread_count(1);
  const NetworkRecord expected = record_layers(network, data, {1});
  for (const int threads : {2, 3}) {
    set_thread_count(threads);
    const NetworkRecord record = record_layers(network, data, {1});
    CHECK(record.layers.at(0).values == expected.layers.at(0).values);
    CHECK(record.output == expected.output);
  }
}

TEST_CASE("Plain bytes and scaled bytes and floats of the same values give the same bits", "[mlp]") {
  RandomStream random(11, "test_mlp");
  const Dataset bytes = test::striped_dataset(300, 53, 3, 12);
  InputScaling scaling{.scale = 100, .mean = std::vector<float>(53), .deviation = std::vector<float>(53)};
  for (std::size_t i = 0; i < 53; ++i) {
    scaling.mean[i] = static_cast<float>(random.normal());
    scaling.deviation[i] = static_cast<float>(random.uniform(0.5, 2));
  }
  std::vector<std::uint32_t> batch(280);
  for (std::uint32_t& sample : batch) sample = static_cast<std::uint32_t>(random.below(300));
  const std::vector<Symbol> labels(bytes.labels().begin(), bytes.labels().end());
  for (const int hidden : {1, 2, 3, 20}) {
    const std::array widths{53, hidden, 3};
    const Mlp network = make_mlp(widths, Activation::tanh, Activation::sigmoid, random);
    for (const bool plain : {true, false}) {
      Dataset from_bytes = bytes;
      RowMatrix<float> values = bytes.inputs().cast<float>();
      for (auto& value : values.reshaped<Eigen::RowMajor>()) value = plain ? value * (1.0f / 255.0f) : value;
      Dataset from_floats(values, labels, numbered_names(3));
      if (!plain) {
        from_bytes.scale_inputs(scaling);
        from_floats.scale_inputs(scaling);
      }
      CHECK(forward_outputs(network, from_bytes) == forward_outputs(network, from_floats));
      Backprop one(Loss::mean_squared_error), two(Loss::mean_squared_error);
      CHECK(one.run(network, from_bytes, batch, Progress::none()).loss_sum ==
            two.run(network, from_floats, batch, Progress::none()).loss_sum);
      CHECK(std::ranges::equal(one.gradient(), two.gradient()));
    }
  }
}

TEST_CASE("record_layers names what does not fit and can be stopped", "[mlp]") {
  const Mlp network = small_network(8);
  const Dataset data = test::random_dataset(10, 36, 5, 9), fits = test::random_dataset(10, 37, 5, 9);
  CHECK_THROWS_WITH(record_layers(network, data, {1}), "the network takes 37 inputs but the data have 36");
  CHECK_THROWS_WITH(record_layers(network, fits, {1, 3}), "hidden layer 3 is out of range: the network has 2");
  CHECK_THROWS_AS(record_layers(network, fits, {0}), UsageError);
  struct Stop : Progress {
    bool stop_requested() const override { return true; }
  } stop;
  CHECK_THROWS_AS(record_layers(network, fits, {1}, stop), Interrupted);
}

TEST_CASE("argmax takes the lowest of equals and never a NaN", "[mlp]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  RowMatrix<float> output(5, 3);
  output << 1, 3, 2, 2, 2, 1, nan, -1, 0, 0, nan, 0, nan, nan, nan;
  CHECK(argmax(output) == std::vector<Symbol>{1, 0, 2, 0, 0});
}
