// Internal: I(X_in; X_out | Y_0) of one class for all Y_0 at once.
//
// The neurons are decided one after the other, from the top bit of the state words down: kept (part of Y_0, conditioned
// on) or marginalised (part of Y_R). The 2^K leaves of that binary tree are the sets. A node holds the states that its
// decisions leave, in groups that agree on all kept neurons. Only states of one group can still be merged, so
//   * keeping a neuron splits each group in two where the sorted words change in that bit: nothing is moved;
//   * marginalising it merges the two halves, which are sorted: one linear pass that adds the counts of equal words;
//   * a group that is a single state, or pure (see BasicRelayCell::is_pure), has its final contribution and is
//     dropped. Most are.
// The last cube_bits neurons are not worth sorting for: the states of a group are laid out as a cube of 2^cube_bits
// cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "infotheory/relay_cell.hpp"

namespace inforelay::detail {

/// Cell: NarrowRelayCell or RelayCell. Reused from one subtree to the next; holds the memory of the recursion, so that
/// it allocates nothing.
template <class Cell>
class ExhaustiveTree {
 public:
  /// Totals N I(X_in; X_out | Y_0) for the sets that share the decisions `path` on the top `bits - leaf_bits` neurons:
  /// totals[i], i in [0, 2^leaf_bits), marginalises the neurons of path << leaf_bits | i and keeps the others.
  /// f: NLogN::data() for all counts that occur. `states` ascending by word, words below 2^bits; cube_bits <= leaf_bits
  /// <= bits.
  void run(std::span<const RelayState<Cell>> states, const std::uint64_t* f, int bits, int leaf_bits,
           std::uint32_t path, std::uint64_t* totals);

 private:
  struct Group {
    std::uint32_t begin, end;  // [begin,end) of arena_: two states or more
  };
  /// The groups of a node are [begin,end) of groups_; `settled` is the contribution of those dropped on the way.
  struct Node {
    std::size_t begin, end;
    std::uint64_t settled;
  };

  Node keep(const Node& node, int bit);
  Node marginalise(const Node& node, int bit);
  void add(std::uint32_t begin, std::uint32_t end, Cell whole, Node& node);
  std::uint32_t split_point(Group group, StateWord bit) const;
  void merge(Group group, std::uint32_t middle, StateWord bit, Node& node);
  void descend(const Node& node, int bits, std::uint64_t* totals);

  const std::uint64_t* f_ = nullptr;
  std::vector<RelayState<Cell>> arena_;
  std::uint32_t top_ = 0;  // arena_[0,top_) is in use
  std::vector<Group> groups_;
};

}  // namespace inforelay::detail
