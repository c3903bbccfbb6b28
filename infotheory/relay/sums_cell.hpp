// Internal: cells for the exhaustive tree (exhaustive_tree.hpp) whose value is all that the measures of a set are
// computed from, so that one tree gives them together. They share its decisions and their look-ups of n log n.
#pragma once

#include <cstdint>

#include "infotheory/relay/relay_cell.hpp"

namespace inforelay::detail {

// a: X_in, b: X_out, B: the units that are kept. Entropies are those of n_log_n(), modulo 2^64. In place of H(B) itself
// there are the entropies given B: H(a,B) = H(B) + H(a|B), and likewise for b. All measures are differences in which
// H(B) cancels, they fit in fewer bits, and a cell in which a does not vary adds nothing to them.
struct SetSum {
  std::uint64_t input_entropy = 0;   ///< N H(a|B)
  std::uint64_t output_entropy = 0;  ///< N H(b|B)
  std::uint64_t information = 0;     ///< N I(a;b|B)
  std::uint64_t cells = 0;           ///< -K_B + K_aB + K_bB - K_abB of occupied cells

  SetSum& operator+=(const SetSum& other) {
    input_entropy += other.input_entropy;
    output_entropy += other.output_entropy;
    information += other.information;
    cells += other.cells;
    return *this;
  }
  SetSum& operator-=(const SetSum& other) {
    input_entropy -= other.input_entropy;
    output_entropy -= other.output_entropy;
    information -= other.information;
    cells -= other.cells;
    return *this;
  }
  bool operator==(const SetSum&) const = default;
};

/// Counts as BasicRelayCell. Pure only if neither X_in nor X_out varies: then its sum is 0, and that of any part.
template <int LaneBits>
struct BasicSumsCell : BasicRelayCell<LaneBits> {
  using Sum = SetSum;

  BasicSumsCell() = default;
  BasicSumsCell(std::uint32_t count, const ContrastCounts& counts) : BasicRelayCell<LaneBits>(count, counts) {}

  friend BasicSumsCell operator+(BasicSumsCell x, const BasicSumsCell& y) {
    x += y;
    return x;
  }
  BasicSumsCell where(bool condition) const {
    BasicSumsCell masked = *this;
    for (std::uint64_t& word : masked.words) word &= -std::uint64_t{condition};
    return masked;
  }

  bool is_pure() const {
    const std::uint32_t n = this->n(), a = this->a(), b = this->b();
    return (a == 0 || a == n) && (b == 0 || b == n);
  }
  /// The name `information` is what the tree calls the value of a cell.
  SetSum information(const std::uint64_t* f) const { return is_pure() ? SetSum{} : sum_of_terms(f); }
  SetSum sum_of_terms(const std::uint64_t* f) const {
    const std::uint32_t n = this->n(), a = this->a(), b = this->b(), ab = this->ab(), neither = n - a - b + ab;
    const std::uint64_t input = f[n] - f[a] - f[n - a], output = f[n] - f[b] - f[n - b];
    const std::uint64_t pair = f[n] - f[ab] - f[a - ab] - f[b - ab] - f[neither];
    const int values = (a > 0) + (a < n) + (b > 0) + (b < n), pairs = (ab > 0) + (a > ab) + (b > ab) + (neither > 0);
    return {input, output, input + output - pair, static_cast<std::uint64_t>(std::int64_t{values - pairs - 1})};
  }
};
using SumsCell = BasicSumsCell<32>;
using NarrowSumsCell = BasicSumsCell<16>;

}  // namespace inforelay::detail
