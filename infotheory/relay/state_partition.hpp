// Internal: states in groups that agree on the units of Y_0 decided so far, for searches and chains that decide one
// unit after the other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "infotheory/relay/relay_cell.hpp"

namespace inforelay::detail {

/// A State has a `cell`, a RelayCell. A group that can no longer change its contribution is settled: pure, or a single
/// state. Sums are integers in the fixed point of ExactNLogN, so the order of additions does not matter.
template <class State>
class StatePartition {
 public:
  struct Group {
    std::size_t begin, end;  // [begin,end) of states()
    RelayCell whole;         // their sum
  };

  /// All states in one group. `f` as StateTable::n_log_n().data(), which must outlive it.
  StatePartition(std::vector<State> states, const std::uint64_t* f) : f_(f), states_(std::move(states)) {
    add(0, states_.size());
  }

  std::span<const State> states() const { return states_; }
  /// Those that are not settled.
  std::span<const Group> groups() const { return groups_; }
  /// N I(X_in; X_out | Y_0), of the settled groups alone.
  std::uint64_t settled() const { return settled_; }
  /// The same of all groups.
  std::uint64_t information() const {
    std::uint64_t sum = settled_;
    for (const Group& group : groups_) sum += group.whole.information(f_);
    return sum;
  }

  /// Moves a unit into Y_0: divides every group by its value, which is_one(state) tells.
  template <class IsOne>
  void divide(const IsOne& is_one) {
    std::vector<Group> old;
    old.swap(groups_);
    for (const Group& group : old) {
      const auto at = [&](std::size_t i) { return states_.begin() + static_cast<std::ptrdiff_t>(i); };
      const auto middle =
          std::partition(at(group.begin), at(group.end), [&](const State& state) { return !is_one(state); });
      const auto cut = static_cast<std::size_t>(middle - states_.begin());
      add(group.begin, cut);
      add(cut, group.end);
    }
  }

 private:
  void add(std::size_t begin, std::size_t end) {
    RelayCell whole;
    for (std::size_t i = begin; i < end; ++i) whole += states_[i].cell;
    if (whole.is_pure()) return;
    if (end - begin == 1)
      settled_ += whole.information(f_);
    else
      groups_.push_back({begin, end, whole});
  }

  const std::uint64_t* f_;
  std::vector<State> states_;
  std::vector<Group> groups_;
  std::uint64_t settled_ = 0;
};

}  // namespace inforelay::detail
