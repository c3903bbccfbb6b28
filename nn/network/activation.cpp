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

}  // namespace inforelay::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"

namespace inforelay {

HWY_EXPORT(Tanh);
HWY_EXPORT(Sigmoid);

namespace {

void apply_tanh(float* values, std::size_t count) { HWY_DYNAMIC_DISPATCH(Tanh)(values, count); }
void tanh_slope(const float* values, std::size_t count, float* delta) {
  for (std::size_t i = 0; i < count; ++i) delta[i] *= 1.0f - values[i] * values[i];
}

void apply_sigmoid(float* values, std::size_t count) { HWY_DYNAMIC_DISPATCH(Sigmoid)(values, count); }
void sigmoid_slope(const float* values, std::size_t count, float* delta) {
  for (std::size_t i = 0; i < count; ++i) delta[i] *= values[i] * (1.0f - values[i]);
}

void apply_relu(float* values, std::size_t count) {
  // Not std::max: a NaN stays NaN.
  for (std::size_t i = 0; i < count; ++i) values[i] = values[i] < 0.0f ? 0.0f : values[i];
}
void relu_slope(const float* values, std::size_t count, float* delta) {
  for (std::size_t i = 0; i < count; ++i) delta[i] *= values[i] > 0.0f ? 1.0f : 0.0f;
}

void apply_identity(float*, std::size_t) {}
void identity_slope(const float*, std::size_t, float*) {}

// Functions must be increasing: knockouts take "a(x) is above the threshold" for "x is above 0".
struct Row {
  std::string_view name;
  void (*apply)(float* values, std::size_t count);
  void (*multiply_by_slope)(const float* values, std::size_t count, float* delta);
  float threshold;  // a(0)
  float target_off;
};

constexpr Row rows[]{
    {"tanh", apply_tanh, tanh_slope, 0.0f, -1.0f},
    {"sigmoid", apply_sigmoid, sigmoid_slope, 0.5f, 0.0f},
    {"relu", apply_relu, relu_slope, 0.0f, -1.0f},
    {"identity", apply_identity, identity_slope, 0.0f, -1.0f},
};

constexpr const Row& row_of(Activation activation) { return rows[static_cast<std::size_t>(activation)]; }

static_assert(row_of(Activation::tanh).name == "tanh" && row_of(Activation::sigmoid).name == "sigmoid" &&
              row_of(Activation::relu).name == "relu" && row_of(Activation::identity).name == "identity");

}  // namespace

std::vector<std::pair<Activation, std::string_view>> activation_names() {
  std::vector<std::pair<Activation, std::string_view>> names;
  for (const Row& row : rows) names.emplace_back(static_cast<Activation>(&row - rows), row.name);
  return names;
}

std::string_view to_string(Activation activation) { return row_of(activation).name; }

Activation parse_activation(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& [activation, word] : activation_names()) {
    if (name == word) return activation;
    names.push_back(word);
  }
  throw UsageError("activation '{}' is not one of {}", name, fmt::join(names, ", "));
}

void activate(Activation activation, float* values, std::size_t count) { row_of(activation).apply(values, count); }

void multiply_by_slope(Activation activation, const float* values, std::size_t count, float* delta) {
  row_of(activation).multiply_by_slope(values, count, delta);
}

float decision_threshold(Activation activation) { return row_of(activation).threshold; }

float target_off(Activation activation) { return row_of(activation).target_off; }

}  // namespace inforelay
#endif  // HWY_ONCE
