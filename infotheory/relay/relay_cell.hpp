// Internal: the counts of a union of states for one contrast, small enough to be added in two instructions.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/axes.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay::detail {

/// n samples, a of them with X_in = 1, b with X_out = 1, ab with both, for one state of Y_0: four lanes side by side.
/// Lanes of 16 bits are enough for N < 65,536; they make the exhaustive search about 15 % faster than lanes of 32 bits.
template <int LaneBits>
struct BasicRelayCell {
  using Sum = std::uint64_t;
  static_assert(LaneBits == 16 || LaneBits == 32);
  static constexpr std::uint64_t max_samples = (std::uint64_t{1} << LaneBits) - 1;
  std::array<std::uint64_t, LaneBits / 16> words{};

  BasicRelayCell() = default;
  BasicRelayCell(std::uint32_t count, const ContrastCounts& counts) {
    assert(count <= max_samples);
    const std::array<std::uint64_t, 4> lanes = {count, counts.input, counts.output, counts.both};
    for (std::size_t i = 0; i < 4; ++i) words[i * LaneBits / 64] |= lanes[i] << i * LaneBits % 64;
  }

  std::uint32_t n() const { return lane(0); }
  std::uint32_t a() const { return lane(1); }
  std::uint32_t b() const { return lane(2); }
  std::uint32_t ab() const { return lane(3); }

  // No lane carries into the next: counts of unions stay within N, and only parts are taken from a whole.
  BasicRelayCell& operator+=(const BasicRelayCell& other) {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] += other.words[i];
    return *this;
  }
  friend BasicRelayCell operator+(BasicRelayCell x, const BasicRelayCell& y) { return x += y; }
  friend BasicRelayCell operator-(BasicRelayCell x, const BasicRelayCell& y) {
    for (std::size_t i = 0; i < x.words.size(); ++i) x.words[i] -= y.words[i];
    return x;
  }
  /// This cell if `condition` is true, else an empty one; without a branch.
  BasicRelayCell where(bool condition) const {
    BasicRelayCell masked = *this;
    for (std::uint64_t& word : masked.words) word &= -std::uint64_t{condition};
    return masked;
  }

  /// All its samples agree on X_in or on X_out: neither this cell nor any part of it carries information.
  bool is_pure() const { return a() == 0 || b() == 0 || a() == n() || b() == n(); }

  /// n I(X_in; X_out) within this cell, in the fixed point of `f`; exactly 0 if is_pure():
  /// f(n) - f(a) - f(n-a) - f(b) - f(n-b) + f(ab) + f(a-ab) + f(b-ab) + f(n-a-b+ab).
  std::uint64_t information(const std::uint64_t* f) const { return is_pure() ? 0 : sum_of_terms(f); }
  /// The same without the shortcut for pure cells.
  std::uint64_t sum_of_terms(const std::uint64_t* f) const {
    const std::uint32_t n = this->n(), a = this->a(), b = this->b(), ab = this->ab();
    return f[n] - f[a] - f[n - a] - f[b] - f[n - b] + f[ab] + f[a - ab] + f[b - ab] + f[n - a - b + ab];
  }

 private:
  std::uint32_t lane(std::size_t i) const {
    return static_cast<std::uint32_t>(words[i * LaneBits / 64] >> i * LaneBits % 64 & max_samples);
  }
};
using RelayCell = BasicRelayCell<32>;
using NarrowRelayCell = BasicRelayCell<16>;

/// A state, or a union of states that differ only in marginalised units.
template <class Cell>
struct RelayState {
  StateWord word;
  Cell cell;
};

/// The states of a table of up to 32 units with their counts for one contrast, ascending by word -> [M].
inline std::vector<RelayState<RelayCell>> relay_states(const StateTable& table, int contrast) {
  std::vector<RelayState<RelayCell>> states;
  states.reserve(table.size());
  const auto counts = table.contrast_counts(contrast);
  for (std::size_t i = 0; i < table.size(); ++i)
    states.push_back({table.states().word(i), RelayCell(table.counts()[i], counts[i])});
  return states;
}

template <class Cell>
void sort_by_word(std::vector<RelayState<Cell>>& states) {
  std::sort(states.begin(), states.end(), [](const auto& x, const auto& y) { return x.word < y.word; });
}

/// N I(X_in; X_out | Y_given) in the fixed point of table.n_log_n(), for up to 32 units.
std::uint64_t conditional_information(const StateTable& table, int contrast, StateWord given);
/// N I(X_in; X_out | all units), for any number of units. Cost O(M).
std::uint64_t information_given_all(const StateTable& table, int contrast);

/// `contrasts`, or all [0,count) if it is empty. UsageError for one that is not in [0,count).
std::vector<int> checked_contrasts(int count, std::span<const int> contrasts);
inline std::vector<int> checked_contrasts(const StateTable& table, std::span<const int> contrasts) {
  return checked_contrasts(table.contrast_count(), contrasts);
}

/// Y_0 of the units `relay`, of any number: the others of [0,units), ascending. UsageError, beginning with `what`, for
/// one that is not in [0,units) or is listed twice.
std::vector<int> units_outside(std::string_view what, int units, std::span<const int> relay);

}  // namespace inforelay::detail
