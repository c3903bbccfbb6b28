#include "nn/recurrent/recurrent_kernels.hpp"

// Arrays of vectors, as used for register blocks below, need vectors of a size known at compile time.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

// This file is compiled once for each instruction set: foreach_target.h includes it again and again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/recurrent/recurrent_kernels.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>

#include <algorithm>

#include "nn/network/lane_sums.hpp"

HWY_BEFORE_NAMESPACE();
namespace inforelay::kernels::HWY_NAMESPACE {

constexpr std::size_t sequence_parts = sequence_lanes / lanes;  // vectors that hold the lanes of one unit

// O outputs, whose sums stay in registers.
template <std::size_t O, bool add>
HWY_INLINE void LanesBlock(const float* HWY_RESTRICT weight, const float* HWY_RESTRICT bias, std::size_t width,
                           const float* HWY_RESTRICT in, float* HWY_RESTRICT out) {
  const FloatTag d;
  FloatVector sum[O][sequence_parts];
  HWY_UNROLL(8) for (std::size_t o = 0; o < O; ++o) {
    HWY_UNROLL(16) for (std::size_t p = 0; p < sequence_parts; ++p) {
      sum[o][p] = add ? hn::LoadU(d, out + o * sequence_lanes + p * lanes) : hn::Set(d, bias[o]);
    }
  }
  for (std::size_t i = 0; i < width; ++i) {
    FloatVector x[sequence_parts];
    HWY_UNROLL(16) for (std::size_t p = 0; p < sequence_parts; ++p) {
      x[p] = hn::LoadU(d, in + i * sequence_lanes + p * lanes);
    }
    HWY_UNROLL(8) for (std::size_t o = 0; o < O; ++o) {
      const FloatVector w = hn::Set(d, weight[o * width + i]);
      HWY_UNROLL(16) for (std::size_t p = 0; p < sequence_parts; ++p) sum[o][p] = hn::MulAdd(x[p], w, sum[o][p]);
    }
  }
  HWY_UNROLL(8) for (std::size_t o = 0; o < O; ++o) {
    HWY_UNROLL(16) for (std::size_t p = 0; p < sequence_parts; ++p) {
      hn::StoreU(sum[o][p], d, out + o * sequence_lanes + p * lanes);
    }
  }
}

// As many outputs at a time as let the sums fill half of the sixteen registers of AVX2.
template <bool add>
HWY_INLINE void Lanes(const float* weight, const float* bias, std::size_t outputs, std::size_t width, const float* in,
                      float* out) {
  constexpr std::size_t many = sequence_parts >= 8 ? 1 : 8 / sequence_parts;
  std::size_t o = 0;
  for (; o + many <= outputs; o += many) {
    LanesBlock<many, add>(weight + o * width, add ? nullptr : bias + o, width, in, out + o * sequence_lanes);
  }
  for (; o < outputs; ++o) {
    LanesBlock<1, add>(weight + o * width, add ? nullptr : bias + o, width, in, out + o * sequence_lanes);
  }
}

void LanesAffine(const float* weight, const float* bias, std::size_t outputs, std::size_t width, const float* in,
                 float* out) {
  Lanes<false>(weight, bias, outputs, width, in, out);
}

void LanesMultiply(const float* weight, std::size_t outputs, std::size_t width, const float* in, float* out) {
  Lanes<true>(weight, nullptr, outputs, width, in, out);
}

// O outputs by I inputs, accumulated in registers over the steps.
template <std::size_t O, std::size_t I>
HWY_INLINE void LanesGradientBlock(const float* HWY_RESTRICT delta, std::size_t delta_stride,
                                   const float* HWY_RESTRICT in, std::size_t in_stride, std::size_t width,
                                   std::size_t steps, float* HWY_RESTRICT gradient) {
  const FloatTag d;
  FloatVector sum[O][I][sequence_parts];
  HWY_UNROLL(4) for (std::size_t o = 0; o < O; ++o) {
    HWY_UNROLL(4) for (std::size_t i = 0; i < I; ++i) {
      HWY_UNROLL(16) for (std::size_t p = 0; p < sequence_parts; ++p) sum[o][i][p] = hn::Zero(d);
    }
  }
  for (std::size_t step = 0; step < steps; ++step, delta += delta_stride, in += in_stride) {
    HWY_UNROLL(16) for (std::size_t p = 0; p < sequence_parts; ++p) {
      FloatVector x[I];
      HWY_UNROLL(4) for (std::size_t i = 0; i < I; ++i) x[i] = hn::LoadU(d, in + i * sequence_lanes + p * lanes);
      HWY_UNROLL(4) for (std::size_t o = 0; o < O; ++o) {
        const FloatVector slope = hn::LoadU(d, delta + o * sequence_lanes + p * lanes);
        HWY_UNROLL(4) for (std::size_t i = 0; i < I; ++i) sum[o][i][p] = hn::MulAdd(slope, x[i], sum[o][i][p]);
      }
    }
  }
  for (std::size_t o = 0; o < O; ++o) {
    for (std::size_t i = 0; i < I; ++i) gradient[o * width + i] += SumOfParts(sum[o][i]);
  }
}

template <std::size_t O>
HWY_INLINE void LanesGradientRows(const float* delta, std::size_t delta_stride, const float* in, std::size_t in_stride,
                                  std::size_t width, std::size_t steps, float* gradient) {
  constexpr std::size_t many = sequence_parts >= 4 ? 1 : 4 / sequence_parts;
  std::size_t i = 0;
  for (; i + many <= width; i += many) {
    LanesGradientBlock<O, many>(delta, delta_stride, in + i * sequence_lanes, in_stride, width, steps, gradient + i);
  }
  for (; i < width; ++i) {
    LanesGradientBlock<O, 1>(delta, delta_stride, in + i * sequence_lanes, in_stride, width, steps, gradient + i);
  }
}

void LanesGradient(const float* delta, std::size_t delta_stride, std::size_t outputs, const float* in,
                   std::size_t in_stride, std::size_t width, std::size_t steps, float* gradient) {
  // Steps in blocks, so that their values stay in the second-level cache from one output to the next.
  constexpr std::size_t block_steps = 16, many = 2;
  for (std::size_t begin = 0; begin < steps; begin += block_steps) {
    const std::size_t count = std::min(block_steps, steps - begin);
    const float* slopes = delta + begin * delta_stride;
    const float* inputs = in + begin * in_stride;
    std::size_t o = 0;
    for (; o + many <= outputs; o += many) {
      LanesGradientRows<many>(slopes + o * sequence_lanes, delta_stride, inputs, in_stride, width, count,
                              gradient + o * width);
    }
    for (; o < outputs; ++o) {
      LanesGradientRows<1>(slopes + o * sequence_lanes, delta_stride, inputs, in_stride, width, count,
                           gradient + o * width);
    }
  }
}

}  // namespace inforelay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace inforelay::kernels {

HWY_EXPORT(LanesAffine);
HWY_EXPORT(LanesMultiply);
HWY_EXPORT(LanesGradient);

void lanes_affine(const float* weight, const float* bias, std::size_t outputs, std::size_t width, const float* in,
                  float* out) {
  HWY_DYNAMIC_DISPATCH(LanesAffine)(weight, bias, outputs, width, in, out);
}

void lanes_multiply(const float* weight, std::size_t outputs, std::size_t width, const float* in, float* out) {
  HWY_DYNAMIC_DISPATCH(LanesMultiply)(weight, outputs, width, in, out);
}

void lanes_gradient(const float* delta, std::size_t delta_stride, std::size_t outputs, const float* in,
                    std::size_t in_stride, std::size_t width, std::size_t steps, float* gradient) {
  HWY_DYNAMIC_DISPATCH(LanesGradient)(delta, delta_stride, outputs, in, in_stride, width, steps, gradient);
}

}  // namespace inforelay::kernels
#endif  // HWY_ONCE
