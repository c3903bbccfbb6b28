// Internal: I(X_in; X_out | Y_0) of one contrast for all Y_0, or another quantity that is a sum over the states of Y_0.
//
// The units are decided one after the other, from the top bit of the state words down: kept (part of Y_0, conditioned
// on) or marginalised (part of Y_R). The 2^K leaves of that binary tree are the sets. A node holds the states that its
// decisions leave, in groups that agree on all kept units. Only states of one group can still be merged, so
//   * keeping a unit splits each group in two at the place where the sorted words change in that bit: nothing is moved;
//   * marginalising it merges the two halves, which are sorted: one linear pass that adds the counts of equal words;
//   * a group that is a single state, or pure (see BasicRelayCell::is_pure), has its final contribution and is
//     dropped. Most are;
//   * a group of a few states is closed: its contribution to all sets below the node is recorded at once.
// The last cube_bits units are not worth sorting for: the states of a group are laid out as a cube of 2^cube_bits
// cells.
//
// Closing a group G. Let v(Y) be the information in the union of the states Y, and c its Moebius transform, so that
// v(Y) = sum of c(Z) over the non-empty subsets Z of Y. Two states are in one union if all units in which they
// differ are marginalised. So the states Z are in one union if and only if D(Z), all units in which any two of them
// differ, is within the marginalised set R, and the contribution of the group is
//   T(R) = sum over unions Y of v(Y) = sum over Z in G with D(Z) in R of c(Z).
// The tree therefore works with *increments* t, where T(R) = sum over D in R of t(D): closing a group is adding c(Z) to
// t(D(Z)) for its 2^|G|-1 subsets, for any number of units still undecided. One sum over subsets at the end, K
// additions per set, turns t into T. All of it in integers modulo 2^64, so without error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "infotheory/relay/exhaustive_cube.hpp"
#include "infotheory/relay/relay_cell.hpp"

namespace inforelay::detail {

/// Cell: NarrowRelayCell or RelayCell, or one for another quantity (label_cell.hpp), or several (sums_cell.hpp), 0 for
/// a pure cell. Reused
/// from one subtree to the next; holds the memory of the recursion, so that it allocates nothing.
template <class Cell>
class ExhaustiveTree {
 public:
  using Sum = typename Cell::Sum;  ///< of the values of cells

  /// Totals N I(X_in; X_out | Y_0) for the sets that share the decisions `path` on the top `bits - leaf_bits` units:
  /// totals[i], i in [0, 2^leaf_bits), marginalises the units of path << leaf_bits | i and keeps the others.
  /// f: ExactNLogN::data() for all counts that occur. `states` ascending by word, words below 2^bits;
  /// cube_bits <= leaf_bits <= bits.
  void run(std::span<const RelayState<Cell>> states, const std::uint64_t* f, int bits, int leaf_bits,
           std::uint32_t path, Sum* totals);

 private:
  /// The contents of a node: groups to divide further, [begin,end) of groups_, small groups to be closed there,
  /// [small_begin,small_end) of small_, and the contribution of single states.
  struct Node {
    std::size_t begin, end, small_begin, small_end;
    Sum settled{};
  };

  Node new_node() const { return {groups_.size(), groups_.size(), small_.size(), small_.size()}; }
  Node keep(const Node& node, int bit);
  Node marginalise(const Node& node, int bit);
  void add(StateRange group, Cell whole, Node& node);
  void add_impure(StateRange group, Node& node);
  std::uint32_t split_point(StateRange group, StateWord bit) const;
  void merge(StateRange group, std::uint32_t middle, StateWord bit, Node& node);
  void descend(const Node& node, int bits, Sum* increments);
  void close(StateRange group, Sum* increments) const;

  const std::uint64_t* f_ = nullptr;
  std::vector<RelayState<Cell>> arena_;
  std::uint32_t top_ = 0;             // arena_[0,top_) is in use
  std::uint32_t largest_closed_ = 1;  // largest number of states of a group that is closed
  std::vector<StateRange> groups_, small_;
};

}  // namespace inforelay::detail
