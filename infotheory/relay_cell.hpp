// Internal: the counts that a union of states has for one class, small enough to be added in two instructions.
#pragma once

#include <cstdint>
#include <vector>

#include "core/axes.hpp"
#include "infotheory/state_table.hpp"

namespace inforelay::detail {

/// n samples, a of them with label c, b with prediction c, ab with both, for one state of Y_0: 32 bits each.
struct RelayCell {
  std::uint64_t n_a = 0, b_ab = 0;

  RelayCell() = default;
  RelayCell(std::uint32_t count, const ClassCounts& of_class)
      : n_a(count | std::uint64_t{of_class.label} << 32),
        b_ab(of_class.prediction | std::uint64_t{of_class.both} << 32) {}

  std::uint32_t n() const { return static_cast<std::uint32_t>(n_a); }
  std::uint32_t a() const { return static_cast<std::uint32_t>(n_a >> 32); }
  std::uint32_t b() const { return static_cast<std::uint32_t>(b_ab); }
  std::uint32_t ab() const { return static_cast<std::uint32_t>(b_ab >> 32); }

  RelayCell& operator+=(RelayCell other) {
    n_a += other.n_a;
    b_ab += other.b_ab;
    return *this;
  }
  friend RelayCell operator+(RelayCell x, RelayCell y) { return x += y; }
  friend RelayCell operator-(RelayCell x, RelayCell y) {
    x.n_a -= y.n_a;
    x.b_ab -= y.b_ab;
    return x;
  }

  /// All its samples agree on X_in or on X_out: neither this cell nor any part of it carries information.
  bool is_pure() const { return a() == 0 || b() == 0 || a() == n() || b() == n(); }

  /// n I(X_in; X_out) within this cell, in the fixed point of `f`; exactly 0 where is_pure():
  /// f(n) - f(a) - f(n-a) - f(b) - f(n-b) + f(ab) + f(a-ab) + f(b-ab) + f(n-a-b+ab).
  std::uint64_t information(const std::uint64_t* f) const {
    if (is_pure()) return 0;
    const std::uint32_t n = this->n(), a = this->a(), b = this->b(), ab = this->ab();
    return f[n] - f[a] - f[n - a] - f[b] - f[n - b] + f[ab] + f[a - ab] + f[b - ab] + f[n - a - b + ab];
  }
};

/// A hidden state, or a union of states that differ only in marginalised neurons.
struct RelayState {
  StateWord word;
  RelayCell cell;
};

/// The states of `table` as class `cls` sees them, ascending by word -> [M].
inline std::vector<RelayState> relay_states(const StateTable& table, int cls) {
  std::vector<RelayState> states;
  states.reserve(table.size());
  const auto of_class = table.class_counts(cls);
  for (std::size_t i = 0; i < table.size(); ++i)
    states.push_back({table.words()[i], RelayCell(table.counts()[i], of_class[i])});
  return states;
}

/// N I(X_in; X_out | Y_given) of class `cls`, in the fixed point of table.n_log_n().
std::uint64_t conditional_information(const StateTable& table, int cls, StateWord given);

}  // namespace inforelay::detail
