// Activation functions a(x) of a layer, and what "on" means for an output neuron that has one.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/named.hpp"

namespace inforelay {

/// tanh(x); 1 / (1 + exp(-x)); max(x, 0); x.
enum class Activation { tanh, sigmoid, relu, identity };

inline constexpr WordTable<Activation, 4> activation_names{{{Activation::tanh, "tanh"},
                                                            {Activation::sigmoid, "sigmoid"},
                                                            {Activation::relu, "relu"},
                                                            {Activation::identity, "identity"}}};

inline std::string_view to_string(Activation activation) { return word_of(activation_names, activation); }
/// The inverse. Throws UsageError for any other name.
Activation parse_activation(std::string_view name);

/// values[i] = a(values[i]), i in [0,count). tanh and sigmoid agree with the exact value to 1e-6; NaN stays NaN. The
/// result of a value does not depend on where it stands. Cost about 1 ns a value with AVX2.
void activate(Activation activation, float* values, std::size_t count);

/// delta[i] *= a'(x_i), from values[i] = a(x_i): 1 - a^2; a (1 - a); 1 where a > 0, else 0; 1.
void multiply_by_slope(Activation activation, const float* values, std::size_t count, float* delta);

/// Output c is "on" (the network says: class c) where its value is greater than this: 0 for tanh, relu and identity,
/// 0.5 for sigmoid. It is the point midway between target_off and target_on for all but relu, whose outputs cannot fall
/// below 0 and come to rest there for a class that is less likely than not.
float decision_threshold(Activation activation);

/// The value that an output is trained towards under the mean squared error: +1 for its class, -1 for any other; a
/// sigmoid, which cannot reach -1, has 0 for others, so that "on" is "more likely than not" for every activation.
constexpr float target_on = 1.0f;
float target_off(Activation activation);

}  // namespace inforelay
