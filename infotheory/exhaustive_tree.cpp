#include "infotheory/exhaustive_tree.hpp"

#include <algorithm>
#include <cassert>

#include "infotheory/exhaustive_cube.hpp"

namespace inforelay::detail {

template <class Cell>
void ExhaustiveTree<Cell>::run(std::span<const RelayState<Cell>> states, const std::uint64_t* f, int bits,
                               int leaf_bits, std::uint32_t path, std::uint64_t* totals) {
  assert(cube_bits <= leaf_bits && leaf_bits <= bits && bits < 32);
  f_ = f;
  // Each level adds at most as many merged states as there are states.
  arena_.resize(states.size() * (static_cast<std::size_t>(bits) + 1));
  std::copy(states.begin(), states.end(), arena_.begin());
  top_ = static_cast<std::uint32_t>(states.size());
  groups_.clear();

  Cell whole;
  for (const RelayState<Cell>& state : states) whole += state.cell;
  Node node{0, 0, 0};
  add(0, top_, whole, node);
  for (int bit = bits - 1; bit >= leaf_bits; --bit)
    node = (path >> (bit - leaf_bits) & 1u) != 0 ? marginalise(node, bit) : keep(node, bit);
  descend(node, leaf_bits, totals);
}

template <class Cell>
void ExhaustiveTree<Cell>::add(std::uint32_t begin, std::uint32_t end, Cell whole, Node& node) {
  if (whole.is_pure()) return;
  if (end - begin == 1) {
    node.settled += whole.information(f_);
  } else {
    groups_.push_back({begin, end});
    node.end = groups_.size();
  }
}

template <class Cell>
std::uint32_t ExhaustiveTree<Cell>::split_point(Group group, StateWord bit) const {
  std::uint32_t i = group.begin;
  while (i < group.end && (arena_[i].word & bit) == 0) ++i;
  return i;
}

template <class Cell>
typename ExhaustiveTree<Cell>::Node ExhaustiveTree<Cell>::keep(const Node& node, int bit) {
  Node child{groups_.size(), groups_.size(), node.settled};
  for (std::size_t g = node.begin; g < node.end; ++g) {
    const Group group = groups_[g];
    Cell low, high;
    std::uint32_t middle = group.begin;
    for (; middle < group.end && (arena_[middle].word >> bit & 1u) == 0; ++middle) low += arena_[middle].cell;
    for (std::uint32_t i = middle; i < group.end; ++i) high += arena_[i].cell;
    add(group.begin, middle, low, child);  // an empty half is pure
    add(middle, group.end, high, child);
  }
  return child;
}

template <class Cell>
typename ExhaustiveTree<Cell>::Node ExhaustiveTree<Cell>::marginalise(const Node& node, int bit) {
  Node child{groups_.size(), groups_.size(), node.settled};
  for (std::size_t g = node.begin; g < node.end; ++g) {
    const Group group = groups_[g];
    const std::uint32_t middle = split_point(group, StateWord{1} << bit);
    if (middle == group.begin || middle == group.end) {  // constant in this neuron: the group goes on as it is
      groups_.push_back(group);
      child.end = groups_.size();
    } else {
      merge(group, middle, StateWord{1} << bit, child);
    }
  }
  return child;
}

/// Merges the halves [begin,middle), where `bit` is 0, and [middle,end), where it is 1, to the top of the arena.
template <class Cell>
void ExhaustiveTree<Cell>::merge(Group group, std::uint32_t middle, StateWord bit, Node& node) {
  RelayState<Cell>* const first = arena_.data() + top_;
  RelayState<Cell>* to = first;
  const RelayState<Cell>*x = arena_.data() + group.begin, *const x_end = arena_.data() + middle;
  const RelayState<Cell>*y = x_end, *const y_end = arena_.data() + group.end;
  while (x != x_end && y != y_end) {
    // Without branches: which of the two words is lower is as good as random.
    const StateWord x_word = x->word, y_word = y->word ^ bit;
    const bool take_x = x_word <= y_word, take_y = y_word <= x_word;
    to->word = take_x ? x_word : y_word;
    to->cell = x->cell.where(take_x) + y->cell.where(take_y);
    x += take_x;
    y += take_y;
    ++to;
  }
  to = std::copy(x, x_end, to);
  for (; y != y_end; ++y, ++to) *to = {y->word ^ bit, y->cell};

  const auto size = static_cast<std::uint32_t>(to - first);
  if (size == 1) {
    node.settled += first->cell.information(f_);
  } else {
    groups_.push_back({top_, top_ + size});
    node.end = groups_.size();
    top_ += size;
  }
}

template <class Cell>
void ExhaustiveTree<Cell>::descend(const Node& node, int bits, std::uint64_t* totals) {
  const std::size_t leaves = std::size_t{1} << bits;
  if (node.begin == node.end || bits == cube_bits) {
    std::fill_n(totals, leaves, node.settled);
    for (std::size_t g = node.begin; g < node.end; ++g)
      add_cube<Cell>(std::span(arena_).subspan(groups_[g].begin, groups_[g].end - groups_[g].begin), f_, totals);
    return;
  }
  const std::uint32_t top = top_;
  const std::size_t used = groups_.size();
  const Node kept = keep(node, bits - 1);
  const Node marginal = marginalise(node, bits - 1);
  descend(kept, bits - 1, totals);
  descend(marginal, bits - 1, totals + leaves / 2);
  groups_.resize(used);
  top_ = top;
}

template class ExhaustiveTree<NarrowRelayCell>;
template class ExhaustiveTree<RelayCell>;

}  // namespace inforelay::detail
