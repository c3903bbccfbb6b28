// Activation functions a(x) of a layer, and the threshold above which an output neuron is "on".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace inforelay {

/// tanh(x); 1 / (1 + exp(-x)); max(x, 0); x. The values are rows of the table in activation.cpp, which may have more
/// than are named here.
enum class Activation : std::uint8_t { tanh, sigmoid, relu, identity };

/// All activations with the words for them: "tanh", "sigmoid", "relu", "identity".
std::vector<std::pair<Activation, std::string_view>> activation_names();
std::string_view to_string(Activation activation);
/// The inverse. Throws UsageError for any other name.
Activation parse_activation(std::string_view name);

/// values[i] = a(values[i]), i in [0,count). tanh and sigmoid agree with the exact value to 1e-6; NaN stays NaN. The
/// result of a value does not depend on its position. Cost about 1 ns a value with AVX2.
void activate(Activation activation, float* values, std::size_t count);

/// delta[i] *= a'(x_i), from values[i] = a(x_i): 1 - a^2; a (1 - a); 1 where a > 0, else 0; 1.
void multiply_by_slope(Activation activation, const float* values, std::size_t count, float* delta);

/// Output c is "on" (a prediction of class c) if its value is greater than this, a(0): 0 for tanh, relu and identity,
/// 0.5 for sigmoid. It is midway between target_off and target_on for all but relu, whose outputs cannot be negative
/// and settle at 0 for a class that is less likely than not.
float decision_threshold(Activation activation);

/// The value that an output is trained towards under the mean squared error: +1 for its class, -1 for any other; a
/// sigmoid, which cannot reach -1, has 0 for others, so that "on" is "more likely than not" for every activation.
constexpr float target_on = 1.0f;
float target_off(Activation activation);

}  // namespace inforelay
