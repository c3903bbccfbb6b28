// The samples of an analysis as counts of their distinct states: all that relay information depends on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/recording.hpp"
#include "infotheory/information/n_log_n.hpp"
#include "infotheory/states/contrast.hpp"
#include "infotheory/states/unit_states.hpp"

namespace inforelay {

/// For the samples of one state, how many have X_in = 1, X_out = 1 and both, in one contrast.
struct ContrastCounts {
  std::uint32_t input;   ///< a: samples with X_in = 1
  std::uint32_t output;  ///< b: samples with X_out = 1
  std::uint32_t both;    ///< ab: samples with X_in = X_out = 1
};

/// The M distinct states of any number of units, with their counts for C contrasts. Memory: states [M,K], counts [M],
/// contrast counts [C,M], so 4 + 8 ceil(K/64) + 12 C bytes per state (the networks of the paper have 1,400 to 6,300
/// states), and 8 bytes per sample for ExactNLogN.
class StateTable {
 public:
  /// `input` and `output` [N]: symbols below the number that the contrasts are defined for. Cost O(N log N) comparisons
  /// of states and O(N L + C M), L the contrasts that a symbol is in: 1 for one_vs_rest. UsageError if there are no
  /// samples or no contrasts, if lengths differ, for contrasts of different numbers of symbols, or for a symbol out of
  /// range.
  StateTable(const UnitStates& states, std::span<const Symbol> input, std::span<const Symbol> output,
             std::span<const Contrast> contrasts);
  /// The same from states that are known to be distinct: for symbols that are permuted again and again. O(N L + C M).
  StateTable(DistinctStates distinct, std::span<const Symbol> input, std::span<const Symbol> output,
             std::span<const Contrast> contrasts);

  std::uint32_t sample_count() const { return n_log_n_->max_count(); }  ///< N
  int unit_count() const { return states_.unit_count(); }               ///< K
  int contrast_count() const { return contrasts_; }                     ///< C
  std::size_t size() const { return counts_.size(); }                   ///< M

  const UnitStates& states() const { return states_; }                  ///< [M,K], distinct, ascending
  std::span<const std::uint32_t> counts() const { return counts_; }     ///< [M], each >= 1, sum N
  std::span<const ContrastCounts> contrast_counts(int contrast) const;  ///< [M] of a contrast in [0,C)
  const ExactNLogN& n_log_n() const { return *n_log_n_; }               ///< for counts in [0,N]

 private:
  int contrasts_;
  UnitStates states_;                            // [M,K]
  std::vector<std::uint32_t> counts_;            // [M]
  std::vector<ContrastCounts> contrast_counts_;  // [C,M]
  std::shared_ptr<const ExactNLogN> n_log_n_;
};

}  // namespace inforelay
