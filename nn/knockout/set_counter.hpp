// Counting, set by set, the samples for which outputs are on: what the methods that walk through the sets one after
// another have in common.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/recording.hpp"
#include "core/sets/neuron_set.hpp"

namespace inforelay {

/// Counts of all outputs for runs of sets. May be used from several threads.
class SetCounter {
 public:
  virtual ~SetCounter() = default;

  /// Of the 2^free sets that hold the neurons of `fixed` and any of the first `free` neurons, which are not in `fixed`:
  /// the number of samples of each label for which output c is on, [L, 2^free C], L possible
  /// labels; column set C + c, bit k of `set` is
  /// neuron k. The counts of a set do not depend on the others. Throws Interrupted, ComputeError.
  virtual RowMatrix<std::uint32_t> count(NeuronSet fixed, int free, const Progress& progress) const = 0;
};

/// Samples of one label, which go through the loops side by side.
template <std::size_t Size>
struct SampleTile {
  Symbol label;
  std::uint32_t count;                      ///< in [1,Size]
  std::array<std::uint32_t, Size> samples;  ///< beyond count: the first one again
};

/// All samples in tiles, label by label; labels [N] in [0,possible).
template <std::size_t Size>
std::vector<SampleTile<Size>> tiles_by_label(std::span<const Symbol> labels, int possible) {
  std::vector<std::vector<std::uint32_t>> members(static_cast<std::size_t>(possible));
  for (std::size_t i = 0; i < labels.size(); ++i) members[labels[i]].push_back(static_cast<std::uint32_t>(i));
  std::vector<SampleTile<Size>> tiles;
  for (std::size_t label = 0; label < members.size(); ++label) {
    for (std::size_t begin = 0; begin < members[label].size(); begin += Size) {
      SampleTile<Size> tile{.label = static_cast<Symbol>(label), .count = 0, .samples = {}};
      tile.samples.fill(members[label][begin]);
      while (tile.count < Size && begin + tile.count < members[label].size()) {
        tile.samples[tile.count] = members[label][begin + tile.count];
        ++tile.count;
      }
      tiles.push_back(tile);
    }
  }
  return tiles;
}

}  // namespace inforelay
