#include "nn/training/optimizer.hpp"

#include <cassert>
#include <cmath>

#include "core/checks.hpp"

namespace inforelay {
namespace {

using Values = Eigen::Map<Eigen::ArrayXf>;
using ConstValues = Eigen::Map<const Eigen::ArrayXf>;

using Parameters = std::span<const std::span<float>>;

// Calls body(values, offset) for each block; `offset` is its place in the flat order.
template <class Body>
void for_each_block(Parameters parameters, Body body) {
  Eigen::Index offset = 0;
  for (const std::span<float> block : parameters) {
    const auto size = static_cast<Eigen::Index>(block.size());
    body(Values(block.data(), size), offset);
    offset += size;
  }
}

void adam_step(const OptimizerOptions& options, std::span<const float> gradient, OptimizerState& state,
               Parameters parameters) {
  const auto t = static_cast<double>(state.step);
  const auto step_size = static_cast<float>(options.learning_rate / (1 - std::pow(options.beta1, t)));
  const auto root_correction = static_cast<float>(std::sqrt(1 - std::pow(options.beta2, t)));
  const auto beta1 = static_cast<float>(options.beta1), beta2 = static_cast<float>(options.beta2);
  const auto keep1 = static_cast<float>(1 - options.beta1), keep2 = static_cast<float>(1 - options.beta2);
  const auto epsilon = static_cast<float>(options.epsilon);
  for_each_block(parameters, [&](Values p, Eigen::Index offset) {
    const ConstValues g(gradient.data() + offset, p.size());
    Values m(state.first_moment.data() + offset, p.size()), v(state.second_moment.data() + offset, p.size());
    m = beta1 * m + keep1 * g;
    v = beta2 * v + keep2 * g * g;
    p -= step_size * m / (v.sqrt() / root_correction + epsilon);
  });
}

void sgd_step(const OptimizerOptions& options, std::span<const float> gradient, OptimizerState& state,
              Parameters parameters) {
  const auto momentum = static_cast<float>(options.momentum);
  const auto learning_rate = static_cast<float>(options.learning_rate);
  for_each_block(parameters, [&](Values p, Eigen::Index offset) {
    const ConstValues g(gradient.data() + offset, p.size());
    Values velocity(state.first_moment.data() + offset, p.size());
    velocity = momentum * velocity + g;
    p -= learning_rate * velocity;
  });
}

}  // namespace

void OptimizerOptions::check() const {
  check_bounded(learning_rate > 0 && std::isfinite(learning_rate), "optimizer.learning_rate", learning_rate,
                "a finite number above 0");
  check_bounded(beta1 >= 0 && beta1 < 1, "optimizer.beta1", beta1, "a number in [0,1)");
  check_bounded(beta2 >= 0 && beta2 < 1, "optimizer.beta2", beta2, "a number in [0,1)");
  check_bounded(epsilon > 0, "optimizer.epsilon", epsilon, "a number above 0");
  check_bounded(momentum >= 0 && momentum < 1, "optimizer.momentum", momentum, "a number in [0,1)");
}

void optimizer_step(const OptimizerOptions& options, std::span<const float> gradient, OptimizerState& state,
                    Mlp& network) {
  assert(gradient.size() == network.parameter_count());
  std::vector<std::span<float>> parameters;
  for (DenseLayer& layer : network.layers) {
    parameters.emplace_back(layer.weight.data(), static_cast<std::size_t>(layer.weight.size()));
    parameters.emplace_back(layer.bias.data(), static_cast<std::size_t>(layer.bias.size()));
  }
  optimizer_step(options, gradient, state, parameters);
}

void optimizer_step(const OptimizerOptions& options, std::span<const float> gradient, OptimizerState& state,
                    std::span<const std::span<float>> parameters) {
  const bool adam = options.kind == OptimizerKind::adam;
  if (state.first_moment.empty()) state.first_moment.resize(gradient.size());
  if (adam && state.second_moment.empty()) state.second_moment.resize(gradient.size());
  ++state.step;
  adam ? adam_step(options, gradient, state, parameters) : sgd_step(options, gradient, state, parameters);
}

double clip_gradient_norm(std::span<float> gradient, double max_norm) {
  double squares = 0;
  for (const float g : gradient) squares += static_cast<double>(g) * static_cast<double>(g);
  const double norm = std::sqrt(squares), scale = max_norm / (norm + 1e-6);
  if (scale < 1) {
    for (float& g : gradient) g *= static_cast<float>(scale);
  }
  return norm;
}

}  // namespace inforelay
