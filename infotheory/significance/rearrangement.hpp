// Samples drawn anew, for null distributions, bootstrap and subsampling.
//
// All are lists of sample numbers. Which list is drawn depends on the stream only, so a computation that gives
// rearrangement r the stream random.child(r) has the same result for any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay {

/// What relay information is computed from: states with the symbols of each sample. A view.
struct RelaySamples {
  const UnitStates& states;               ///< [N,K]
  std::span<const Symbol> input, output;  ///< [N]
  std::span<const Contrast> contrasts;    ///< [C]
};

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
StateTable table_of(const RelaySamples& samples, const DistinctStates& distinct, std::span<const std::uint32_t> source);

}  // namespace inforelay
