// Joint distributions of several discrete variables, kept as their occupied cells.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "infotheory/information/entropy.hpp"

namespace inforelay {

/// A value of a variable: a symbol, or a state of up to 32 binary units as one word.
using DiscreteValue = std::uint32_t;

/// A set of variables of a JointTable, by position; {0, 2} is the first and the third.
class VariableSet {
 public:
  static constexpr int max_variables = 64;

  constexpr VariableSet() = default;
  constexpr VariableSet(std::initializer_list<int> variables) {
    for (const int variable : variables) bits_ |= bit(variable);
  }
  /// {0, ..., n-1}. 0 <= n <= 64.
  static constexpr VariableSet all(int n) {
    assert(0 <= n && n <= max_variables);
    VariableSet set;
    set.bits_ = n == max_variables ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
    return set;
  }

  constexpr bool contains(int variable) const { return (bits_ & bit(variable)) != 0; }
  constexpr VariableSet operator|(VariableSet other) const {
    other.bits_ |= bits_;
    return other;
  }
  constexpr VariableSet without(int variable) const {
    VariableSet set = *this;
    set.bits_ &= ~bit(variable);
    return set;
  }
  constexpr bool operator==(const VariableSet&) const = default;

 private:
  static constexpr std::uint64_t bit(int variable) {
    assert(0 <= variable && variable < max_variables);
    return std::uint64_t{1} << variable;
  }
  std::uint64_t bits_ = 0;
};

/// The joint distribution of V variables, as M occupied cells in lexicographic order of their symbols. Its cells hold
/// counts (exact integers) or probabilities; only counts can be corrected for the number of samples.
class JointTable {
 public:
  /// Counts the rows of `columns`, V columns of N symbols each. Throws UsageError for no columns, more than 64, no
  /// samples, or columns of different lengths. Cost O(V N log N).
  static JointTable from_samples(std::span<const std::span<const DiscreteValue>> columns);
  static JointTable from_samples(std::initializer_list<std::span<const DiscreteValue>> columns);

  /// Dense arrays [shape[0], ..., shape[V-1]], last variable fastest; zeros are not kept. Throw UsageError if the
  /// length is not the product of the shape, if all counts are 0, and like entropy_bits for bad probabilities.
  static JointTable from_counts(std::span<const std::size_t> shape, std::span<const std::uint64_t> counts);
  static JointTable from_counts(std::initializer_list<std::size_t> shape, std::initializer_list<std::uint64_t> counts);
  static JointTable from_probabilities(std::span<const std::size_t> shape, std::span<const double> probabilities);
  static JointTable from_probabilities(std::initializer_list<std::size_t> shape,
                                       std::initializer_list<double> probabilities);

  /// Sparse: cells [M,V] of symbols, weights [M]; equal cells are added, zero weights dropped. Errors as for the dense.
  static JointTable from_cells(int variables, std::span<const DiscreteValue> cells,
                               std::span<const std::uint64_t> counts);
  static JointTable from_cells(int variables, std::span<const DiscreteValue> cells,
                               std::span<const double> probabilities);

  int variable_count() const { return variables_; }         ///< V
  std::size_t occupied() const { return weights_.size(); }  ///< M
  bool has_counts() const { return samples_ > 0; }
  std::uint64_t samples() const { return samples_; }  ///< N; 0 if the cells hold probabilities
  /// Symbols of cell m, [V].
  std::span<const DiscreteValue> cell(std::size_t m) const;
  /// Count or probability of cell m.
  double weight(std::size_t m) const { return weights_[m]; }

  /// Sums over the variables not in `keep`; those kept stay in their order. Throws UsageError for a variable >= V.
  /// An empty `keep` gives the one cell that holds everything. Cost O(V M log M).
  JointTable marginal(VariableSet keep) const;

  /// H of all variables together, bits. Throws UsageError for miller_madow on probabilities.
  double entropy_bits(EntropyEstimator estimator = EntropyEstimator::plug_in) const;
  /// H of the variables of `of`, bits; 0 for none.
  double entropy_bits(VariableSet of, EntropyEstimator estimator = EntropyEstimator::plug_in) const;

 private:
  JointTable(int variables, std::vector<DiscreteValue> cells, std::vector<double> weights, std::uint64_t samples);

  int variables_;
  std::vector<DiscreteValue> cells_;  // [M,V]
  std::vector<double> weights_;       // [M]; counts are exact below 2^53
  std::uint64_t samples_;
};

}  // namespace inforelay
