// Hidden states of wide layers: one row of packed bits a sample, and the distinct rows with their counts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "infotheory/information/n_log_n.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay {

/// The binary states [N,K] of N samples and K neurons, a row in W = ceil(K/64) words; the bits past K are 0.
/// Memory: 8 N W bytes.
class BitStates {
 public:
  static constexpr int max_neurons = 4096;

  BitStates() = default;
  /// All 0. UsageError where K is not in [1,4096] or N not in [1,2^31).
  BitStates(std::size_t samples, int neurons);

  std::size_t sample_count() const { return samples_; }     ///< N
  int neuron_count() const { return neurons_; }             ///< K
  std::size_t words_per_sample() const { return stride_; }  ///< W
  /// [W]; bit k % 64 of word k / 64 is neuron k.
  std::span<const std::uint64_t> row(std::size_t sample) const { return {&words_[sample * stride_], stride_}; }
  bool bit(std::size_t sample, int neuron) const {
    const auto k = static_cast<std::size_t>(neuron);
    return (words_[sample * stride_ + k / 64] >> k % 64 & 1u) != 0;
  }
  /// Sets neuron k of one sample to 1.
  void set(std::size_t sample, int neuron) {
    const auto k = static_cast<std::size_t>(neuron);
    words_[sample * stride_ + k / 64] |= std::uint64_t{1} << k % 64;
  }
  /// Replaces the states of one sample by `row` [W].
  void assign(std::size_t sample, std::span<const std::uint64_t> row) {
    std::copy(row.begin(), row.end(), &words_[sample * stride_]);
  }
  bool operator==(const BitStates&) const = default;

  /// [N, ceil(K/8)]: bit k % 8 of byte k / 8 is neuron k, the bits past K are 0.
  RowMatrix<std::uint8_t> to_bytes() const;
  /// From such bytes. DataError where their number is not that of K neurons, or a bit past K is 1; UsageError as above.
  static BitStates from_bytes(const RowMatrix<std::uint8_t>& bytes, int neurons);

 private:
  std::size_t samples_ = 0, stride_ = 0;
  int neurons_ = 0;
  std::vector<std::uint64_t> words_;  // [N,W]
};

/// Bit k of sample n is [activations(n,k) > thresholds[k]], as binarize() has it for narrow layers. DataError for an
/// activation that is not finite (naming sample and neuron); UsageError where the thresholds are not K finite numbers,
/// K or N is out of range. Cost O(N K), parallel over samples.
BitStates bit_states(const RowMatrix<float>& activations, std::span<const double> thresholds);

/// The samples of an analysis, collapsed to their M distinct rows: what StateTable is for up to 32 neurons.
/// Memory: rows 8 M W, counts and class counts (4 + 12 C) M bytes, and NLogN's 8 bytes a sample.
class BitStateTable {
 public:
  /// labels [N] and predictions [N], each in [0,C). UsageError where lengths differ, C is not in [1,256], or a label or
  /// prediction is not below C. Cost O(N log N) comparisons of rows.
  BitStateTable(const BitStates& states, std::span<const Symbol> labels, std::span<const Symbol> predictions,
                int classes)
      : BitStateTable(states, StateTable::as_bytes(labels), StateTable::as_bytes(predictions), classes) {}
  BitStateTable(const BitStates& states, std::span<const std::uint8_t> labels,
                std::span<const std::uint8_t> predictions, int classes);

  std::uint32_t sample_count() const { return n_log_n_.max_count(); }  ///< N
  int neuron_count() const { return rows_.neuron_count(); }            ///< K
  int class_count() const { return classes_; }                         ///< C
  std::size_t size() const { return counts_.size(); }                  ///< M

  const BitStates& rows() const { return rows_; }                    ///< [M,K], distinct
  std::span<const std::uint32_t> counts() const { return counts_; }  ///< [M], each >= 1, sum N
  std::span<const ClassCounts> class_counts(int cls) const;          ///< [M] of class cls in [0,C)
  const NLogN& n_log_n() const { return n_log_n_; }                  ///< for counts in [0,N]

 private:
  int classes_;
  BitStates rows_;
  std::vector<std::uint32_t> counts_;      // [M]
  std::vector<ClassCounts> class_counts_;  // [C,M]
  NLogN n_log_n_;
};

/// How often each distinct row occurs -> [M], in no order that means anything; for occupancy(). O(N log N) comparisons.
std::vector<std::uint64_t> row_counts(const BitStates& states);

}  // namespace inforelay
