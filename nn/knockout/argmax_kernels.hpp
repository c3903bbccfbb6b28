// The inner loop of ArgmaxCounter, compiled for several instruction sets and chosen at run time (Google Highway). Its
// results are integers and the same on each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace inforelay::argmax_kernels {

/// Samples of a tile, and of each of its parts, whose numbers are side by side.
inline constexpr std::size_t lanes = 64, part_lanes = 16, parts = lanes / part_lanes;
struct alignas(64) Row {
  std::array<std::int32_t, part_lanes> value;
};

/// The sums of C outputs for a tile of samples with a set of K neurons knocked out:
/// row[c] + sum over kept k of row[(k + 1) C + c], with (K + 1) C rows for each part, one part after the other. None
/// exceeds 2^29 in magnitude, nor does any sum of terms.
struct Tile {
  const Row* rows;
  std::size_t neurons, classes;
  std::int32_t margin;  ///< outputs whose sums differ by up to this are too close to tell
};

/// Number of rows of working memory.
inline std::size_t scratch_rows(std::size_t free, std::size_t classes) { return (free + 1) * classes; }

/// For each set that has the neurons of `fixed` and any of the first `free` neurons (`column` has their bits):
/// bit s of largest[column C + c] is set if the sum of output c of sample s is within the margin of the largest one.
/// From a set to the next one neuron changes (Gray code). scratch: scratch_rows().
void find_largest(const Tile& tile, std::uint32_t fixed, std::size_t free, std::uint64_t* largest, Row* scratch);

/// counts[i] += number of bits of words[i], i in [0,n). Returns the number of all bits.
std::uint64_t count_bits(const std::uint64_t* words, std::size_t n, std::uint32_t* counts);

}  // namespace inforelay::argmax_kernels
