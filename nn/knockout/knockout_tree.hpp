// All 2^K knockouts of the last hidden layer for one output.
//
// The neurons are decided (kept or knocked out) one by one, those with the largest mean |term| first. A node of the
// tree is a decision about the first few; it has the samples for which the output can still be on or off. A sample
// whose remaining terms can no longer change the sign is dropped and, if on, added to a number that holds for all sets
// below the node. In the authors' network 19 % of samples are left when 13 of 20 neurons are decided. The last 7
// neurons are decided together, 128 sets in a flat loop.
//
// The tree works on the terms rounded down to 32 bits, and on the last 7 neurons' sums rounded down to 16 bits. The
// rounding errors are bounded, so that each such comparison says on, off or too close; in the last case the exact terms
// are added up. So the counts are those of count_on().
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/recording.hpp"
#include "core/sets/neuron_set.hpp"
#include "nn/knockout/knockout_kernels.hpp"
#include "nn/knockout/knockout_terms.hpp"

namespace inforelay {

/// Counts of one output over all S sets, in blocks that can be worked on in parallel. Holds a reference to the terms.
/// Memory: about 400 bytes per sample for K = 20.
class KnockoutTree {
 public:
  /// group [N], each in [0,groups). 1 <= K <= 31.
  KnockoutTree(const KnockoutTerms& terms, std::span<const Symbol> group, int groups);

  /// Number of blocks, a power of 2 that depends on K only; each has sets_per_block() sets.
  std::size_t blocks() const { return std::size_t{1} << block_neurons_; }
  static std::size_t blocks(int neurons);
  std::size_t sets_per_block() const { return set_within_block_.size(); }
  /// The set that is knocked out in column `column` of block `block`.
  NeuronSet set(std::size_t block, std::size_t column) const {
    return NeuronSet(set_of_block_[block] | set_within_block_[column]);
  }
  /// For each group and each set of the block, the number of the group's samples for which the output is on:
  /// [G, sets_per_block()]. May be called from several threads. Cost: for the authors'
  /// network 0.015 ns per sample and set, bound by the leaves' comparisons (16 at a time with AVX2).
  RowMatrix<std::uint32_t> count_on(std::size_t block) const;

 private:
  // Samples of one group; few enough for their tables to stay in the second-level cache.
  struct Chunk {
    int group = 0;
    std::vector<std::uint32_t> samples;                      // [n] rows of the terms
    std::vector<std::int32_t> first_sum;                     // [n] base, and the lowest sum of the leaf's neurons
    std::vector<std::int32_t> block_terms;                   // [block neurons,n]
    std::vector<std::int32_t> on_above, off_up_to;           // [n] once the block's neurons are decided
    std::vector<std::vector<knockout_kernels::Step>> steps;  // [levels][n]; level 0 is decided last
    std::vector<knockout_kernels::LeafRow> leaf;             // [n]
  };
  struct Walk;

  std::int64_t term(std::size_t sample, int position) const;
  void fill(Chunk& chunk) const;
  void fill(Chunk& chunk, std::size_t i) const;
  void enter_block(Walk& walk) const;
  void visit(Walk& walk, int level, const knockout_kernels::Candidate* candidates, std::size_t n, std::uint32_t on,
             std::size_t column) const;
  void look_closely(Walk& walk, std::size_t n, std::size_t first_column) const;

  const KnockoutTerms& terms_;
  int groups_;
  // order_[position] is the neuron that is bit `position` of block * sets_per_block() + column. Positions 0 to 6 are
  // the leaf's, then come 3 for each level, then the block's. Where K < 7, the leaf's positions beyond K are no
  // neurons.
  std::vector<int> order_;
  int block_neurons_, levels_;
  std::int32_t margin_;  // a sum of floors is below the true sum by less than this, and above it by less than 1
  std::vector<std::uint32_t> set_of_block_, set_within_block_;
  std::vector<Chunk> chunks_;
};

}  // namespace inforelay
