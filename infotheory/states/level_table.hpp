// The samples of an analysis whose units have several levels, or whose contrast has several symbols, as counts of
// their distinct states: all that information depends on. For binary units and binary contrasts there is the faster
// state_table.hpp; results of the two are the same to the last bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/recording.hpp"
#include "infotheory/information/n_log_n.hpp"
#include "infotheory/states/contrast.hpp"
#include "infotheory/states/unit_states.hpp"

namespace inforelay {

/// The M distinct states of N samples of K units of up to 256 levels, in lexicographic order, unit 0 first.
struct DistinctLevels {
  RowMatrix<std::uint8_t> states;     ///< [M,K]
  std::vector<std::uint32_t> counts;  ///< [M] samples in each, sum N
  std::vector<std::uint32_t> index;   ///< [N] of each sample's state in `states`
};

/// states [N,K]. UsageError unless K is in [1,4096] and N in [1,2^31). Cost O(N log N) comparisons of rows.
DistinctLevels distinct_levels(const RowMatrix<std::uint8_t>& states);

/// As occupancy() of binary states.
Occupancy occupancy(const RowMatrix<std::uint8_t>& states);

/// How many samples have a pair of values of X_in and X_out.
struct PairCount {
  Symbol input, output;
  std::uint32_t count;
};

/// The pairs (X_in, X_out) that occur with each state, for one contrast.
struct PairCounts {
  std::vector<std::uint32_t> begin;  ///< [M+1]
  std::vector<PairCount> pairs;      ///< those of state m: [begin[m], begin[m+1]), ascending, each pair once

  std::span<const PairCount> of(std::size_t state) const {
    return std::span(pairs).subspan(begin[state], begin[state + 1] - begin[state]);
  }
};

/// Memory: K bytes for each of M states, 8 bytes for each triple of state, input and output symbol that occurs (at most
/// N), and 8 bytes per sample for ExactNLogN. The counts of all contrasts follow from the same triples.
class LevelTable {
 public:
  /// Of binary contrasts, such as one_vs_rest(). states [N,K]; `input` and `output` [N]: symbols below the number that
  /// the contrasts are defined for. UsageError for no contrasts, contrasts of different numbers of symbols, a symbol
  /// out of range, lengths that differ, and as distinct_levels(). Cost O(N log N).
  LevelTable(const RowMatrix<std::uint8_t>& states, std::span<const Symbol> input, std::span<const Symbol> output,
             std::span<const Contrast> contrasts);
  /// Of the one contrast whose X_in and X_out are the symbols themselves. Errors and cost as above.
  LevelTable(const RowMatrix<std::uint8_t>& states, std::span<const Symbol> input, std::span<const Symbol> output);

  // The same from states that are sorted already: for many tables of the same states with other symbols, or of the same
  // states given to other samples (a permuted or resampled `index`; states without samples are left out). `contrasts`
  // empty: the whole symbols. UsageError also for an index of a state that is not there. Cost O(N log N) comparisons of
  // integers, and a copy of the M states.
  LevelTable(const DistinctLevels& distinct, std::span<const Symbol> input, std::span<const Symbol> output,
             std::span<const Contrast> contrasts);

  std::uint32_t sample_count() const { return n_log_n_->max_count(); }                         ///< N
  int unit_count() const { return static_cast<int>(distinct_.states.cols()); }                 ///< K
  int contrast_count() const { return is_whole() ? 1 : static_cast<int>(contrasts_.size()); }  ///< C
  std::size_t size() const { return distinct_.counts.size(); }                                 ///< M
  bool is_whole() const { return contrasts_.empty(); }
  /// X_in and X_out of every contrast are below these.
  std::size_t input_values() const { return is_whole() ? input_symbols_ : 2; }
  std::size_t output_values() const { return is_whole() ? output_symbols_ : 2; }

  const RowMatrix<std::uint8_t>& states() const { return distinct_.states; }  ///< [M,K]
  std::span<const std::uint32_t> counts() const { return distinct_.counts; }  ///< [M], sum N
  /// For a contrast in [0,C). Of a binary contrast, values are 1 for symbols in its sets. Cost O(triples + symbols).
  PairCounts pairs(int contrast) const;
  /// For counts in [0,N], with room for information about these symbols; for binary contrasts as that of StateTable.
  const ExactNLogN& n_log_n() const { return *n_log_n_; }

 private:
  LevelTable(DistinctLevels&& distinct, std::span<const Symbol> input, std::span<const Symbol> output,
             std::span<const Contrast> contrasts);

  std::vector<Contrast> contrasts_;  // empty: the whole symbols
  std::size_t input_symbols_, output_symbols_;
  DistinctLevels distinct_;  // without index
  PairCounts symbols_;       // pairs of symbols
  std::shared_ptr<const ExactNLogN> n_log_n_;
};

}  // namespace inforelay
