// Samples drawn anew, for null distributions, bootstrap and subsampling.
//
// All are lists of sample numbers. Which list is drawn depends on the stream only, so a computation that gives
// rearrangement r the stream random.child(r) has the same result for any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "core/random.hpp"
#include "infotheory/states/level_table.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay {

/// Binary states, or states of several levels [N,K]. A view.
class StatesView {
 public:
  using Any = std::variant<const UnitStates*, const RowMatrix<std::uint8_t>*>;

  StatesView(const UnitStates& binary) : states_(&binary) {}               // NOLINT: states are a view of themselves
  StatesView(const RowMatrix<std::uint8_t>& levels) : states_(&levels) {}  // NOLINT

  std::size_t sample_count() const;  ///< N
  int unit_count() const;            ///< K
  const Any& any() const { return states_; }

 private:
  Any states_;
};

/// What relay information is computed from: states with the symbols of each sample. A view.
struct RelaySamples {
  StatesView states;                      ///< [N,K]
  std::span<const Symbol> input, output;  ///< [N]
  std::span<const Contrast> contrasts;    ///< [C]; empty: the whole symbols, then `states` are levels
};

/// The distinct states of samples, and tables of them, which have faster code for binary ones.
using AnyDistinctStates = std::variant<DistinctStates, DistinctLevels>;
using AnyTable = std::variant<StateTable, LevelTable>;

AnyDistinctStates distinct_states(const StatesView& states);
/// The table of these states and symbols, one each for every sample of `distinct`. Errors of the tables.
AnyTable table_of(const AnyDistinctStates& distinct, std::span<const Symbol> input, std::span<const Symbol> output,
                  std::span<const Contrast> contrasts);
int contrast_count(const AnyTable& table);

/// What is exchanged between samples in a permutation.
enum class Exchange {
  samples,          ///< single samples: for samples that are independent
  circular_shifts,  ///< time within each trial, by a number of steps of its own: keeps the dependence in time
  trials,           ///< whole trials, among those of the same length
};

/// How to permute N samples: source(random)[i] is the sample whose symbols sample i gets.
class Permutation {
 public:
  /// Among samples of equal `group` [N]; every order is equally likely.
  static Permutation within(std::span<const std::uint32_t> group);
  /// `trial` [N]: the trial of each sample, those of a trial side by side in the order of time; empty: all are one.
  /// DataError, naming sample and trial, if a trial is in two places; if no two trials have the same length (`trials`),
  /// or no trial has two samples (`circular_shifts`), since nothing could be exchanged.
  static Permutation of(Exchange exchange, std::size_t samples, std::span<const std::uint32_t> trial);

  /// [N], each sample once. Cost O(N).
  std::vector<std::uint32_t> source(RandomStream random) const;

 private:
  struct Range {
    std::size_t begin, size;  // of order_
  };
  Exchange exchange_ = Exchange::samples;
  std::vector<std::uint32_t> order_;             // [N] samples, those of a range side by side
  std::vector<Range> ranges_;                    // groups, or trials
  std::vector<std::vector<std::size_t>> alike_;  // of trials: the ranges of each length
};

/// N of N samples with replacement.
std::vector<std::uint32_t> with_replacement(std::size_t samples, RandomStream random);
/// As many trials as there are, with replacement, each with all its samples. Errors as Permutation::of for `trial`.
std::vector<std::uint32_t> trials_with_replacement(std::span<const std::uint32_t> trial, RandomStream random);

/// The symbols of the samples `source`.
std::vector<Symbol> symbols_of(std::span<const Symbol> symbols, std::span<const std::uint32_t> source);
/// The distinct states of the samples `source`, given those of all samples; cost O(N + M W).
DistinctStates states_of(const DistinctStates& distinct, std::span<const std::uint32_t> source);
/// The table of the samples `source`: states and symbols together.
AnyTable table_of(const RelaySamples& samples, const AnyDistinctStates& distinct,
                  std::span<const std::uint32_t> source);

}  // namespace inforelay
