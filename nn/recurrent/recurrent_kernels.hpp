// internal: the hot loops of recurrent networks for several instruction sets (Google Highway): dense layers on up to 16
// sequences side by side.
//
// Values of a step are [unit,lane]: those of the 16 sequences of a tile lie next to each other. A lane's result depends
// on its own values only, and not on the vector instructions, if these have a fused multiply-add.
#pragma once

#include <cstddef>

namespace inforelay::kernels {

/// Sequences that go through a network together.
constexpr std::size_t sequence_lanes = 16;

/// out[o,lane] = bias[o] + sum_i weight[o,i] in[i,lane], added in the order of i. weight [outputs,width].
void lanes_affine(const float* weight, const float* bias, std::size_t outputs, std::size_t width, const float* in,
                  float* out);

/// out[o,lane] += sum_i weight[o,i] in[i,lane].
void lanes_multiply(const float* weight, std::size_t outputs, std::size_t width, const float* in, float* out);

/// gradient[o,i] += sum over steps and lanes of delta[step,o,lane] in[step,i,lane], the lanes of each block of steps in
/// pairs, blocks in order; `delta_stride` and `in_stride` are the numbers of values from a step to the next.
void lanes_gradient(const float* delta, std::size_t delta_stride, std::size_t outputs, const float* in,
                    std::size_t in_stride, std::size_t width, std::size_t steps, float* gradient);

}  // namespace inforelay::kernels
