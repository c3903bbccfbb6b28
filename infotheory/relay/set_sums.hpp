// Internal: the sums from which the measures of all sets are computed, for the sets of a chunk.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "infotheory/relay/label_cell.hpp"
#include "infotheory/relay/label_tree.hpp"
#include "infotheory/relay/relay_cell.hpp"
#include "infotheory/relay/set_chunks.hpp"
#include "infotheory/relay/sums_cell.hpp"
#include "infotheory/states/level_table.hpp"
#include "infotheory/states/state_table.hpp"

namespace inforelay::detail {

/// With no unit kept, and with all. Cost O(M), O(E log E) of a LevelTable with E pairs of all states.
SetSum sum_given_none(const StateTable& table, int contrast);
SetSum sum_given_none(const LevelTable& table, int contrast);
SetSum sum_given_all(const StateTable& table, int contrast);
SetSum sum_given_all(const LevelTable& table, int contrast);
/// With these units kept, each once and in [0,K); K <= 32 of a StateTable. Cost O(M log M) comparisons of the units
/// more.
SetSum sum_given(const StateTable& table, int contrast, std::span<const int> units);
SetSum sum_given(const LevelTable& table, int contrast, std::span<const int> units);

/// Which of them are needed; the others are neither prepared nor computed.
struct SetSumNeeds {
  bool input_entropy = false, output_entropy = false, information = false, cells = false;
};

/// The sums of the leaves of a chunk -> [2^leaf_bits] each; of those that are not needed empty.
struct SetSums {
  std::vector<std::uint64_t> input_entropy, output_entropy, information, cells;
};

class SetSumSource {
 public:
  virtual ~SetSumSource() = default;
  virtual SetSums compute(std::size_t chunk) const = 0;
};

/// Of binary units and contrasts: a tree (exhaustive_tree.hpp) of each quantity, with what it needs of a cell; if more
/// than two are needed, one tree of all, which takes as long as two of these.
class BinarySetSums final : public SetSumSource {
 public:
  /// Refers to both. `chunks` with at least cube_bits.
  BinarySetSums(const StateTable& table, const SetChunks& chunks, const SetSumNeeds& needs);
  SetSums compute(std::size_t chunk) const override;

 private:
  template <class Cell>
  using States = std::vector<std::vector<RelayState<Cell>>>;  // [C][M] words in the tree's order, ascending; or empty

  template <class Cell>
  void run(const States<Cell>& states, std::size_t chunk, std::vector<typename Cell::Sum>& totals) const;
  SetSums compute_all(std::size_t chunk) const;

  const StateTable& table_;
  const SetChunks& chunks_;
  SetSumNeeds needs_;
  States<EntropyCell> input_, output_;
  States<NarrowRelayCell> narrow_;  // information, if N allows, else
  States<RelayCell> wide_;
  States<OccupancyCell> cells_;
  States<NarrowSumsCell> narrow_sums_;  // all of them, if more than two are needed
  States<SumsCell> wide_sums_;
};

/// Of units of several levels and contrasts of any symbols: H(a|B), H(b|B) and H(a,b|B) (label_tree.hpp). Memory: up
/// to 48 bytes for each pair of each state and contrast.
class LevelSetSums final : public SetSumSource {
 public:
  /// Refers to both.
  LevelSetSums(const LevelTable& table, const SetChunks& chunks, const SetSumNeeds& needs);
  SetSums compute(std::size_t chunk) const override;

 private:
  struct Variable {
    std::vector<LabelRow> rows;  // empty: not needed
    std::size_t labels = 0;
  };
  const LevelTable& table_;
  const SetChunks& chunks_;
  SetSumNeeds needs_;
  StateSuffixes suffixes_;
  std::vector<std::array<Variable, 3>> variables_;  // [C] a, b, (a,b)
};

}  // namespace inforelay::detail
