#include "infotheory/relay/exhaustive_tree.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace inforelay::detail {
namespace {

/// A group of g states is closed at the price of 2^g unions. Four are 30 % less work than none for the authors' full
/// network on the test samples; five are as good, six worse.
constexpr std::uint32_t small_group = 4;

/// increments [2^bits] -> totals [2^bits] in place: totals[R] is the sum of increments[D] over all D within R.
template <class Sum>
void sum_over_subsets(Sum* values, int bits) {
  const std::size_t size = std::size_t{1} << bits;
  for (std::size_t half = 1; half < size; half *= 2)
    for (std::size_t begin = 0; begin < size; begin += 2 * half)
      for (std::size_t i = begin; i < begin + half; ++i) values[half + i] += values[i];
}

/// Its inverse.
template <class Sum>
void increments_of(Sum* values, int bits) {
  const std::size_t size = std::size_t{1} << bits;
  for (std::size_t half = 1; half < size; half *= 2)
    for (std::size_t begin = 0; begin < size; begin += 2 * half)
      for (std::size_t i = begin; i < begin + half; ++i) values[half + i] -= values[i];
}

/// Adds the increments of a group of Size states, see exhaustive_tree.hpp.
template <int Size, class Cell>
void add_increments(const RelayState<Cell>* states, const std::uint64_t* f, typename Cell::Sum* increments) {
  constexpr std::size_t subsets = std::size_t{1} << Size;
  std::array<Cell, subsets> cells;          // of the union of a subset of the states
  std::array<StateWord, subsets> any, all;  // units that are 1 in any, in all of them
  any[0] = 0;
  all[0] = ~StateWord{0};
  for (std::size_t state = 0; state < Size; ++state) {
    const std::size_t added = std::size_t{1} << state;
    for (std::size_t subset = 0; subset < added; ++subset) {
      cells[added + subset] = cells[subset] + states[state].cell;
      any[added + subset] = any[subset] | states[state].word;
      all[added + subset] = all[subset] & states[state].word;
    }
  }
  std::array<typename Cell::Sum, subsets> values{};
  for (std::size_t subset = 1; subset < subsets; ++subset) values[subset] = cells[subset].information(f);
  increments_of(values.data(), Size);
  for (std::size_t subset = 1; subset < subsets; ++subset) increments[any[subset] & ~all[subset]] += values[subset];
}

}  // namespace

template <class Cell>
void ExhaustiveTree<Cell>::run(std::span<const RelayState<Cell>> states, const std::uint64_t* f, int bits,
                               int leaf_bits, std::uint32_t path, Sum* totals) {
  assert(cube_bits <= leaf_bits && leaf_bits <= bits && bits < 32);
  f_ = f;
  // Each level adds at most as many merged states as there are states.
  arena_.resize(states.size() * (static_cast<std::size_t>(bits) + 1));
  std::copy(states.begin(), states.end(), arena_.begin());
  top_ = static_cast<std::uint32_t>(states.size());
  groups_.clear();
  small_.clear();

  Cell whole;
  for (const RelayState<Cell>& state : states) whole += state.cell;
  // Increments are summed over the sets of this subtree only: nothing is closed on the way to it.
  largest_closed_ = bits > leaf_bits ? 1 : small_group;
  Node node = new_node();
  add({0, top_}, whole, node);
  for (int bit = bits - 1; bit >= leaf_bits; --bit) {
    if (bit == leaf_bits) largest_closed_ = small_group;
    const Sum settled = node.settled;
    node = (path >> (bit - leaf_bits) & 1u) != 0 ? marginalise(node, bit) : keep(node, bit);
    node.settled += settled;
  }
  descend(node, leaf_bits, totals);
  sum_over_subsets(totals, leaf_bits);
}

template <class Cell>
void ExhaustiveTree<Cell>::add(StateRange group, Cell whole, Node& node) {
  if (!whole.is_pure()) add_impure(group, node);
}

template <class Cell>
void ExhaustiveTree<Cell>::add_impure(StateRange group, Node& node) {
  const std::uint32_t size = group.end - group.begin;
  if (size == 1) {
    node.settled += arena_[group.begin].cell.information(f_);
  } else if (size <= largest_closed_) {
    small_.push_back(group);
    node.small_end = small_.size();
  } else {
    groups_.push_back(group);
    node.end = groups_.size();
  }
}

template <class Cell>
std::uint32_t ExhaustiveTree<Cell>::split_point(StateRange group, StateWord bit) const {
  std::uint32_t i = group.begin;
  while (i < group.end && (arena_[i].word & bit) == 0) ++i;
  return i;
}

template <class Cell>
typename ExhaustiveTree<Cell>::Node ExhaustiveTree<Cell>::keep(const Node& node, int bit) {
  Node child = new_node();
  for (std::size_t g = node.begin; g < node.end; ++g) {
    const StateRange group = groups_[g];
    Cell low, high;
    std::uint32_t middle = group.begin;
    for (; middle < group.end && (arena_[middle].word >> bit & 1u) == 0; ++middle) low += arena_[middle].cell;
    for (std::uint32_t i = middle; i < group.end; ++i) high += arena_[i].cell;
    add({group.begin, middle}, low, child);  // an empty half is pure
    add({middle, group.end}, high, child);
  }
  return child;
}

template <class Cell>
typename ExhaustiveTree<Cell>::Node ExhaustiveTree<Cell>::marginalise(const Node& node, int bit) {
  Node child = new_node();
  for (std::size_t g = node.begin; g < node.end; ++g) {
    const StateRange group = groups_[g];
    const std::uint32_t middle = split_point(group, StateWord{1} << bit);
    if (middle == group.begin || middle == group.end) {  // constant in this unit: the group stays as it is
      add_impure(group, child);
    } else {
      merge(group, middle, StateWord{1} << bit, child);
    }
  }
  return child;
}

/// Merges the halves [begin,middle), with `bit` = 0, and [middle,end), with `bit` = 1, to the top of the arena.
template <class Cell>
void ExhaustiveTree<Cell>::merge(StateRange group, std::uint32_t middle, StateWord bit, Node& node) {
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

  const StateRange merged{top_, top_ + static_cast<std::uint32_t>(to - first)};
  add_impure(merged, node);
  if (merged.end - merged.begin > 1) top_ = merged.end;
}

/// increments [2^bits] of the sets below the node: set here, whatever they were.
template <class Cell>
void ExhaustiveTree<Cell>::descend(const Node& node, int bits, Sum* increments) {
  const std::size_t leaves = std::size_t{1} << bits;
  if (node.begin == node.end || bits == cube_bits) {
    std::fill_n(increments, leaves, Sum{});
    if (node.begin != node.end) {
      add_cubes(arena_.data(), std::span(groups_).subspan(node.begin, node.end - node.begin), f_, increments);
      increments_of(increments, bits);
    }
  } else {
    const std::uint32_t top = top_;
    const std::size_t used = groups_.size(), small_used = small_.size();
    const Node kept = keep(node, bits - 1);
    const Node marginal = marginalise(node, bits - 1);
    descend(kept, bits - 1, increments);
    descend(marginal, bits - 1, increments + leaves / 2);
    for (std::size_t i = 0; i < leaves / 2; ++i) increments[leaves / 2 + i] -= increments[i];
    groups_.resize(used);
    small_.resize(small_used);
    top_ = top;
  }
  increments[0] += node.settled;
  for (std::size_t g = node.small_begin; g < node.small_end; ++g) close(small_[g], increments);
}

template <class Cell>
void ExhaustiveTree<Cell>::close(StateRange group, Sum* increments) const {
  const RelayState<Cell>* states = arena_.data() + group.begin;
  static_assert(small_group == 4);
  switch (group.end - group.begin) {
    case 2:
      return add_increments<2>(states, f_, increments);
    case 3:
      return add_increments<3>(states, f_, increments);
    default:
      return add_increments<4>(states, f_, increments);
  }
}

template class ExhaustiveTree<NarrowRelayCell>;
template class ExhaustiveTree<RelayCell>;
template class ExhaustiveTree<EntropyCell>;
template class ExhaustiveTree<OccupancyCell>;
template class ExhaustiveTree<NarrowSumsCell>;
template class ExhaustiveTree<SumsCell>;

}  // namespace inforelay::detail
