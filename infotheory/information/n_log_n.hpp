// n log2 n of whole numbers, tabulated: exactly, as integers whose sums do not depend on their order, and as doubles.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace inforelay {

/// f(n) = n log2 n for n in [0,N] in fixed point, f(0) = 0.
///
/// log2 of every prime is rounded once to `fraction_bits` bits; the log of any other number is the exact sum over its
/// prime factors, so L(m n) = L(m) + L(n) and f(n) = n L(n) hold without error. Two things follow:
///   * sums of f are integers: any order, any partition over threads gives the same last bit;
///   * quantities that are equal in exact arithmetic are equal here: the logs of primes are linearly independent over
///     the rationals, so sums of n log n are equal only if the powers of every prime agree, and then the integers do
///     too. Independent counts have exactly 0 information, and ties in a search are ties.
///
/// Values are kept modulo 2^64: f(N) itself may wrap around, but information times N is in [0, N] bits, and
/// fraction_bits = 62 - bit_width(N) leaves room for it. So the final sum or difference is right even if intermediate
/// values wrap around. Error of N bits of information: below 4 N log2(N) 2^-fraction_bits, from 8 sums of f, each of
/// which is off by at most N log2(N) 2^-(fraction_bits+1); divided by N that is 9e-13 bit for N = 60,000 in the worst
/// case, 5e-15 for N = 1,000.
///
/// Information about variables of more than two symbols can be above one bit. With `extra_bits` = e there is room for
/// N 2^e bits of information, at the price of as many fraction bits.
class ExactNLogN {
 public:
  /// Memory 8 (N+1) bytes, time O(N log log N). UsageError unless N is in [1,2^31). extra_bits in [0,5].
  explicit ExactNLogN(std::uint32_t max_count, int extra_bits = 0);
  /// The same table for all who ask for it while one of them keeps it: tables of permutations and resamples have as
  /// many samples as each other. Errors as above. From any thread.
  static std::shared_ptr<const ExactNLogN> shared(std::uint32_t max_count, int extra_bits = 0);
  /// The least extra_bits for information of at most log2(symbols) bits; symbols >= 1.
  static int extra_bits_of(std::uint64_t symbols);

  std::uint64_t operator()(std::uint32_t n) const {
    assert(n < values_.size());
    return values_[n];
  }
  const std::uint64_t* data() const { return values_.data(); }
  std::uint32_t max_count() const { return static_cast<std::uint32_t>(values_.size() - 1); }
  int fraction_bits() const { return fraction_bits_; }

  /// A sum N * information, or a difference of such sums, as information in bits. Monotonic in `sum`, so comparing bits
  /// is comparing sums.
  double bits(std::uint64_t sum) const { return static_cast<double>(static_cast<std::int64_t>(sum)) * scale_; }

 private:
  std::vector<std::uint64_t> values_;  // [N+1]
  int fraction_bits_;
  double scale_;  // 2^-fraction_bits / N
};

/// n log2 n for n in [0,limit] in floating point; 0 at n = 0. Each entry is the double nearest to n * log2(n), with
/// log2(n) a double.
class FloatNLogN {
 public:
  explicit FloatNLogN(std::uint64_t limit);
  double operator[](std::uint64_t n) const { return values_[n]; }

 private:
  std::vector<double> values_;
};

}  // namespace inforelay
