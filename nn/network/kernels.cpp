// Dense layers, forward and backward, by vector instructions.
#include "nn/network/kernels.hpp"

// Arrays of vectors, as used for register blocks below, need vectors of a size known at compile time.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

// This file is compiled once for each instruction set: foreach_target.h includes it again and again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/network/kernels.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>

#include "nn/network/lane_sums.hpp"

#ifdef INFORELAY_SANITIZED  // unrolled loops with checks take clang minutes
#undef HWY_UNROLL
#define HWY_UNROLL(factor)
#endif

HWY_BEFORE_NAMESPACE();
namespace inforelay::kernels::HWY_NAMESPACE {

constexpr std::size_t parts = block_inputs / lanes;  // vectors that hold a block of inputs

constexpr float byte_scale = 1.0f / 255.0f;

HWY_INLINE float Input(std::uint8_t byte) { return static_cast<float>(byte) * byte_scale; }

HWY_INLINE FloatVector Floats(const std::uint8_t* bytes) {
  const FloatTag d;
  const hn::Rebind<std::int32_t, FloatTag> d_int;
  const hn::Rebind<std::uint8_t, FloatTag> d_byte;
  return hn::ConvertTo(d, hn::PromoteTo(d_int, hn::LoadU(d_byte, bytes)));
}

HWY_INLINE FloatVector Inputs(const std::uint8_t* bytes) {
  return hn::Mul(Floats(bytes), hn::Set(FloatTag(), byte_scale));
}

void BytesToInputs(const std::uint8_t* HWY_RESTRICT in, std::size_t count, float* HWY_RESTRICT out) {
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(Inputs(in + i), FloatTag(), out + i);
  for (; i < count; ++i) out[i] = Input(in[i]);
}

void ScaleBytes(const std::uint8_t* HWY_RESTRICT in, std::size_t count, float scale, const float* HWY_RESTRICT mean,
                const float* HWY_RESTRICT deviation, float* HWY_RESTRICT out) {
  const FloatTag d;
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    FloatVector value = hn::Div(Floats(in + i), hn::Set(d, scale));
    if (mean != nullptr) value = hn::Div(hn::Sub(value, hn::LoadU(d, mean + i)), hn::LoadU(d, deviation + i));
    hn::StoreU(value, d, out + i);
  }
  for (; i < count; ++i) {
    const float value = static_cast<float>(in[i]) / scale;
    out[i] = mean != nullptr ? (value - mean[i]) / deviation[i] : value;
  }
}

// Where a kernel finds the inputs of its samples: vectors of them from the i-th on, and single ones.
struct FloatRows {
  const float* HWY_RESTRICT begin;
  std::size_t width;

  FloatRows from(std::size_t sample) const { return {begin + sample * width, width}; }
  HWY_INLINE FloatVector vector(std::size_t s, std::size_t i) const {
    return hn::LoadU(FloatTag(), begin + s * width + i);
  }
  HWY_INLINE float value(std::size_t s, std::size_t i) const { return begin[s * width + i]; }
};

struct ByteRows {
  const std::uint8_t* const* HWY_RESTRICT row;

  ByteRows from(std::size_t sample) const { return {row + sample}; }
  HWY_INLINE FloatVector vector(std::size_t s, std::size_t i) const { return Inputs(row[s] + i); }
  HWY_INLINE float value(std::size_t s, std::size_t i) const { return Input(row[s][i]); }
};

// A block of S samples by O outputs, held in S*O registers. Each result has 16 sums, of the inputs i = j mod 16, which
// are added up at the end, whatever S, O and the length of a vector: a result is the same in every shape of block, and
// with every instruction set that has a fused multiply-add. Shorter vectors take `parts` turns, P at a time.
template <std::size_t S, std::size_t O, std::size_t P, class Rows>
HWY_INLINE void ForwardBlock(Rows in, std::size_t width, const InputBlocks& blocks, const float* HWY_RESTRICT weight,
                             const float* HWY_RESTRICT bias, std::size_t outputs, float* HWY_RESTRICT out) {
  const FloatTag d;
  FloatVector total[S][O][parts];
  HWY_UNROLL(16) for (std::size_t first = 0; first < parts; first += P) {
    FloatVector sum[P][S][O];
    HWY_UNROLL(2) for (std::size_t p = 0; p < P; ++p) {
      HWY_UNROLL(8) for (std::size_t s = 0; s < S; ++s) {
        HWY_UNROLL(4) for (std::size_t o = 0; o < O; ++o) sum[p][s][o] = hn::Zero(d);
      }
    }
    for (std::size_t b = 0; b < blocks.count; ++b) {
      HWY_UNROLL(2) for (std::size_t p = 0; p < P; ++p) {
        const std::size_t i = blocks.begin[b] + (first + p) * lanes;
        FloatVector x[S];
        HWY_UNROLL(8) for (std::size_t s = 0; s < S; ++s) x[s] = in.vector(s, i);
        if constexpr (parts == 1) {
          // All weights first: else GCC reads each from memory again for every sample, which takes longer than to
          // multiply.
          FloatVector w[O];
          HWY_UNROLL(4) for (std::size_t o = 0; o < O; ++o) w[o] = hn::LoadU(d, weight + o * width + i);
          HWY_UNROLL(4) for (std::size_t o = 0; o < O; ++o) {
            HWY_UNROLL(8) for (std::size_t s = 0; s < S; ++s) sum[p][s][o] = hn::MulAdd(x[s], w[o], sum[p][s][o]);
          }
        } else {  // AVX2 has no registers left for them
          HWY_UNROLL(4) for (std::size_t o = 0; o < O; ++o) {
            const FloatVector w = hn::LoadU(d, weight + o * width + i);
            HWY_UNROLL(8) for (std::size_t s = 0; s < S; ++s) sum[p][s][o] = hn::MulAdd(x[s], w, sum[p][s][o]);
          }
        }
      }
    }
    HWY_UNROLL(2) for (std::size_t p = 0; p < P; ++p) {
      HWY_UNROLL(8) for (std::size_t s = 0; s < S; ++s) {
        HWY_UNROLL(4) for (std::size_t o = 0; o < O; ++o) total[s][o][first + p] = sum[p][s][o];
      }
    }
  }
  for (std::size_t s = 0; s < S; ++s) {
    for (std::size_t o = 0; o < O; ++o) {
      float value = SumOfParts(total[s][o]);
      for (std::size_t t = width - width % block_inputs; t < width; ++t) {
        value += in.value(s, t) * weight[o * width + t];
      }
      out[s * outputs + o] = bias[o] + value;
    }
  }
}

// All samples for O neighbouring outputs, S samples at a time; S*O is chosen so that accumulators fill the sixteen
// registers of AVX2. Few outputs have as many accumulators with S/2 samples and both halves of a block, and read the
// weights less often.
template <std::size_t Samples, std::size_t O, class Rows>
void ForwardOutputs(Rows in, std::size_t samples, std::size_t width, const InputBlocks& blocks, const float* weight,
                    const float* bias, std::size_t outputs, float* out) {
  constexpr std::size_t P = parts > 1 && Samples % 2 == 0 ? 2 : 1, S = Samples / P;
  std::size_t s = 0;
  for (; s + S <= samples; s += S) {
    ForwardBlock<S, O, P>(in.from(s), width, blocks, weight, bias, outputs, out + s * outputs);
  }
  for (; s < samples; ++s) {
    ForwardBlock<1, O, P>(in.from(s), width, blocks, weight, bias, outputs, out + s * outputs);
  }
}

template <class Rows>
void Forward(Rows in, std::size_t samples, std::size_t width, const InputBlocks& blocks, const float* weight,
             const float* bias, std::size_t outputs, float* out) {
  std::size_t o = 0;
  for (; o + 4 <= outputs; o += 4) {
    ForwardOutputs<3, 4>(in, samples, width, blocks, weight + o * width, bias + o, outputs, out + o);
  }
  const float* rest = weight + o * width;
  switch (outputs - o) {
    case 3:
      return ForwardOutputs<4, 3>(in, samples, width, blocks, rest, bias + o, outputs, out + o);
    case 2:
      return ForwardOutputs<6, 2>(in, samples, width, blocks, rest, bias + o, outputs, out + o);
    case 1:
      return ForwardOutputs<8, 1>(in, samples, width, blocks, rest, bias + o, outputs, out + o);
    default:
      return;
  }
}

void DenseForward(const float* in, std::size_t samples, std::size_t width, const InputBlocks& blocks,
                  const float* weight, const float* bias, std::size_t outputs, float* out) {
  Forward(FloatRows{in, width}, samples, width, blocks, weight, bias, outputs, out);
}

void DenseForwardBytes(const std::uint8_t* const* in, std::size_t samples, std::size_t width, const InputBlocks& blocks,
                       const float* weight, const float* bias, std::size_t outputs, float* out) {
  Forward(ByteRows{in}, samples, width, blocks, weight, bias, outputs, out);
}

// O outputs by B blocks of inputs, accumulated in registers over all samples.
template <std::size_t O, std::size_t B, class Rows>
HWY_INLINE void GradientBlock(Rows in, const float* HWY_RESTRICT delta, std::size_t samples, std::size_t width,
                              const std::uint32_t* HWY_RESTRICT begin, std::size_t outputs,
                              float* HWY_RESTRICT gradient) {
  const FloatTag d;
  constexpr std::size_t V = B * parts;
  std::size_t column[V];
  HWY_UNROLL(8) for (std::size_t v = 0; v < V; ++v) column[v] = begin[v / parts] + v % parts * lanes;
  FloatVector sum[O][V];
  HWY_UNROLL(4) for (std::size_t o = 0; o < O; ++o) {
    HWY_UNROLL(8) for (std::size_t v = 0; v < V; ++v) sum[o][v] = hn::LoadU(d, gradient + o * width + column[v]);
  }
  for (std::size_t s = 0; s < samples; ++s) {
    FloatVector x[V];
    HWY_UNROLL(8) for (std::size_t v = 0; v < V; ++v) x[v] = in.vector(s, column[v]);
    HWY_UNROLL(4) for (std::size_t o = 0; o < O; ++o) {
      const FloatVector slope = hn::Set(d, delta[s * outputs + o]);
      HWY_UNROLL(8) for (std::size_t v = 0; v < V; ++v) sum[o][v] = hn::MulAdd(x[v], slope, sum[o][v]);
    }
  }
  HWY_UNROLL(4) for (std::size_t o = 0; o < O; ++o) {
    HWY_UNROLL(8) for (std::size_t v = 0; v < V; ++v) hn::StoreU(sum[o][v], d, gradient + o * width + column[v]);
  }
}

// B blocks of the gradient's columns, for all outputs: the tile's columns stay in the first-level cache.
template <std::size_t B, class Rows>
HWY_INLINE void GradientColumns(Rows in, const float* delta, std::size_t samples, std::size_t width,
                                const std::uint32_t* begin, std::size_t outputs, float* gradient) {
  std::size_t o = 0;
  for (; o + 4 <= outputs; o += 4) {
    GradientBlock<4, B>(in, delta + o, samples, width, begin, outputs, gradient + o * width);
  }
  float* rest = gradient + o * width;
  switch (outputs - o) {
    case 3:
      return GradientBlock<3, B>(in, delta + o, samples, width, begin, outputs, rest);
    case 2:
      return GradientBlock<2, B>(in, delta + o, samples, width, begin, outputs, rest);
    case 1:
      return GradientBlock<1, B>(in, delta + o, samples, width, begin, outputs, rest);
    default:
      return;
  }
}

// B blocks at a time as far as they go, from number b on; returns the first block not done.
template <std::size_t B, class Rows>
std::size_t GradientSweep(std::size_t b, Rows in, const float* delta, std::size_t samples, std::size_t width,
                          const InputBlocks& blocks, std::size_t outputs, float* gradient) {
  for (; b + B <= blocks.count; b += B) {
    GradientColumns<B>(in, delta, samples, width, blocks.begin + b, outputs, gradient);
  }
  return b;
}

template <class Rows>
void Gradient(Rows in, const float* delta, std::size_t samples, std::size_t width, const InputBlocks& blocks,
              std::size_t outputs, float* weight_gradient, float* bias_gradient) {
  // As many blocks as let the accumulators fill the sixteen registers of AVX2.
  constexpr std::size_t few = parts >= 6 ? 1 : 6 / parts, many = parts >= 3 ? 1 : 3 / parts;
  std::size_t b = 0;
  if (outputs <= 2) b = GradientSweep<few>(b, in, delta, samples, width, blocks, outputs, weight_gradient);
  b = GradientSweep<many>(b, in, delta, samples, width, blocks, outputs, weight_gradient);
  GradientSweep<1>(b, in, delta, samples, width, blocks, outputs, weight_gradient);
  for (std::size_t s = 0; s < samples; ++s) {
    for (std::size_t o = 0; o < outputs; ++o) {
      const float slope = delta[s * outputs + o];
      bias_gradient[o] += slope;
      for (std::size_t t = width - width % block_inputs; t < width; ++t) {
        weight_gradient[o * width + t] += slope * in.value(s, t);
      }
    }
  }
}

void AccumulateGradient(const float* in, const float* delta, std::size_t samples, std::size_t width,
                        const InputBlocks& blocks, std::size_t outputs, float* weight_gradient, float* bias_gradient) {
  Gradient(FloatRows{in, width}, delta, samples, width, blocks, outputs, weight_gradient, bias_gradient);
}

void AccumulateGradientBytes(const std::uint8_t* const* in, const float* delta, std::size_t samples, std::size_t width,
                             const InputBlocks& blocks, std::size_t outputs, float* weight_gradient,
                             float* bias_gradient) {
  Gradient(ByteRows{in}, delta, samples, width, blocks, outputs, weight_gradient, bias_gradient);
}

void InputGradient(const float* HWY_RESTRICT delta, const float* HWY_RESTRICT weight, std::size_t samples,
                   std::size_t width, std::size_t outputs, float* HWY_RESTRICT in_delta) {
  const FloatTag d;
  for (std::size_t s = 0; s < samples; ++s, delta += outputs, in_delta += width) {
    std::size_t i = 0;
    for (; i < width - width % block_inputs; i += lanes) {
      FloatVector sum = hn::Zero(d);
      for (std::size_t o = 0; o < outputs; ++o) {
        sum = hn::MulAdd(hn::Set(d, delta[o]), hn::LoadU(d, weight + o * width + i), sum);
      }
      hn::StoreU(sum, d, in_delta + i);
    }
    for (; i < width; ++i) {
      float sum = 0;
      for (std::size_t o = 0; o < outputs; ++o) sum += delta[o] * weight[o * width + i];
      in_delta[i] = sum;
    }
  }
}

}  // namespace inforelay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace inforelay::kernels {

HWY_EXPORT(BytesToInputs);
HWY_EXPORT(ScaleBytes);
HWY_EXPORT(DenseForward);
HWY_EXPORT(DenseForwardBytes);
HWY_EXPORT(AccumulateGradient);
HWY_EXPORT(AccumulateGradientBytes);
HWY_EXPORT(InputGradient);

void bytes_to_inputs(const std::uint8_t* in, std::size_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(BytesToInputs)(in, count, out);
}

void scale_bytes(const std::uint8_t* in, std::size_t count, float scale, const float* mean, const float* deviation,
                 float* out) {
  HWY_DYNAMIC_DISPATCH(ScaleBytes)(in, count, scale, mean, deviation, out);
}

void dense_forward(const float* in, std::size_t samples, std::size_t width, const InputBlocks& blocks,
                   const float* weight, const float* bias, std::size_t outputs, float* out) {
  HWY_DYNAMIC_DISPATCH(DenseForward)(in, samples, width, blocks, weight, bias, outputs, out);
}

void accumulate_gradient(const float* in, const float* delta, std::size_t samples, std::size_t width,
                         const InputBlocks& blocks, std::size_t outputs, float* weight_gradient, float* bias_gradient) {
  HWY_DYNAMIC_DISPATCH(AccumulateGradient)
  (in, delta, samples, width, blocks, outputs, weight_gradient, bias_gradient);
}

void dense_forward(const std::uint8_t* const* in, std::size_t samples, std::size_t width, const InputBlocks& blocks,
                   const float* weight, const float* bias, std::size_t outputs, float* out) {
  HWY_DYNAMIC_DISPATCH(DenseForwardBytes)(in, samples, width, blocks, weight, bias, outputs, out);
}

void accumulate_gradient(const std::uint8_t* const* in, const float* delta, std::size_t samples, std::size_t width,
                         const InputBlocks& blocks, std::size_t outputs, float* weight_gradient, float* bias_gradient) {
  HWY_DYNAMIC_DISPATCH(AccumulateGradientBytes)
  (in, delta, samples, width, blocks, outputs, weight_gradient, bias_gradient);
}

void input_gradient(const float* delta, const float* weight, std::size_t samples, std::size_t width,
                    std::size_t outputs, float* in_delta) {
  HWY_DYNAMIC_DISPATCH(InputGradient)(delta, weight, samples, width, outputs, in_delta);
}

}  // namespace inforelay::kernels
#endif  // HWY_ONCE
