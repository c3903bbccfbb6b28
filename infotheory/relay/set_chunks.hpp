// Internal: all sets of units in chunks. Units are decided one after the other, kept or marginalised; the sets of a
// chunk share the decisions on the first few units.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/axes.hpp"
#include "core/sets/neuron_set.hpp"
#include "infotheory/states/level_table.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay::detail {

/// Units in the order in which they are decided: falling entropy. Units that hardly vary, decided last, leave small
/// groups, and groups of one are dropped. For the authors' full network on the test samples this takes less than half
/// the time of the order by index, for their composite four fifths. Any order gives the same result.
std::vector<int> decision_order(const StateTable& table);
std::vector<int> decision_order(const LevelTable& table);

/// Maps units to bits of the words of a tree, whose top bit is decided first, and numbers the chunks of each contrast.
/// If there are fewer units than `least_bits`, there are constant units in front; the leaves that keep all of these are
/// the sets.
class SetChunks {
 public:
  /// A chunk has 2^chunk_bits sets, or all sets of a contrast if there are fewer.
  SetChunks(std::vector<int> decision_order, int least_bits, int chunk_bits);

  int bits() const { return bits_; }            ///< of the words: max(K, least_bits)
  int leaf_bits() const { return leaf_bits_; }  ///< decided within a chunk
  int units() const { return static_cast<int>(unit_.size()); }
  const std::vector<int>& unit_of_bit() const { return unit_; }  ///< [K]
  StateWord to_tree(StateWord word) const;

  std::size_t per_contrast() const { return std::size_t{1} << (bits_ - leaf_bits_); }
  int contrast_of(std::size_t chunk) const { return static_cast<int>(chunk / per_contrast()); }
  /// The decisions of the chunk: bit 1 marginalises.
  StateWord path_of(std::size_t chunk) const { return static_cast<StateWord>(chunk % per_contrast()); }
  /// The units that all sets of the chunk marginalise.
  NeuronSet marginalised(std::size_t chunk) const { return NeuronSet(to_units(path_of(chunk) << leaf_bits_)); }
  NeuronSet free() const { return free_; }  ///< the units decided within a chunk

  /// The leaves that are sets, in ascending order of the units that they marginalise -> [2^|free|], and these units.
  const std::vector<std::uint32_t>& ascending() const { return ascending_; }
  StateWord units_of_leaf(std::uint32_t leaf) const { return sets_[leaf]; }

 private:
  StateWord to_units(StateWord moved) const;

  int bits_, leaf_bits_;
  std::vector<int> unit_;  // [K] unit of each bit
  NeuronSet free_;
  std::vector<StateWord> sets_;           // [2^|free|] the units of each leaf of a chunk
  std::vector<std::uint32_t> ascending_;  // [2^|free|] the leaves by their sets
};

}  // namespace inforelay::detail
