// Internal: cells for the exhaustive tree (exhaustive_tree.hpp) that hold what is needed for a single quantity of a
// union of states, so that other quantities than information have trees of their own.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "infotheory/states/state_table.hpp"

namespace inforelay::detail {

/// n samples, x of them with X = 1, for one binary variable X: n H(X) within the cell, 0 if X does not vary in it.
/// As BasicRelayCell, with one variable. The name `information` is what the tree calls the value of a cell.
struct EntropyCell {
  using Sum = std::uint64_t;
  std::array<std::uint64_t, 1> words{};  // n and x, 32 bits each

  EntropyCell() = default;
  EntropyCell(std::uint32_t count, std::uint32_t ones) : words{count | std::uint64_t{ones} << 32} {}

  std::uint32_t n() const { return static_cast<std::uint32_t>(words[0]); }
  std::uint32_t x() const { return static_cast<std::uint32_t>(words[0] >> 32); }

  EntropyCell& operator+=(const EntropyCell& other) {
    words[0] += other.words[0];
    return *this;
  }
  friend EntropyCell operator+(EntropyCell x, const EntropyCell& y) { return x += y; }
  EntropyCell where(bool condition) const {
    EntropyCell masked = *this;
    masked.words[0] &= -std::uint64_t{condition};
    return masked;
  }

  bool is_pure() const { return x() == 0 || x() == n(); }
  std::uint64_t information(const std::uint64_t* f) const { return is_pure() ? 0 : sum_of_terms(f); }
  std::uint64_t sum_of_terms(const std::uint64_t* f) const { return f[n()] - f[x()] - f[n() - x()]; }
};

/// Which of the pairs (X_in, X_out) occur. Its value is K_in + K_out - K_in,out - 1 (modulo 2^64), K the numbers of
/// values and pairs that occur; 0 if X_in or X_out does not vary. Added over the cells of all states of Y_0, that is
/// -K_B + K_aB + K_bB - K_abB of the Miller-Madow correction.
struct OccupancyCell {
  using Sum = std::uint64_t;
  std::uint8_t pairs = 0;  // bit 2 X_in + X_out

  OccupancyCell() = default;
  OccupancyCell(std::uint32_t count, const ContrastCounts& counts)
      : pairs(static_cast<std::uint8_t>((count + counts.both > counts.input + counts.output ? 1 : 0) |
                                        (counts.output > counts.both ? 2 : 0) | (counts.input > counts.both ? 4 : 0) |
                                        (counts.both > 0 ? 8 : 0))) {}

  OccupancyCell& operator+=(const OccupancyCell& other) {
    pairs = static_cast<std::uint8_t>(pairs | other.pairs);
    return *this;
  }
  friend OccupancyCell operator+(OccupancyCell x, const OccupancyCell& y) { return x += y; }
  OccupancyCell where(bool condition) const {
    OccupancyCell masked = *this;
    if (!condition) masked.pairs = 0;
    return masked;
  }

  bool is_pure() const {
    return (pairs & 0b0011) == 0 || (pairs & 0b1100) == 0 || (pairs & 0b0101) == 0 || (pairs & 0b1010) == 0;
  }
  /// Bit `pairs` is set if its value is not 0: two pairs across, or all four. Three have the value 0.
  static constexpr std::uint32_t with_value = 1u << 0b1001 | 1u << 0b0110 | 1u << 0b1111;

  std::uint64_t information(const std::uint64_t* f) const { return is_pure() ? 0 : sum_of_terms(f); }
  std::uint64_t sum_of_terms(const std::uint64_t*) const {
    return std::uint64_t{3} - static_cast<std::uint64_t>(std::popcount(pairs));
  }
};

}  // namespace inforelay::detail
