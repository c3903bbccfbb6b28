// The inner loop of ArgmaxCounter, compiled for several instruction sets and chosen at run time (Google Highway). Its
// results are integers and the same on each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace inforelay::argmax_kernels {

/// Samples side by side.
inline constexpr std::size_t lanes = 16;
struct alignas(64) Row {
  std::array<std::int32_t, lanes> value;
};

/// The sums of C outputs for a tile of samples with a set of K neurons knocked out:
/// base[c] + sum over kept k of term[k C + c]. None exceeds 2^29 in magnitude, nor does any sum of terms.
struct Tile {
  const Row* base;
  const Row* term;
  std::size_t neurons, classes;
  std::int32_t margin;  ///< outputs whose sums differ by up to this are too close to tell
};

/// Samples of a tile that need exact sums with set `column`: bit s of `samples`.
struct Close {
  std::uint32_t column, samples;
};

/// Number of rows of working memory.
inline std::size_t scratch_rows(std::size_t free, std::size_t classes) { return (2 * free + 1) * classes; }

/// For each set that has the neurons of `fixed` and any of the first `free` neurons (`column` has their bits): adds to
/// counts[column C + c] the number of samples for which output c is clearly the largest. The others are written to
/// `close` (room for 2^free); returns the number of entries. From a set to the next one neuron changes (Gray code).
std::size_t walk(const Tile& tile, std::uint32_t fixed, std::size_t free, std::uint32_t* counts, Row* scratch,
                 Close* close);

}  // namespace inforelay::argmax_kernels
