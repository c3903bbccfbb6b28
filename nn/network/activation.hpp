// Activation functions a(x) of a layer, and the threshold above which an output neuron is "on".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inforelay {

/// An activation function: its kind, and the parameter of those that have one. Definitions as in PyTorch:
///
///   tanh, identity, relu   tanh(x); x; max(x, 0)
///   sigmoid                1 / (1 + exp(-x))
///   leaky_relu             x > 0: x; else p x (p: slope, 0.01)
///   elu                    x > 0: x; else p (exp(x) - 1) (p: alpha, 1)
///   gelu                   x Phi(x), Phi that of the normal distribution
///   gelu_tanh              x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2
///   silu                   x sigmoid(x)
///   softplus               ln(1 + exp(x))
///   softmax                exp(x_c) / sum over the outputs d of exp(x_d): of the last layer only
struct Activation {
  /// Rows of the table in activation.cpp.
  enum class Kind : std::uint8_t {
    tanh,
    sigmoid,
    relu,
    identity,
    leaky_relu,
    elu,
    gelu,
    gelu_tanh,
    silu,
    softplus,
    softmax
  };

  Kind kind = Kind::tanh;
  float parameter = 0;  ///< p in (0,1000]; 0 for the kinds without

  bool operator==(const Activation&) const = default;

  static const Activation tanh, sigmoid, relu, identity, gelu, gelu_tanh, silu, softplus, softmax;
  static constexpr Activation leaky_relu(float slope = 0.01f) { return {Kind::leaky_relu, slope}; }
  static constexpr Activation elu(float alpha = 1) { return {Kind::elu, alpha}; }
};

inline constexpr Activation Activation::tanh{Kind::tanh};
inline constexpr Activation Activation::sigmoid{Kind::sigmoid};
inline constexpr Activation Activation::relu{Kind::relu};
inline constexpr Activation Activation::identity{Kind::identity};
inline constexpr Activation Activation::gelu{Kind::gelu};
inline constexpr Activation Activation::gelu_tanh{Kind::gelu_tanh};
inline constexpr Activation Activation::silu{Kind::silu};
inline constexpr Activation Activation::softplus{Kind::softplus};
inline constexpr Activation Activation::softmax{Kind::softmax};

/// "tanh", "leaky_relu", "leaky_relu(0.2)": the word, with the parameter if it is not PyTorch's default.
std::string to_string(Activation activation);
/// How activations are written: the words; the forms with a parameter for people, "elu(ALPHA)"; and a regular
/// expression of ECMA-262 of these.
struct ActivationForms {
  std::vector<std::string_view> words;
  std::vector<std::string> parameterised;
  std::string pattern;
};
/// Of those that any layer can have; and, for the last layer, also softmax.
enum class LayerPlace { hidden, output };
ActivationForms activation_forms(LayerPlace place);

/// The inverse of to_string(). Throws UsageError for any other text, a parameter out of range, and softmax in a hidden
/// layer.
Activation parse_activation(std::string_view text, LayerPlace place = LayerPlace::output);

/// False for gelu, gelu_tanh and silu, which have a minimum below 0, and for softmax. x > 0 means a(x) > a(0) for all
/// of them but softmax.
bool is_increasing(Activation activation);
/// True for softmax: an output depends on the sums of the others, so only the last layer can have it.
bool is_output_only(Activation activation);
/// True if the slope is not a function of a(x): multiply_by_slope() then needs the sums x.
bool slope_needs_sums(Activation activation);

/// values [samples,width] = a(values), row by row. Agrees with the exact value to 1e-6, relative or absolute; NaN stays
/// NaN. The result of a row does not depend on the others. Cost about 1 ns a value with AVX2; softmax, which is
/// computed in double precision, 50 ns.
void activate(Activation activation, float* values, std::size_t samples, std::size_t width);
/// values[i] = a(values[i]), i in [0,count); not for softmax.
void activate(Activation activation, float* values, std::size_t count);

/// delta[i] *= a'(x_i), from values[i] = a(x_i) and, if slope_needs_sums(), sums[i] = x_i (else null): 1 - a^2 for
/// tanh, a (1 - a) for the sigmoid, 1 where a > 0, else 0, for relu. Not for softmax, whose slope the loss has.
void multiply_by_slope(Activation activation, const float* values, const float* sums, std::size_t count, float* delta);

/// Output c is "on" (a prediction of class c) if its value is greater than this, a(0): 0 for tanh, relu and identity,
/// 0.5 for sigmoid. It is midway between target_off and target_on for all but those that cannot reach -1 (relu, gelu,
/// silu, elu with a small alpha), whose outputs settle at their minimum for a class that is less likely than not. Of
/// softmax, 0.5: the class is more likely than all others together.
float decision_threshold(Activation activation);

/// The value that an output is trained towards under the mean squared error: +1 for its class, -1 for any other; a
/// sigmoid, which cannot reach -1, has 0 for others, and softplus 2 a(0) - 1, so that "on" is "more likely than not".
constexpr float target_on = 1.0f;
float target_off(Activation activation);

}  // namespace inforelay
