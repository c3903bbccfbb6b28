#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "core/random.hpp"
#include "nn/kernels.hpp"
#include "tests/nn/reference_network.hpp"

using namespace inforelay;

namespace {

std::vector<float> random_values(std::size_t count, RandomStream& random) {
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.uniform(-1, 1));
  return values;
}

struct Shape {
  std::size_t samples, width, outputs;
};
const std::vector<Shape> shapes{{1, 1, 1},   {24, 784, 20}, {24, 784, 2}, {23, 783, 1}, {5, 20, 10}, {7, 2, 1},
                                {13, 17, 3}, {24, 33, 7},   {2, 100, 11}, {9, 50, 6},   {24, 8, 4},  {11, 31, 5}};

// Rounding of a sum of `terms` products of values up to 1.
double tolerance(std::size_t terms) { return 1e-7 * static_cast<double>(terms) + 1e-6; }

}  // namespace

TEST_CASE("dense_forward equals the plain sum", "[kernels]") {
  RandomStream random(1, "dense_forward");
  for (const auto& [samples, width, outputs] : shapes) {
    const auto in = random_values(samples * width, random), weight = random_values(outputs * width, random);
    const auto bias = random_values(outputs, random);
    std::vector<float> out(samples * outputs + 1, 42.0f);
    kernels::dense_forward(in.data(), samples, width, weight.data(), bias.data(), outputs, out.data());
    for (std::size_t s = 0; s < samples; ++s) {
      for (std::size_t o = 0; o < outputs; ++o) {
        double expected = bias[o];
        for (std::size_t i = 0; i < width; ++i) expected += double{in[s * width + i]} * double{weight[o * width + i]};
        CHECK(out[s * outputs + o] == Approx(expected).margin(tolerance(width)));
      }
    }
    CHECK(out.back() == 42.0f);
  }
}

TEST_CASE("dense_forward gives a sample the same bits wherever it stands", "[kernels]") {
  RandomStream random(2, "dense_forward");
  for (const auto& [samples, width, outputs] : shapes) {
    const auto in = random_values(samples * width, random), weight = random_values(outputs * width, random);
    const auto bias = random_values(outputs, random);
    std::vector<float> together(samples * outputs), alone(outputs);
    kernels::dense_forward(in.data(), samples, width, weight.data(), bias.data(), outputs, together.data());
    for (std::size_t s = 0; s < samples; ++s) {
      kernels::dense_forward(in.data() + s * width, 1, width, weight.data(), bias.data(), outputs, alone.data());
      for (std::size_t o = 0; o < outputs; ++o) CHECK(alone[o] == together[s * outputs + o]);
    }
  }
}

TEST_CASE("accumulate_gradient adds the plain sum", "[kernels]") {
  RandomStream random(3, "accumulate_gradient");
  for (const auto& [samples, width, outputs] : shapes) {
    const auto in = random_values(samples * width, random), delta = random_values(samples * outputs, random);
    const auto weight_before = random_values(outputs * width, random), bias_before = random_values(outputs, random);
    auto weight = weight_before, bias = bias_before;
    kernels::accumulate_gradient(in.data(), delta.data(), samples, width, outputs, weight.data(), bias.data());
    for (std::size_t o = 0; o < outputs; ++o) {
      double expected = bias_before[o];
      for (std::size_t s = 0; s < samples; ++s) expected += delta[s * outputs + o];
      CHECK(bias[o] == Approx(expected).margin(tolerance(samples)));
      for (std::size_t i = 0; i < width; ++i) {
        expected = weight_before[o * width + i];
        for (std::size_t s = 0; s < samples; ++s)
          expected += double{delta[s * outputs + o]} * double{in[s * width + i]};
        REQUIRE(weight[o * width + i] == Approx(expected).margin(tolerance(samples)));
      }
    }
  }
}

TEST_CASE("input_gradient equals the plain sum", "[kernels]") {
  RandomStream random(4, "input_gradient");
  for (const auto& [samples, width, outputs] : shapes) {
    const auto delta = random_values(samples * outputs, random), weight = random_values(outputs * width, random);
    std::vector<float> in_delta(samples * width);
    kernels::input_gradient(delta.data(), weight.data(), samples, width, outputs, in_delta.data());
    for (std::size_t s = 0; s < samples; ++s) {
      for (std::size_t i = 0; i < width; ++i) {
        double expected = 0;
        for (std::size_t o = 0; o < outputs; ++o) {
          expected += double{delta[s * outputs + o]} * double{weight[o * width + i]};
        }
        REQUIRE(in_delta[s * width + i] == Approx(expected).margin(tolerance(outputs)));
      }
    }
  }
}

TEST_CASE("bytes_to_inputs equals the data set's own conversion to the last bit", "[kernels]") {
  const Dataset data = test::random_dataset(3, 257, 2, 5);
  std::vector<float> expected(3 * 257), actual(3 * 257);
  data.gather(0, 3, expected.data());
  kernels::bytes_to_inputs(data.pixels().data(), actual.size(), actual.data());
  CHECK(actual == expected);
}

TEST_CASE("Activations are exact to 1e-6 everywhere and keep NaN", "[kernels]") {
  for (const auto activation : {Activation::tanh, Activation::sigmoid, Activation::relu, Activation::identity}) {
    CAPTURE(to_string(activation));
    std::vector<float> x{0.0f, -0.0f, 1e-20f, -1e-20f, 1e-4f, 88.0f, -88.0f, 1e30f, -1e30f};
    for (int i = -4000; i <= 4000; ++i) x.push_back(static_cast<float>(i) * 0.005f);
    std::vector<float> y = x;
    activate(activation, y.data(), y.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      REQUIRE(y[i] == Approx(test::activate(activation, double{x[i]})).epsilon(1e-6).margin(1e-6));
      float alone = x[i];
      activate(activation, &alone, 1);
      REQUIRE(alone == y[i]);
    }
    float infinite[2] = {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()};
    activate(activation, infinite, 2);
    CHECK(infinite[0] == static_cast<float>(test::activate(activation, std::numeric_limits<double>::infinity())));
    CHECK(infinite[1] == static_cast<float>(test::activate(activation, -std::numeric_limits<double>::infinity())));
    float nan = std::numeric_limits<float>::quiet_NaN();
    activate(activation, &nan, 1);
    CHECK(std::isnan(nan));
  }
}
