#include "nn/network/activation.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "nn/network/kernels.hpp"

namespace inforelay {

std::string_view to_string(Activation activation) {
  switch (activation) {
    case Activation::tanh:
      return "tanh";
    case Activation::sigmoid:
      return "sigmoid";
    case Activation::relu:
      return "relu";
    case Activation::identity:
      break;
  }
  return "identity";
}

Activation parse_activation(std::string_view name) {
  for (const auto activation : {Activation::tanh, Activation::sigmoid, Activation::relu, Activation::identity}) {
    if (name == to_string(activation)) return activation;
  }
  throw UsageError(fmt::format("activation '{}' is not one of tanh, sigmoid, relu, identity", name));
}

void activate(Activation activation, float* values, std::size_t count) { kernels::activate(activation, values, count); }

void multiply_by_slope(Activation activation, const float* values, std::size_t count, float* delta) {
  switch (activation) {
    case Activation::tanh:
      for (std::size_t i = 0; i < count; ++i) delta[i] *= 1.0f - values[i] * values[i];
      return;
    case Activation::sigmoid:
      for (std::size_t i = 0; i < count; ++i) delta[i] *= values[i] * (1.0f - values[i]);
      return;
    case Activation::relu:
      for (std::size_t i = 0; i < count; ++i) delta[i] *= values[i] > 0.0f ? 1.0f : 0.0f;
      return;
    case Activation::identity:
      return;
  }
}

float decision_threshold(Activation activation) { return activation == Activation::sigmoid ? 0.5f : 0.0f; }

float target_off(Activation activation) { return activation == Activation::sigmoid ? 0.0f : -1.0f; }

}  // namespace inforelay
