// The table of activation functions. To add one: its two functions, and a row at the end of the table.
#include "nn/network/activation.hpp"

// The padded array below needs vectors of a size known at compile time.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

// This file is compiled once for each instruction set: foreach_target.h includes it again and again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/network/activation.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace inforelay::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVector = hn::Vec<FloatTag>;
constexpr std::size_t lanes = hn::MaxLanes(FloatTag());

// Calls function(vector) for all values; the last few go through a padded copy, so that each value takes the same path.
template <class Function>
HWY_INLINE void Transform(float* values, std::size_t count, Function function) {
  const FloatTag d;
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(function(hn::LoadU(d, values + i)), d, values + i);
  if (i == count) return;
  HWY_ALIGN float padded[lanes] = {};
  for (std::size_t t = i; t < count; ++t) padded[t - i] = values[t];
  hn::Store(function(hn::Load(d, padded)), d, padded);
  for (std::size_t t = i; t < count; ++t) values[t] = padded[t - i];
}

// `result`, or x where that is NaN: the functions below do not all keep it.
HWY_INLINE FloatVector KeepNan(FloatVector x, FloatVector result) { return hn::IfThenElse(hn::Eq(x, x), result, x); }

constexpr float gelu_scale = 0.7978845608f;  // sqrt(2 / pi)
constexpr float gelu_cubic = 0.044715f;

void Tanh(float* values, std::size_t count) {
  Transform(values, count, [](FloatVector x) HWY_ATTR { return hn::Tanh(FloatTag(), x); });
}

// 1 / (1 + exp(-x)) = (1 + tanh(x/2)) / 2, which cannot overflow.
void Sigmoid(float* values, std::size_t count) {
  Transform(values, count, [](FloatVector x) HWY_ATTR {
    const FloatVector half = hn::Set(FloatTag(), 0.5f);
    return hn::MulAdd(hn::Tanh(FloatTag(), hn::Mul(x, half)), half, half);
  });
}

// x > 0: x; else alpha (exp(x) - 1).
void Elu(float* values, std::size_t count, float alpha) {
  Transform(values, count, [alpha](FloatVector x) HWY_ATTR {
    const FloatTag d;
    const FloatVector zero = hn::Zero(d);
    const FloatVector below = hn::Mul(hn::Set(d, alpha), hn::Expm1(d, hn::Min(x, zero)));
    return KeepNan(x, hn::IfThenElse(hn::Gt(x, zero), x, below));
  });
}

// The distribution Phi(x) and the density of the normal distribution; Phi to 1e-7: Abramowitz and Stegun, Handbook of
// Mathematical Functions, 26.2.17.
HWY_INLINE void Normal(FloatVector x, FloatVector& distribution, FloatVector& density) {
  const FloatTag d;
  const auto number = [d](float value) HWY_ATTR { return hn::Set(d, value); };
  density = hn::Mul(hn::Exp(d, hn::Mul(hn::Mul(x, x), number(-0.5f))), number(0.3989422804f));
  const FloatVector t = hn::Div(number(1), hn::MulAdd(hn::Abs(x), number(0.2316419f), number(1)));
  FloatVector sum = number(1.330274429f);
  for (const float coefficient : {-1.821255978f, 1.781477937f, -0.356563782f, 0.319381530f}) {
    sum = hn::MulAdd(sum, t, number(coefficient));
  }
  const FloatVector tail = hn::Mul(hn::Mul(sum, t), density);  // Phi(-|x|)
  distribution = hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Sub(number(1), tail), tail);
}

void Gelu(float* values, std::size_t count) {
  Transform(values, count, [](FloatVector x) HWY_ATTR {
    FloatVector distribution, density;
    Normal(x, distribution, density);
    return KeepNan(x, hn::Mul(x, distribution));
  });
}

// slopes[i] = a'(slopes[i])
void GeluSlope(float* slopes, std::size_t count) {
  Transform(slopes, count, [](FloatVector x) HWY_ATTR {
    FloatVector distribution, density;
    Normal(x, distribution, density);
    return KeepNan(x, hn::MulAdd(x, density, distribution));
  });
}

void GeluTanh(float* values, std::size_t count) {
  Transform(values, count, [](FloatVector x) HWY_ATTR {
    const FloatTag d;
    const FloatVector half_x = hn::Mul(x, hn::Set(d, 0.5f));
    const FloatVector inner = hn::MulAdd(hn::Mul(hn::Mul(x, x), hn::Set(d, gelu_cubic)), x, x);
    return hn::MulAdd(half_x, hn::Tanh(d, hn::Mul(inner, hn::Set(d, gelu_scale))), half_x);
  });
}

// a(x) is x s(2u), s the sigmoid, u = sqrt(2/pi) (x + 0.044715 x^3); the slope s + 2 x s (1 - s) u', by exp(-|2u|),
// which keeps the digits of s (1 - s).
void GeluTanhSlope(float* slopes, std::size_t count) {
  Transform(slopes, count, [](FloatVector x) HWY_ATTR {
    const FloatTag d;
    const FloatVector one = hn::Set(d, 1.0f), zero = hn::Zero(d);
    // Beyond these bounds s (1 - s) is 0, and within them squares do not overflow.
    const FloatVector bound = hn::Set(d, 20.0f);
    const FloatVector near = hn::Max(hn::Min(x, bound), hn::Neg(bound)), square = hn::Mul(near, near);
    const FloatVector u = hn::MulAdd(hn::Mul(square, hn::Set(d, gelu_cubic)), near, near);
    const FloatVector small = hn::Exp(d, hn::Mul(hn::Abs(u), hn::Set(d, -2 * gelu_scale)));
    const FloatVector part = hn::Div(one, hn::Add(one, small));
    const FloatVector s = hn::Mul(hn::IfThenElse(hn::Gt(x, zero), one, small), part);
    const FloatVector u_slope = hn::MulAdd(square, hn::Set(d, 3 * gelu_cubic * gelu_scale), hn::Set(d, gelu_scale));
    const FloatVector bend = hn::Mul(hn::Mul(hn::Add(near, near), hn::Mul(hn::Mul(small, part), part)), u_slope);
    return KeepNan(x, hn::Add(s, bend));
  });
}

// x / (1 + exp(-x)), with exp(-|x|), which cannot overflow.
void Silu(float* values, std::size_t count) {
  Transform(values, count, [](FloatVector x) HWY_ATTR {
    const FloatTag d;
    const FloatVector small = hn::Exp(d, hn::Neg(hn::Abs(x)));
    const FloatVector above = hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Set(d, 1.0f), small);
    return KeepNan(x, hn::Mul(x, hn::Div(above, hn::Add(hn::Set(d, 1.0f), small))));
  });
}

// ln(1 + exp(x)) = max(x, 0) + ln(1 + exp(-|x|)), which cannot overflow.
void Softplus(float* values, std::size_t count) {
  Transform(values, count, [](FloatVector x) HWY_ATTR {
    const FloatTag d;
    const FloatVector rest = hn::Log1p(d, hn::Exp(d, hn::Neg(hn::Abs(x))));
    return KeepNan(x, hn::Add(hn::Max(x, hn::Zero(d)), rest));
  });
}

}  // namespace inforelay::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "core/text/message_text.hpp"
#include "core/text/number_text.hpp"

namespace inforelay {

HWY_EXPORT(Tanh);
HWY_EXPORT(Sigmoid);
HWY_EXPORT(Elu);
HWY_EXPORT(Gelu);
HWY_EXPORT(GeluSlope);
HWY_EXPORT(GeluTanh);
HWY_EXPORT(GeluTanhSlope);
HWY_EXPORT(Silu);
HWY_EXPORT(Softplus);

namespace {

// Where the functions below are given values of a layer.
struct LayerValues {
  std::size_t samples, width;
  float parameter;

  std::size_t count() const { return samples * width; }
};

// Calls function(value) for each of `values`.
template <class Function>
void for_each(float* values, const LayerValues& layer, Function function) {
  for (std::size_t i = 0; i < layer.count(); ++i) values[i] = function(values[i]);
}

// delta[i] *= slope(a(x_i)), or with `sums` in place of `values` slope(x_i).
template <class Slope>
void multiply(const float* values, std::size_t count, float* delta, Slope slope) {
  for (std::size_t i = 0; i < count; ++i) delta[i] *= slope(values[i]);
}

void apply_tanh(float* values, const LayerValues& layer) { HWY_DYNAMIC_DISPATCH(Tanh)(values, layer.count()); }
void tanh_slope(const float* values, const float*, const LayerValues& layer, float* delta) {
  multiply(values, layer.count(), delta, [](float a) { return 1.0f - a * a; });
}

void apply_sigmoid(float* values, const LayerValues& layer) { HWY_DYNAMIC_DISPATCH(Sigmoid)(values, layer.count()); }
void sigmoid_slope(const float* values, const float*, const LayerValues& layer, float* delta) {
  multiply(values, layer.count(), delta, [](float a) { return a * (1.0f - a); });
}

void apply_relu(float* values, const LayerValues& layer) {
  // Not std::max: a NaN stays NaN.
  for_each(values, layer, [](float x) { return x < 0.0f ? 0.0f : x; });
}
void relu_slope(const float* values, const float*, const LayerValues& layer, float* delta) {
  multiply(values, layer.count(), delta, [](float a) { return a > 0.0f ? 1.0f : 0.0f; });
}

void apply_identity(float*, const LayerValues&) {}
void identity_slope(const float*, const float*, const LayerValues&, float*) {}

void apply_leaky_relu(float* values, const LayerValues& layer) {
  for_each(values, layer, [slope = layer.parameter](float x) { return x < 0.0f ? slope * x : x; });
}
void leaky_relu_slope(const float* values, const float*, const LayerValues& layer, float* delta) {
  multiply(values, layer.count(), delta, [slope = layer.parameter](float a) { return a > 0.0f ? 1.0f : slope; });
}

void apply_elu(float* values, const LayerValues& layer) {
  HWY_DYNAMIC_DISPATCH(Elu)(values, layer.count(), layer.parameter);
}
void elu_slope(const float* values, const float*, const LayerValues& layer, float* delta) {
  multiply(values, layer.count(), delta, [alpha = layer.parameter](float a) { return a > 0.0f ? 1.0f : a + alpha; });
}

// multiply() by slopes that `slopes_of`, from vectors of sums in place, gives; in pieces that stay in the cache.
void multiply_by_slopes_of(void (*slopes_of)(float* slopes, std::size_t count), const float* sums, std::size_t count,
                           float* delta) {
  std::array<float, 256> slopes{};
  for (std::size_t begin = 0; begin < count; begin += slopes.size()) {
    const std::size_t size = std::min(slopes.size(), count - begin);
    std::copy_n(sums + begin, size, slopes.data());
    slopes_of(slopes.data(), size);
    for (std::size_t i = 0; i < size; ++i) delta[begin + i] *= slopes[i];
  }
}

void apply_gelu(float* values, const LayerValues& layer) { HWY_DYNAMIC_DISPATCH(Gelu)(values, layer.count()); }
void gelu_slope(const float*, const float* sums, const LayerValues& layer, float* delta) {
  multiply_by_slopes_of(HWY_DYNAMIC_DISPATCH(GeluSlope), sums, layer.count(), delta);
}

void apply_gelu_tanh(float* values, const LayerValues& layer) { HWY_DYNAMIC_DISPATCH(GeluTanh)(values, layer.count()); }
void gelu_tanh_slope(const float*, const float* sums, const LayerValues& layer, float* delta) {
  multiply_by_slopes_of(HWY_DYNAMIC_DISPATCH(GeluTanhSlope), sums, layer.count(), delta);
}

void apply_silu(float* values, const LayerValues& layer) { HWY_DYNAMIC_DISPATCH(Silu)(values, layer.count()); }
void silu_slope(const float*, const float* sums, const LayerValues& layer, float* delta) {
  multiply(sums, layer.count(), delta, [](double x) {
    const double sigmoid = 1 / (1 + std::exp(-x));
    return static_cast<float>(sigmoid * (1 + x * (1 - sigmoid)));
  });
}

void apply_softplus(float* values, const LayerValues& layer) { HWY_DYNAMIC_DISPATCH(Softplus)(values, layer.count()); }
// sigmoid(x) = 1 - exp(-a(x)).
void softplus_slope(const float* values, const float*, const LayerValues& layer, float* delta) {
  multiply(values, layer.count(), delta, [](float a) { return -std::expm1(-a); });
}

void apply_softmax(float* values, const LayerValues& layer) {
  for (std::size_t sample = 0; sample < layer.samples; ++sample, values += layer.width) {
    const double largest = *std::max_element(values, values + layer.width);
    double sum = 0;
    for (std::size_t c = 0; c < layer.width; ++c) sum += std::exp(values[c] - largest);
    for (std::size_t c = 0; c < layer.width; ++c) {
      values[c] = static_cast<float>(std::exp(values[c] - largest) / sum);
    }
  }
}
void softmax_slope(const float*, const float*, const LayerValues&, float*) { assert(false); }

using Apply = void (*)(float* values, const LayerValues& layer);
using Slope = void (*)(const float* values, const float* sums, const LayerValues& layer, float* delta);

struct Row {
  std::string_view word;
  Apply apply;
  Slope multiply_by_slope;
  float threshold;  // a(0)
  float target_off;
  std::string_view parameter{};  // its name; "": none
  float default_parameter = 0;
  bool slope_needs_sums = false;
  bool increasing = true;
  bool output_only = false;
};

constexpr auto ln_2 = std::numbers::ln2_v<float>;

constexpr Row rows[]{
    {"tanh", apply_tanh, tanh_slope, 0, -1},
    {"sigmoid", apply_sigmoid, sigmoid_slope, 0.5f, 0},
    {"relu", apply_relu, relu_slope, 0, -1},
    {"identity", apply_identity, identity_slope, 0, -1},
    {"leaky_relu", apply_leaky_relu, leaky_relu_slope, 0, -1, "slope", Activation::leaky_relu().parameter},
    {"elu", apply_elu, elu_slope, 0, -1, "alpha", Activation::elu().parameter},
    {.word = "gelu",
     .apply = apply_gelu,
     .multiply_by_slope = gelu_slope,
     .threshold = 0,
     .target_off = -1,
     .slope_needs_sums = true,
     .increasing = false},
    {.word = "gelu_tanh",
     .apply = apply_gelu_tanh,
     .multiply_by_slope = gelu_tanh_slope,
     .threshold = 0,
     .target_off = -1,
     .slope_needs_sums = true,
     .increasing = false},
    {.word = "silu",
     .apply = apply_silu,
     .multiply_by_slope = silu_slope,
     .threshold = 0,
     .target_off = -1,
     .slope_needs_sums = true,
     .increasing = false},
    {"softplus", apply_softplus, softplus_slope, ln_2, 2 * ln_2 - 1},
    {.word = "softmax",
     .apply = apply_softmax,
     .multiply_by_slope = softmax_slope,
     .threshold = 0.5f,
     .target_off = 0,
     .slope_needs_sums = true,
     .increasing = false,
     .output_only = true},
};

constexpr const Row& row_of(Activation activation) { return rows[static_cast<std::size_t>(activation.kind)]; }

static_assert(row_of(Activation::tanh).word == "tanh" && row_of(Activation::sigmoid).word == "sigmoid" &&
              row_of(Activation::relu).word == "relu" && row_of(Activation::identity).word == "identity" &&
              row_of(Activation::leaky_relu()).word == "leaky_relu" && row_of(Activation::elu()).word == "elu" &&
              row_of(Activation::gelu).word == "gelu" && row_of(Activation::gelu_tanh).word == "gelu_tanh" &&
              row_of(Activation::silu).word == "silu" && row_of(Activation::softplus).word == "softplus" &&
              row_of(Activation::softmax).word == "softmax");

constexpr float largest_parameter = 1000;

// "leaky_relu(SLOPE)"
std::string form_of(const Row& row) {
  std::string name(row.parameter);
  for (char& c : name) c = static_cast<char>(c - 'a' + 'A');
  return fmt::format("{}({})", row.word, name);
}

float parse_parameter(const Row& row, std::string_view text) {
  const auto value = number_from<float>(text);
  if (value && *value > 0 && *value <= largest_parameter) return *value;
  throw UsageError("activation {}: {} is {}, expected a number above 0 and at most {}", row.word, row.parameter,
                   quoted_name(text), largest_parameter);
}

// As other tools write it: without case, '_' and '-'.
std::string plain(std::string_view word) {
  std::string letters;
  for (const char c : word) {
    if (c != '_' && c != '-') letters += ascii_lower(c);
  }
  return letters;
}

// "; did you mean 'relu'?" for ReLU, LeakyReLU and names of the same function elsewhere; "" for other functions,
// however similar their names.
std::string same_function(std::string_view word, LayerPlace place) {
  constexpr std::pair<std::string_view, std::string_view> other_names[] = {
      {"linear", "identity"}, {"none", "identity"}, {"logistic", "sigmoid"}, {"swish", "silu"}};
  std::string wanted = plain(word);
  for (const auto& [other, name] : other_names) {
    if (wanted == other) wanted = name;
  }
  for (const Row& row : rows) {
    if (row.output_only && place == LayerPlace::hidden) continue;
    if (plain(row.word) == wanted) return fmt::format("; did you mean '{}'?", row.word);
  }
  return "";
}

}  // namespace

std::string to_string(Activation activation) {
  const Row& row = row_of(activation);
  if (activation.parameter == row.default_parameter) return std::string(row.word);
  return fmt::format("{}({})", row.word, activation.parameter);
}

Activation parse_activation(std::string_view text, LayerPlace place) {
  const std::size_t bracket = text.find('(');
  const std::string_view word = text.substr(0, bracket);
  for (const Row& row : rows) {
    if (word != row.word) continue;
    if (row.output_only && place == LayerPlace::hidden) {
      throw UsageError("activation {} is for the outputs only", row.word);
    }
    Activation activation{static_cast<Activation::Kind>(&row - rows), row.default_parameter};
    if (bracket == text.npos) return activation;
    if (row.parameter.empty() || !text.ends_with(')')) break;
    activation.parameter = parse_parameter(row, text.substr(bracket + 1, text.size() - bracket - 2));
    return activation;
  }
  const ActivationForms forms = activation_forms(place);
  throw UsageError("activation {} is not one of {}, {}{}", quoted_name(text), fmt::join(forms.words, ", "),
                   fmt::join(forms.parameterised, ", "), same_function(word, place));
}

ActivationForms activation_forms(LayerPlace place) {
  ActivationForms forms;
  std::vector<std::string_view> with_parameter;
  for (const Row& row : rows) {
    if (row.output_only && place == LayerPlace::hidden) continue;
    forms.words.push_back(row.word);
    if (row.parameter.empty()) continue;
    with_parameter.push_back(row.word);
    forms.parameterised.push_back(form_of(row));
  }
  forms.pattern = fmt::format("^({})\\([0-9.]+([eE][-+]?[0-9]+)?\\)$", fmt::join(with_parameter, "|"));
  return forms;
}

bool is_increasing(Activation activation) { return row_of(activation).increasing; }

bool is_output_only(Activation activation) { return row_of(activation).output_only; }

bool slope_needs_sums(Activation activation) { return row_of(activation).slope_needs_sums; }

void activate(Activation activation, float* values, std::size_t samples, std::size_t width) {
  row_of(activation).apply(values, {samples, width, activation.parameter});
}

void activate(Activation activation, float* values, std::size_t count) {
  assert(!is_output_only(activation));
  activate(activation, values, 1, count);
}

void multiply_by_slope(Activation activation, const float* values, const float* sums, std::size_t count, float* delta) {
  assert(!slope_needs_sums(activation) || sums != nullptr);
  row_of(activation).multiply_by_slope(values, sums, {1, count, activation.parameter}, delta);
}

float decision_threshold(Activation activation) { return row_of(activation).threshold; }

float target_off(Activation activation) { return row_of(activation).target_off; }

}  // namespace inforelay
#endif  // HWY_ONCE
