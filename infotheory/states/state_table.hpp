// The samples of an analysis, collapsed to their distinct hidden states: all that relay information needs to know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/recording.hpp"
#include "infotheory/information/n_log_n.hpp"

namespace inforelay {

/// How the samples of one state stand to one class c: X_in = [label = c], X_out = [prediction = c].
struct ClassCounts {
  std::uint32_t label;       ///< a: samples with label c
  std::uint32_t prediction;  ///< b: samples with prediction c
  std::uint32_t both;        ///< ab: samples with label c and prediction c
};

/// M distinct hidden states, ascending, with their counts. Memory: words [M], counts [M], class counts [C,M], so
/// 8 + 12 C bytes a state (the authors' networks have 1,400 to 6,300), and NLogN's 8 bytes a sample.
class StateTable {
 public:
  /// Classes above 255 all become 255.
  static std::vector<std::uint8_t> as_bytes(std::span<const Symbol> classes) {
    std::vector<std::uint8_t> bytes;
    for (const Symbol cls : classes) bytes.push_back(static_cast<std::uint8_t>(cls < 255 ? cls : 255));
    return bytes;
  }
  /// states [N], bit k = neuron k; labels [N] and predictions [N], each in [0,C). Sorts: O(N log N).
  /// UsageError where N = 0 or N >= 2^31, lengths differ, K is not in [1,32], C not in [1,256], a state has a bit at or
  /// above K, or a label or prediction is not below C.
  StateTable(std::span<const StateWord> states, std::span<const Symbol> labels, std::span<const Symbol> predictions,
             int neurons, int classes)
      : StateTable(states, as_bytes(labels), as_bytes(predictions), neurons, classes) {}
  StateTable(std::span<const StateWord> states, std::span<const std::uint8_t> labels,
             std::span<const std::uint8_t> predictions, int neurons, int classes);

  std::uint32_t sample_count() const { return n_log_n_.max_count(); }  ///< N
  int neuron_count() const { return neurons_; }                        ///< K
  int class_count() const { return classes_; }                         ///< C
  std::size_t size() const { return words_.size(); }                   ///< M

  std::span<const StateWord> words() const { return words_; }        ///< [M], ascending, distinct
  std::span<const std::uint32_t> counts() const { return counts_; }  ///< [M], each >= 1, sum N
  std::span<const ClassCounts> class_counts(int cls) const;          ///< [M] of class cls in [0,C)
  const NLogN& n_log_n() const { return n_log_n_; }                  ///< for counts in [0,N]

  /// M. Near N, conditional information is mostly erased by undersampling: see singleton_fraction().
  std::size_t occupied_states() const { return size(); }
  /// Fraction of the samples that are alone in their state, in [0,1].
  double singleton_fraction() const;
  /// Plug-in entropy of the states in bits, in [0, log2 M].
  double entropy_bits() const;

 private:
  int neurons_;
  int classes_;
  std::vector<StateWord> words_;           // [M]
  std::vector<std::uint32_t> counts_;      // [M]
  std::vector<ClassCounts> class_counts_;  // [C,M]
  NLogN n_log_n_;
};

}  // namespace inforelay
