#include <array>
#include <cmath>

#include "core/error.hpp"
#include "nn/training/optimizer.hpp"
#include "tests/catch2.hpp"
#include "tests/nn/network/reference_network.hpp"

using namespace inforelay;

namespace {

Mlp tiny_network() {
  RandomStream random(1, "test_optimizer");
  return make_mlp(std::array{3, 2, 1}, Activation::tanh, Activation::tanh, random);
}

std::vector<float> random_gradient(std::size_t count, RandomStream& random) {
  std::vector<float> gradient(count);
  for (float& g : gradient) g = static_cast<float>(random.normal() * 0.1);
  return gradient;
}

}  // namespace

TEST_CASE("The first step of Adam is the learning rate against the sign of the gradient", "[optimizer]") {
  Mlp network = tiny_network();
  const auto before = test::ReferenceNetwork(network).parameters;
  OptimizerState state;
  RandomStream random(2, "gradient");
  const auto gradient = random_gradient(before.size(), random);
  optimizer_step({}, gradient, state, network);
  const auto after = test::ReferenceNetwork(network).parameters;
  for (std::size_t i = 0; i < before.size(); ++i) {
    CHECK(after[i] - before[i] == Approx(-std::copysign(1e-3, gradient[i])).epsilon(1e-3));
  }
  CHECK(state.step == 1);
}

TEST_CASE("Adam follows its formula over many steps", "[optimizer]") {
  const OptimizerOptions options{.learning_rate = 0.01, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-3};
  Mlp network = tiny_network();
  auto p = test::ReferenceNetwork(network).parameters;
  std::vector<double> m(p.size()), v(p.size());
  OptimizerState state;
  RandomStream random(3, "gradient");
  for (int t = 1; t <= 50; ++t) {
    const auto gradient = random_gradient(p.size(), random);
    optimizer_step(options, gradient, state, network);
    for (std::size_t i = 0; i < p.size(); ++i) {
      const double g = gradient[i];
      m[i] = 0.8 * m[i] + 0.2 * g;
      v[i] = 0.95 * v[i] + 0.05 * g * g;
      const double m_hat = m[i] / (1 - std::pow(0.8, t)), v_hat = v[i] / (1 - std::pow(0.95, t));
      p[i] -= 0.01 * m_hat / (std::sqrt(v_hat) + 1e-3);
    }
  }
  const auto actual = test::ReferenceNetwork(network).parameters;
  for (std::size_t i = 0; i < p.size(); ++i) CHECK(actual[i] == Approx(p[i]).margin(1e-5));
}

TEST_CASE("SGD with momentum follows its formula", "[optimizer]") {
  const OptimizerOptions options{.kind = OptimizerKind::sgd, .learning_rate = 0.1, .momentum = 0.9};
  Mlp network = tiny_network();
  auto p = test::ReferenceNetwork(network).parameters;
  std::vector<double> velocity(p.size());
  OptimizerState state;
  RandomStream random(4, "gradient");
  for (int t = 0; t < 20; ++t) {
    const auto gradient = random_gradient(p.size(), random);
    optimizer_step(options, gradient, state, network);
    for (std::size_t i = 0; i < p.size(); ++i) {
      velocity[i] = 0.9 * velocity[i] + gradient[i];
      p[i] -= 0.1 * velocity[i];
    }
  }
  const auto actual = test::ReferenceNetwork(network).parameters;
  for (std::size_t i = 0; i < p.size(); ++i) CHECK(actual[i] == Approx(p[i]).margin(1e-5));
  CHECK(state.second_moment.empty());
}

TEST_CASE("Optimizer options out of range are named", "[optimizer]") {
  CHECK_THROWS_WITH((OptimizerOptions{.learning_rate = 0}.check()),
                    "optimizer learning_rate = 0 is out of range: greater than 0");
  CHECK_THROWS_WITH((OptimizerOptions{.beta2 = 1}.check()), "optimizer beta2 = 1 is out of range: in [0,1)");
  CHECK_THROWS_AS((OptimizerOptions{.learning_rate = std::nan("")}.check()), UsageError);
  CHECK_NOTHROW(OptimizerOptions{}.check());
}
