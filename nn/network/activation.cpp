#include "nn/network/activation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "nn/network/kernels.hpp"

namespace inforelay {

Activation parse_activation(std::string_view name) {
  if (const auto activation = value_of(activation_names, name)) return *activation;
  throw UsageError(fmt::format("activation '{}' is not one of {}", name, fmt::join(words_of(activation_names), ", ")));
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
