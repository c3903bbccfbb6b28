// Activation functions: their words, slopes and properties; values are compared in test_kernels.cpp, too.
#include <fmt/format.h>

#include <cmath>
#include <sstream>
#include <string>

#include "core/error.hpp"
#include "nn/network/activation.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/network/reference_network.hpp"
#include "tests/torch.hpp"

using namespace inforelay;
using Catch::Contains;

namespace {

std::vector<float> grid() {
  std::vector<float> x;
  for (int i = -1600; i <= 1600; ++i) x.push_back(static_cast<float>(i) * 0.01f + 0.003f);  // not 0, where relu breaks
  return x;
}

std::vector<float> activated(Activation activation, std::vector<float> x) {
  activate(activation, x.data(), x.size());
  return x;
}

}  // namespace

TEST_CASE("Activations read back as they are printed", "[activation]") {
  for (const Activation activation : test::elementwise_activations) {
    CHECK(parse_activation(to_string(activation)) == activation);
  }
  CHECK(parse_activation("softmax") == Activation::softmax);
  CHECK(to_string(Activation::leaky_relu()) == "leaky_relu");
  CHECK(parse_activation("leaky_relu(0.01)") == Activation::leaky_relu());
  CHECK(to_string(Activation::leaky_relu(0.2f)) == "leaky_relu(0.2)");
  CHECK(parse_activation("elu(1e-3)") == Activation::elu(1e-3f));
}

TEST_CASE("Activations that there are not are refused, with those that there are", "[activation]") {
  const std::string words =
      "is not one of tanh, sigmoid, relu, identity, leaky_relu, elu, gelu, gelu_tanh, silu, softplus";
  const std::string forms = ", leaky_relu(SLOPE), elu(ALPHA)";
  CHECK_THROWS_WITH(parse_activation("tahn"), "activation 'tahn' " + words + ", softmax" + forms);
  CHECK_THROWS_WITH(parse_activation("prelu", LayerPlace::hidden), "activation 'prelu' " + words + forms);
  for (const char* text : {"", "Tanh", "tanh(1)", "elu(", "elu(1", "elu(1) ", " elu", "(1)"}) {
    CHECK_THROWS_WITH(parse_activation(text), Contains(words));
  }
  for (const char* text :
       {"elu()", "elu(0)", "elu(-1)", "elu(inf)", "elu(nan)", "elu(1001)", "elu(1,2)", "elu(1e-60)"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH(parse_activation(text), Contains("activation elu: alpha is '") &&
                                                  Contains("', expected a number above 0 and at most 1000"));
  }
  CHECK_THROWS_WITH(parse_activation("leaky_relu(x)"), Contains("leaky_relu: slope is 'x'"));
  CHECK_THROWS_WITH(parse_activation("softmax", LayerPlace::hidden), "activation softmax is for the outputs only");
}

TEST_CASE("Slopes equal finite differences", "[activation]") {
  constexpr double h = 1e-5;
  for (const Activation activation : test::elementwise_activations) {
    CAPTURE(to_string(activation));
    const std::vector<float> x = grid(), values = activated(activation, x);
    std::vector<float> delta(x.size(), 3.0f);
    multiply_by_slope(activation, values.data(), slope_needs_sums(activation) ? x.data() : nullptr, x.size(),
                      delta.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double above = test::activate(activation, x[i] + h), below = test::activate(activation, x[i] - h);
      REQUIRE(delta[i] == Approx(3 * (above - below) / (2 * h)).epsilon(1e-5).margin(3e-6));
    }
  }
}

TEST_CASE("Activations increase where they say so, and are above the threshold where x is above 0", "[activation]") {
  for (const Activation activation : test::elementwise_activations) {
    CAPTURE(to_string(activation));
    const std::vector<float> x = grid(), values = activated(activation, x);
    bool increases = true;
    for (std::size_t i = 0; i < x.size(); ++i) {
      increases = increases && (i == 0 || values[i] >= values[i - 1] - 1e-6f);
      REQUIRE((values[i] > decision_threshold(activation)) == (x[i] > 0));
    }
    CHECK(is_increasing(activation) == increases);
    CHECK_FALSE(is_output_only(activation));
    float zero = 0;
    activate(activation, &zero, 1);
    CHECK(zero == Approx(decision_threshold(activation)));
  }
  CHECK(is_output_only(Activation::softmax));
}

TEST_CASE("Targets lie around the threshold for outputs that can reach them", "[activation]") {
  for (const Activation activation : {Activation::tanh, Activation::sigmoid, Activation::identity, Activation::elu(),
                                      Activation::leaky_relu(), Activation::softplus}) {
    CHECK((target_on + target_off(activation)) / 2 == Approx(decision_threshold(activation)).margin(1e-7));
  }
}

TEST_CASE("Softmax is that of each row, also of large sums", "[activation]") {
  std::vector<float> values{1, 2, 3, 1000, 0, -1000, -200, -200, -200, 90, 90.5f, 89};
  activate(Activation::softmax, values.data(), 4, 3);
  const double sum = std::exp(1.0) + std::exp(2.0) + std::exp(3.0);
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(values[c] == Approx(std::exp(static_cast<double>(c) + 1) / sum).epsilon(1e-6));
    CHECK(values[6 + c] == Approx(1.0 / 3).epsilon(1e-6));
  }
  CHECK((values[3] == 1 && values[4] == 0 && values[5] == 0));
  CHECK(values[9] + values[10] + values[11] == Approx(1));
  CHECK(values[10] / values[9] == Approx(std::exp(0.5)).epsilon(1e-5));
  float invalid[2] = {std::numeric_limits<float>::quiet_NaN(), 1};
  activate(Activation::softmax, invalid, 1, 2);
  CHECK(std::isnan(invalid[0]));
}

TEST_CASE("Activations and their slopes equal PyTorch's", "[activation][torch]") {
  std::string words = "softmax";
  for (const Activation activation : test::elementwise_activations) words += " '" + to_string(activation) + "'";
  const auto output = test::run_torch(INFORELAY_TORCH_SCRIPT, "activations " + words);
  if (!output) return;
  std::istringstream lines(*output);
  std::string word;
  std::size_t count = 0, compared = 0;
  while (lines >> word >> count) {
    CAPTURE(word);
    const Activation activation = parse_activation(word);
    std::vector<float> x(count), expected(count), slope(count);
    for (std::size_t i = 0; i < count; ++i) lines >> x[i] >> expected[i] >> slope[i];
    std::vector<float> values = x, delta(count, 1.0f);
    activate(activation, values.data(), 1, count);
    for (std::size_t i = 0; i < count; ++i) REQUIRE(values[i] == Approx(expected[i]).epsilon(1e-6).margin(1e-6));
    ++compared;
    if (activation == Activation::softmax) continue;
    multiply_by_slope(activation, values.data(), x.data(), count, delta.data());
    for (std::size_t i = 0; i < count; ++i) {
      CAPTURE(x[i]);
      REQUIRE(delta[i] == Approx(slope[i]).epsilon(1e-5).margin(2e-6));
    }
  }
  CHECK(compared == test::elementwise_activations.size() + 1);
}
