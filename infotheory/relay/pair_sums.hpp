// Internal: the information between X_in and X_out within a union of states, for any number of symbols.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "infotheory/states/level_table.hpp"

namespace inforelay::detail {

/// The pairs of each state of a LevelTable for one contrast, with a number for each pair that occurs at all.
struct NumberedPairs {
  struct Entry {
    Symbol input, output;
    std::uint32_t pair, count;
  };
  std::vector<std::uint32_t> begin;  // [M+1]
  std::vector<Entry> entries;        // those of state m: [begin[m], begin[m+1])
  std::size_t inputs, outputs, pairs = 0;

  NumberedPairs(const LevelTable& table, int contrast);
};

/// Adds states to a union and keeps track of n I(X_in; X_out) within it, in the fixed point of f:
/// f(n) - sum f(n_in) - sum f(n_out) + sum f(n_in,out).
class PairSums {
 public:
  PairSums(const NumberedPairs& numbered, const std::uint64_t* f)
      : numbered_(&numbered), f_(f), input_(numbered.inputs), output_(numbered.outputs), pair_(numbered.pairs) {}

  void add(std::size_t state) {
    for (std::uint32_t i = numbered_->begin[state]; i < numbered_->begin[state + 1]; ++i) {
      const NumberedPairs::Entry& entry = numbered_->entries[i];
      information_ += grow(samples_, entry.count) - grow(input_[entry.input], entry.count) -
                      grow(output_[entry.output], entry.count) + grow(pair_[entry.pair], entry.count);
    }
  }
  std::uint64_t information() const { return information_; }
  /// Takes a state out for good: after every state that was added, the union is empty again.
  void forget(std::size_t state) {
    for (std::uint32_t i = numbered_->begin[state]; i < numbered_->begin[state + 1]; ++i) {
      const NumberedPairs::Entry& entry = numbered_->entries[i];
      input_[entry.input] = output_[entry.output] = pair_[entry.pair] = 0;
    }
    samples_ = 0;
    information_ = 0;
  }

 private:
  std::uint64_t grow(std::uint32_t& count, std::uint32_t by) const {
    const std::uint64_t before = f_[count];
    count += by;
    return f_[count] - before;
  }

  const NumberedPairs* numbered_;
  const std::uint64_t* f_;
  std::vector<std::uint32_t> input_, output_, pair_;  // samples with each value; 0 unless a state was added
  std::uint32_t samples_ = 0;
  std::uint64_t information_ = 0;
};

/// N I(X_in; X_out | all units). Cost O(E) for the E pairs of all states.
std::uint64_t information_given_all(const LevelTable& table, int contrast);

}  // namespace inforelay::detail
