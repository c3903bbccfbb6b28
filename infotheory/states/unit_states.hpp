// Binary states of any number of units, their distinct states, and their occupancy by the samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/recording.hpp"

namespace inforelay {

/// Binary states [N,K] of N samples and K units. A sample is a row of W = ceil(K/64) words; the bits past K are 0. So
/// the state of up to 32 units is a single word, on which relay information has faster algorithms.
/// Memory: 8 N W bytes.
class UnitStates {
 public:
  static constexpr int max_units = 4096;
  /// The largest K whose states fit in a StateWord.
  static constexpr int max_word_units = std::numeric_limits<StateWord>::digits;

  /// No samples.
  UnitStates() = default;
  /// All 0. UsageError unless K is in [1,4096] and N in [1,2^31).
  UnitStates(std::size_t samples, int units);
  /// From [N] words: bit k is unit k. DataError if a word has a bit at or above K; UsageError if K > 32, and as above.
  static UnitStates from_words(std::span<const StateWord> words, int units);
  /// From [N,K] zeros and ones. DataError for another value; UsageError as above.
  static UnitStates from_bytes(const RowMatrix<std::uint8_t>& bytes);

  std::size_t sample_count() const { return samples_; }  ///< N
  int unit_count() const { return units_; }              ///< K
  bool fits_words() const { return units_ <= max_word_units; }
  std::size_t words_per_sample() const { return stride_; }  ///< W
  /// [W]; bit k % 64 of word k / 64 is unit k.
  std::span<const std::uint64_t> row(std::size_t sample) const { return {&rows_[sample * stride_], stride_}; }
  bool bit(std::size_t sample, int unit) const {
    const auto k = static_cast<std::size_t>(unit);
    return (rows_[sample * stride_ + k / 64] >> k % 64 & 1u) != 0;
  }
  /// The state of a sample of up to 32 units: bit k is unit k.
  StateWord word(std::size_t sample) const { return static_cast<StateWord>(rows_[sample * stride_]); }
  bool operator==(const UnitStates&) const = default;

  /// Sets a unit of one sample to 1. Different samples may be set from different threads.
  void set(std::size_t sample, int unit) {
    const auto k = static_cast<std::size_t>(unit);
    rows_[sample * stride_ + k / 64] |= std::uint64_t{1} << k % 64;
  }

  /// word() of each sample -> [N]. UsageError if K > 32.
  std::vector<StateWord> words() const;
  /// Zeros and ones -> [N,K].
  RowMatrix<std::uint8_t> to_bytes() const;
  /// The states of some samples, in the order given.
  UnitStates select(std::span<const std::uint32_t> samples) const;

 private:
  std::size_t samples_ = 0, stride_ = 0;
  int units_ = 0;
  std::vector<std::uint64_t> rows_;  // [N,W]
};

/// The M distinct states of N samples, ascending (as words, and lexicographically as rows of words).
struct DistinctStates {
  UnitStates states;                  ///< [M,K]
  std::vector<std::uint32_t> counts;  ///< [M] samples in each, >= 1, sum N
  std::vector<std::uint32_t> index;   ///< [N] of each sample's state in `states`
};

/// Cost O(N log N) comparisons of rows.
DistinctStates distinct_states(const UnitStates& states);

/// Occupancy of the states by the samples; to be reported with every information estimated from them.
struct Occupancy {
  std::uint64_t occupied = 0;     ///< M, distinct states seen. Near N, undersampling erases conditional information
  double singleton_fraction = 0;  ///< fraction of the samples in singleton states, in [0,1]
  double entropy_bits = 0;        ///< plug-in entropy of the states, in [0, log2 M]
};

/// Throws UsageError if there are no samples. Cost of distinct_states().
Occupancy occupancy(const UnitStates& states);
/// Of the counts of distinct states.
Occupancy occupancy(std::span<const std::uint32_t> counts);

/// H(symbol | state) in bits, plug-in: of the output symbols what discretisation has thrown away, if the values of the
/// units determine the output; of the input symbols what the units do not say. state [N]: index of each sample's state,
/// as DistinctStates::index; symbols [N]. In [0, H(symbol)]; exactly 0 if no state has two symbols. Low, too, if most
/// samples are alone in their state: to be read beside the occupancy. UsageError if the lengths differ or are 0. Cost
/// O(N log N).
double entropy_given_state_bits(std::span<const std::uint32_t> state, std::span<const Symbol> symbols);

}  // namespace inforelay
