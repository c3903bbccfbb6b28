// Knockouts of the last hidden layer by argmax, all outputs together.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nn/knockout/argmax_kernels.hpp"
#include "nn/knockout/exact_sums.hpp"
#include "nn/knockout/knockout.hpp"
#include "nn/knockout/replacement.hpp"
#include "nn/knockout/set_counter.hpp"

namespace inforelay {

/// Counts of the largest output, ExactSums::argmax(), over sets of neurons of the last hidden layer.
///
/// A sample's sums are kept as 32-bit integers in units of 2^-e, where e is the largest for which
/// |b_c| + sum_k (|w_ck h_ik| + |w_ck R_ik|) < 2^29 for all outputs c. Each of the K+1 numbers of a sum is rounded to
/// the nearest integer, so two sums that differ by more than K+1 are in the order of the real sums; for others these
/// are computed exactly. From a set to the next one neuron changes: N C additions.
///
/// Cost: about 0.04 ns per sample, class and set with AVX-512; if most sums of a sample are equal, or are rounded away
/// by an enormous one, up to 1 us per sample and set. Memory: 4 N C (K+1) bytes.
class ArgmaxCounter final : public SetCounter {
 public:
  /// Holds references. The layer is the last hidden one; K <= NeuronSet::max_neurons. Throws ComputeError if a number
  /// is not finite.
  ArgmaxCounter(const KnockoutSubject& subject, const Replacement& replacement);

  RowMatrix<std::uint32_t> count(NeuronSet fixed, int free, const Progress& progress) const override;

 private:
  using Tile = SampleTile<argmax_kernels::lanes>;

  void fill(const KnockoutSubject& subject, const Replacement& replacement, std::size_t tile);
  void decide_close(const Tile& tile, NeuronSet fixed, std::span<const std::uint64_t> largest,
                    std::uint32_t* counts) const;

  std::size_t neurons_, classes_;
  ExactSums exact_;
  std::vector<Tile> tiles_;
  std::vector<argmax_kernels::Row> rows_;  // of each part of a tile: [K+1,C], sums with all neurons knocked out, terms
};

}  // namespace inforelay
