#include "nn/training/optimizer.hpp"

#include <fmt/format.h>

#include <cassert>
#include <cmath>

#include "core/error.hpp"

namespace inforelay {
namespace {

using Values = Eigen::Map<Eigen::ArrayXf>;
using ConstValues = Eigen::Map<const Eigen::ArrayXf>;

void require(bool holds, std::string_view name, double value, std::string_view expected) {
  if (!holds) throw UsageError(fmt::format("optimizer {} = {} is out of range: {}", name, value, expected));
}

// Calls body(values, offset) for the weights, then the biases of each layer; `offset` is their place in the flat order.
template <class Body>
void for_each_block(Mlp& network, Body body) {
  Eigen::Index offset = 0;
  for (DenseLayer& layer : network.layers) {
    for (const auto& [data, size] :
         {std::pair{layer.weight.data(), layer.weight.size()}, std::pair{layer.bias.data(), layer.bias.size()}}) {
      body(Values(data, size), offset);
      offset += size;
    }
  }
}

void adam_step(const OptimizerOptions& options, std::span<const float> gradient, OptimizerState& state, Mlp& network) {
  const auto t = static_cast<double>(state.step);
  const auto step_size = static_cast<float>(options.learning_rate / (1 - std::pow(options.beta1, t)));
  const auto root_correction = static_cast<float>(std::sqrt(1 - std::pow(options.beta2, t)));
  const auto beta1 = static_cast<float>(options.beta1), beta2 = static_cast<float>(options.beta2);
  const auto keep1 = static_cast<float>(1 - options.beta1), keep2 = static_cast<float>(1 - options.beta2);
  const auto epsilon = static_cast<float>(options.epsilon);
  for_each_block(network, [&](Values p, Eigen::Index offset) {
    const ConstValues g(gradient.data() + offset, p.size());
    Values m(state.first_moment.data() + offset, p.size()), v(state.second_moment.data() + offset, p.size());
    m = beta1 * m + keep1 * g;
    v = beta2 * v + keep2 * g * g;
    p -= step_size * m / (v.sqrt() / root_correction + epsilon);
  });
}

void sgd_step(const OptimizerOptions& options, std::span<const float> gradient, OptimizerState& state, Mlp& network) {
  const auto momentum = static_cast<float>(options.momentum);
  const auto learning_rate = static_cast<float>(options.learning_rate);
  for_each_block(network, [&](Values p, Eigen::Index offset) {
    const ConstValues g(gradient.data() + offset, p.size());
    Values velocity(state.first_moment.data() + offset, p.size());
    velocity = momentum * velocity + g;
    p -= learning_rate * velocity;
  });
}

}  // namespace

void OptimizerOptions::check() const {
  require(learning_rate > 0 && std::isfinite(learning_rate), "learning_rate", learning_rate, "greater than 0");
  require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "in [0,1)");
  require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "in [0,1)");
  require(epsilon > 0, "epsilon", epsilon, "greater than 0");
  require(momentum >= 0 && momentum < 1, "momentum", momentum, "in [0,1)");
}

void optimizer_step(const OptimizerOptions& options, std::span<const float> gradient, OptimizerState& state,
                    Mlp& network) {
  assert(gradient.size() == network.parameter_count());
  const bool adam = options.kind == OptimizerKind::adam;
  if (state.first_moment.empty()) state.first_moment.resize(gradient.size());
  if (adam && state.second_moment.empty()) state.second_moment.resize(gradient.size());
  ++state.step;
  adam ? adam_step(options, gradient, state, network) : sgd_step(options, gradient, state, network);
}

}  // namespace inforelay
