// The inner loops of DeepCounter: layers of a network for a tile of samples, and decisions.

// Arrays of vectors need vectors of a size known at compile time.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

// This file is compiled once for each instruction set: foreach_target.h includes it again and again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/knockout/deep_kernels.cpp"
#include <hwy/foreach_target.h>
// must come after foreach_target.h
#include <hwy/highway.h>

#include <bit>

#include "nn/knockout/deep_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace inforelay::deep_kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Tag>;
constexpr std::size_t width = hn::MaxLanes(Tag()), vectors = lanes / width;

HWY_INLINE Vector Load(const Row& row, std::size_t v) { return hn::Load(Tag(), row.value.data() + v * width); }
HWY_INLINE void Store(Vector values, Row& row, std::size_t v) {
  hn::Store(values, Tag(), row.value.data() + v * width);
}

void add(const Row* a, const Row* b, std::size_t rows, Row* out) {
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t v = 0; v < vectors; ++v) Store(hn::Add(Load(a[i], v), Load(b[i], v)), out[i], v);
  }
}

// Outputs whose sums stay in registers while the inputs are read, for two vectors of samples.
constexpr std::size_t side_by_side = 2;
constexpr std::size_t most_outputs = HWY_TARGET <= HWY_AVX3 ? 8 : 4;

template <std::size_t Outputs>
HWY_INLINE void DenseBlock(const Row* in, std::size_t inputs, const float* weight, const float* bias, std::size_t first,
                           Row* out) {
  Vector sums[Outputs][side_by_side];
  for (std::size_t o = 0; o < Outputs; ++o) {
    for (auto& sum : sums[o]) sum = hn::Set(Tag(), bias[o]);
  }
  for (std::size_t i = 0; i < inputs; ++i) {
    Vector value[side_by_side];
    for (std::size_t v = 0; v < side_by_side; ++v) value[v] = Load(in[i], first + v);
    for (std::size_t o = 0; o < Outputs; ++o) {
      const Vector factor = hn::Set(Tag(), weight[o * inputs + i]);
      for (std::size_t v = 0; v < side_by_side; ++v) sums[o][v] = hn::MulAdd(factor, value[v], sums[o][v]);
    }
  }
  for (std::size_t o = 0; o < Outputs; ++o) {
    for (std::size_t v = 0; v < side_by_side; ++v) Store(sums[o][v], out[o], first + v);
  }
}

void dense(const Row* in, std::size_t inputs, const float* weight, const float* bias, std::size_t outputs, Row* out) {
  for (std::size_t first = 0; first < vectors; first += side_by_side) {
    std::size_t o = 0;
    const auto block = [&](auto size) HWY_ATTR {
      constexpr std::size_t count = decltype(size)::value;
      for (; outputs - o >= count; o += count)
        DenseBlock<count>(in, inputs, weight + o * inputs, bias + o, first, out + o);
    };
    block(std::integral_constant<std::size_t, most_outputs>());
    block(std::integral_constant<std::size_t, 4>());
    block(std::integral_constant<std::size_t, 2>());
    block(std::integral_constant<std::size_t, 1>());
  }
}

HWY_INLINE std::uint64_t Bits(hn::Mask<Tag> mask) {
  std::uint8_t bytes[8] = {};  // StoreMaskBits may write this much
  hn::StoreMaskBits(Tag(), mask, bytes);
  return bytes[0] | std::uint64_t{bytes[1]} << 8;
}

constexpr std::uint64_t FirstSamples(std::size_t samples) { return ~std::uint64_t{0} >> (lanes - samples); }

// The number of the first lanes whose sums are all finite: of these the products with 0 add up to 0, of others to NaN.
std::size_t CountFinite(const Row* sum, std::size_t classes, std::size_t samples) {
  std::uint64_t finite = 0;
  for (std::size_t v = 0; v < vectors; ++v) {
    Vector zero = hn::Zero(Tag());
    for (std::size_t c = 0; c < classes; ++c) zero = hn::MulAdd(Load(sum[c], v), hn::Zero(Tag()), zero);
    finite |= Bits(hn::Eq(zero, hn::Zero(Tag()))) << (v * width);
  }
  return static_cast<std::size_t>(std::popcount(finite & FirstSamples(samples)));
}

std::size_t count_above_zero(const Row* sum, std::size_t classes, std::size_t samples, std::uint32_t* counts) {
  for (std::size_t c = 0; c < classes; ++c) {
    std::uint64_t on = 0;
    for (std::size_t v = 0; v < vectors; ++v) on |= Bits(hn::Gt(Load(sum[c], v), hn::Zero(Tag()))) << (v * width);
    counts[c] += static_cast<std::uint32_t>(std::popcount(on & FirstSamples(samples)));
  }
  return CountFinite(sum, classes, samples);
}

std::size_t count_largest(const Row* sum, std::size_t classes, std::size_t samples, std::uint32_t* counts) {
  Vector largest[vectors];
  for (std::size_t v = 0; v < vectors; ++v) {
    largest[v] = Load(sum[0], v);
    for (std::size_t c = 1; c < classes; ++c) largest[v] = hn::Max(largest[v], Load(sum[c], v));
  }
  std::uint64_t left = FirstSamples(samples);
  for (std::size_t c = 0; c < classes; ++c) {
    std::uint64_t equal = 0;
    for (std::size_t v = 0; v < vectors; ++v) equal |= Bits(hn::Eq(Load(sum[c], v), largest[v])) << (v * width);
    counts[c] += static_cast<std::uint32_t>(std::popcount(equal & left));
    left &= ~equal;
  }
  return CountFinite(sum, classes, samples);
}

}  // namespace inforelay::deep_kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace inforelay::deep_kernels {
HWY_EXPORT(add);
HWY_EXPORT(dense);
HWY_EXPORT(count_above_zero);
HWY_EXPORT(count_largest);

void add(const Row* a, const Row* b, std::size_t rows, Row* out) { HWY_DYNAMIC_DISPATCH(add)(a, b, rows, out); }

void dense(const Row* in, std::size_t inputs, const float* weight, const float* bias, std::size_t outputs, Row* out) {
  HWY_DYNAMIC_DISPATCH(dense)(in, inputs, weight, bias, outputs, out);
}

std::size_t count_above_zero(const Row* sum, std::size_t classes, std::size_t samples, std::uint32_t* counts) {
  return HWY_DYNAMIC_DISPATCH(count_above_zero)(sum, classes, samples, counts);
}

std::size_t count_largest(const Row* sum, std::size_t classes, std::size_t samples, std::uint32_t* counts) {
  return HWY_DYNAMIC_DISPATCH(count_largest)(sum, classes, samples, counts);
}

}  // namespace inforelay::deep_kernels
#endif
