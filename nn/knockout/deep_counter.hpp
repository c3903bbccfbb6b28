// Knockouts of any hidden layer, through the layers after it.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/knockout/deep_kernels.hpp"
#include "nn/knockout/knockout.hpp"
#include "nn/knockout/replacement.hpp"
#include "nn/knockout/set_counter.hpp"

namespace inforelay {

/// Counts of the outputs that are on, by threshold or argmax, over sets of neurons of a hidden layer.
///
/// All numbers are floats, as in any forward pass. The sums of the next layer are
/// (((b + p_{K-1}) + p_{K-2}) + ...) + p_0 with p_k = w_k h_ik, or w_k R_ik where k is knocked out: always in this
/// order, so that the counts of a set depend on nothing else. The sums after the first decisions are shared by the sets
/// that agree on these: about two additions per set instead of K. Then come activation, the later layers, and the
/// outputs' sums. An output within rounding of the threshold, or of another output, may come out on either side.
///
/// Cost for layers of J and C neurons after the K: N (2 J + J C + activation) a set. Memory: O(N (K + 1)).
class DeepCounter final : public SetCounter {
 public:
  /// Holds references; K <= NeuronSet::max_neurons. Throws ComputeError if a number is not finite.
  DeepCounter(const KnockoutSubject& subject, KnockoutFunction function, const Replacement& replacement);

  /// ComputeError if the sum of an output is not finite, by threshold and by argmax.
  RowMatrix<std::uint32_t> count(NeuronSet fixed, int free, const Progress& progress) const override;

 private:
  using Row = deep_kernels::Row;
  using Tile = SampleTile<deep_kernels::lanes>;
  struct Walk;

  std::size_t next_width() const { return static_cast<std::size_t>(layers_.front().out()); }
  void enter(Walk& walk, const Tile& tile) const;
  const Row* outputs(Walk& walk) const;

  const KnockoutSubject subject_;
  KnockoutFunction function_;
  const Replacement& replacement_;
  std::span<const DenseLayer> layers_;  // after the analysed one
  std::vector<Tile> tiles_;
};

}  // namespace inforelay
