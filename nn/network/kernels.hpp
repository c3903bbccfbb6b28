// The hot loops of training: dense layers on a tile of samples, for the best vector instructions that the processor has
// (Google Highway chooses them at run time). All arrays are dense, row-major, of any size and alignment.
//
// A sample's result depends on its own row only, not on its position in the tile, so that results do not depend on
// how samples are cut into tiles. Nor do they depend on the vector instructions, if these have a fused multiply-add
// (x86 since 2013, 64-bit ARM); on older processors they may differ in the last bit.
#pragma once

#include <cstddef>
#include <cstdint>

namespace inforelay::kernels {

/// Samples that go through a network together: a multiple of the kernels' sample blocks (3, 4, 6, 8), few enough that a
/// tile of 784 inputs (75 kB) stays in the second-level cache.
constexpr std::size_t tile_samples = 24;

/// Inputs are processed in blocks of this many, by number [0, width / block_inputs); those left over at the end of a
/// row always are.
constexpr std::size_t block_inputs = 16;

/// The blocks that a kernel processes. The inputs of all others are taken to be zero: 0 times a weight adds nothing, so
/// leaving blocks of zeros out changes no result (if weights are finite). For MNIST, whose margins are zero, this
/// skips a fifth.
struct InputBlocks {
  const std::uint32_t* begin;  ///< [count] the first input of each, ascending
  std::size_t count;
};

/// out[i] = in[i] / 255 (by multiplication with 1/255), i in [0,count).
void bytes_to_inputs(const std::uint8_t* in, std::size_t count, float* out);

/// out[i] = (in[i] / scale - mean[i]) / deviation[i], with the roundings of these three operations, i in [0,count).
/// Without mean and deviation (both null): in[i] / scale.
void scale_bytes(const std::uint8_t* in, std::size_t count, float scale, const float* mean, const float* deviation,
                 float* out);

/// out[s,o] = bias[o] + sum_i in[s,i] weight[o,i].   in [samples,width], weight [outputs,width], out [samples,outputs]
void dense_forward(const float* in, std::size_t samples, std::size_t width, const InputBlocks& blocks,
                   const float* weight, const float* bias, std::size_t outputs, float* out);

/// The same for inputs that are bytes, in[s][i] / 255, converted as they are read, to the same bits. Faster for few
/// outputs, when writing and reading floats takes longer than computing with them.
void dense_forward(const std::uint8_t* const* in, std::size_t samples, std::size_t width, const InputBlocks& blocks,
                   const float* weight, const float* bias, std::size_t outputs, float* out);

/// weight_gradient[o,i] += sum_s delta[s,o] in[s,i];  bias_gradient[o] += sum_s delta[s,o].
void accumulate_gradient(const float* in, const float* delta, std::size_t samples, std::size_t width,
                         const InputBlocks& blocks, std::size_t outputs, float* weight_gradient, float* bias_gradient);

void accumulate_gradient(const std::uint8_t* const* in, const float* delta, std::size_t samples, std::size_t width,
                         const InputBlocks& blocks, std::size_t outputs, float* weight_gradient, float* bias_gradient);

/// in_delta[s,i] = sum_o delta[s,o] weight[o,i].
void input_gradient(const float* delta, const float* weight, std::size_t samples, std::size_t width,
                    std::size_t outputs, float* in_delta);

}  // namespace inforelay::kernels
