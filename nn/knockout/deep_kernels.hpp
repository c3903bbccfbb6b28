// The inner loops of DeepCounter, compiled for several instruction sets and chosen at run time (Google Highway). A
// sample's results depend on its own numbers only. They do not depend on the vector instructions if these have a fused
// multiply-add, as in nn/network/kernels.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace inforelay::deep_kernels {

/// Samples side by side: a value of a neuron for each.
inline constexpr std::size_t lanes = 64;
struct alignas(64) Row {
  std::array<float, lanes> value;
};

/// out[i] = a[i] + b[i], i in [0,rows).
void add(const Row* a, const Row* b, std::size_t rows, Row* out);

/// out[o] = bias[o] + sum_i weight[o,i] in[i], in this order; weight [outputs,inputs].
void dense(const Row* in, std::size_t inputs, const float* weight, const float* bias, std::size_t outputs, Row* out);

/// counts[c] += number of the first `samples` lanes, at least one, with sum[c] > 0. Returns the number of these lanes
/// whose sums are all finite; with fewer than `samples` the counts are meaningless.
std::size_t count_above_zero(const Row* sum, std::size_t classes, std::size_t samples, std::uint32_t* counts);

/// The same for the lowest c with the largest sum[c].
std::size_t count_largest(const Row* sum, std::size_t classes, std::size_t samples, std::uint32_t* counts);

}  // namespace inforelay::deep_kernels
