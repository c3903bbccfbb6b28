// The ranks of a function of all sets, and how well another predicts it: over all sets and for each size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/sets/neuron_set.hpp"

namespace inforelay {

/// The values of all 2^K sets with their ranks, among all sets and among those of the same size. Refers to the values.
/// Memory 9 bytes for each set.
class RankedTable {
 public:
  /// `values` [2^K], index = bits of the set. UsageError unless their number is 2^K, K in [1,24]; ComputeError for NaN.
  /// Cost O(2^K).
  explicit RankedTable(std::span<const float> values);

  int unit_count() const { return units_; }
  std::span<const float> values() const { return values_; }
  std::span<const std::uint8_t> sizes() const { return sizes_; }  ///< [2^K] units of each set
  /// Mid-ranks, each twice, among all sets and among those of the same size -> [2^K].
  std::span<const std::uint32_t> doubled_ranks() const { return ranks_; }
  std::span<const std::uint32_t> doubled_ranks_in_size() const { return ranks_in_size_; }

  /// The fraction of the sets of the same size that have a lower value, of equal ones (itself among them) half: in
  /// (0,1); 1/2 for a value that all share.
  double percentile_in_size(NeuronSet set) const;

 private:
  std::span<const float> values_;
  int units_;
  std::vector<std::uint8_t> sizes_;
  std::vector<std::uint32_t> ranks_, ranks_in_size_;
};

/// Of two functions, over the same sets. NaN where one of the two is constant.
struct Agreement {
  double spearman = 0;   ///< rank correlation
  double r_squared = 0;  ///< square of Pearson's r: of the least-squares line of one on the other
};

struct AgreementBySize {
  Agreement all;                   ///< over all 2^K sets
  std::vector<Agreement> of_size;  ///< [K+1] over the sets of each size
};

}  // namespace inforelay
