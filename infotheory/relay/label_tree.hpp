// Internal: H(X | B) of one variable X for all sets B, for units of any number of levels.
//
// As in exhaustive_tree.hpp, the units are decided one after the other: kept (part of B) or marginalised. Each state is
// represented by its suffix: its levels of the units that are not decided yet. Suffixes are numbered for each
// depth once, ascending, so that keeping a unit divides a group of states where the level of their suffix changes, and
// marginalising it merges these runs by their next suffix. A group of one suffix has its final contribution, and one in
// which X does not vary has none: both are dropped. All sums are integers in the fixed point of ExactNLogN.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "infotheory/states/level_table.hpp"

namespace inforelay::detail {

/// The states of a table as suffixes, for a given order of the units.
class StateSuffixes {
 public:
  /// order [K]: the unit decided first, second, ... Cost O(K M log M), memory 5 K M bytes at most.
  StateSuffixes(const LevelTable& table, std::span<const int> order);

  int depth() const { return static_cast<int>(level_.size()); }           ///< K
  std::uint32_t first(std::size_t state) const { return first_[state]; }  ///< suffix at depth 0
  std::uint8_t level(int depth, std::uint32_t suffix) const { return level_[static_cast<std::size_t>(depth)][suffix]; }
  std::uint32_t next(int depth, std::uint32_t suffix) const { return next_[static_cast<std::size_t>(depth)][suffix]; }

 private:
  std::vector<std::vector<std::uint8_t>> level_;  // [K][suffixes at this depth] level of the unit decided there
  std::vector<std::vector<std::uint32_t>> next_;  // [K][suffixes at this depth] suffix at the next depth
  std::vector<std::uint32_t> first_;              // [M]
};

/// Samples of one suffix and one value of X.
struct LabelRow {
  std::uint64_t key;  ///< suffix << 32 | value
  std::uint32_t count;

  std::uint32_t suffix() const { return static_cast<std::uint32_t>(key >> 32); }
  std::uint32_t label() const { return static_cast<std::uint32_t>(key); }
};

/// Rows in any order, those of equal key together, ascending.
std::vector<LabelRow> merged_rows(std::vector<LabelRow> rows);

/// N H(X|suffix), and the occupied cells of X and the suffix less those of the suffix.
struct LabelSum {
  std::uint64_t entropy = 0, cells = 0;
};
/// Of merged rows.
LabelSum label_sum(std::span<const LabelRow> rows, const std::uint64_t* f);

/// What all sets B of a subtree have: N H(X|B), and the occupied cells of (X,B) less those of B.
struct LabelSums {
  std::vector<std::uint64_t> entropy;  // [sets]
  std::vector<std::uint64_t> cells;    // [sets]
};

/// Reused from one subtree to the next, so that it allocates little.
class LabelTree {
 public:
  /// For the sets that share the decisions `path` on the first K - leaf_bits units: sums [2^leaf_bits], place i
  /// marginalises the units of path << leaf_bits | i and keeps the others; the top bit is the unit decided first.
  /// `rows` ascending, of values of X below `labels`; f: for all counts that occur; 1 <= leaf_bits <= K.
  void run(const StateSuffixes& suffixes, std::span<const LabelRow> rows, std::size_t labels, const std::uint64_t* f,
           int leaf_bits, StateWord path, LabelSums& sums);

 private:
  struct Group {
    std::size_t begin, end;  // of arena_
  };
  // Decides the unit of `depth` for the groups [begin,end) of groups_: adds the groups that are left to groups_, and
  // what is settled to `settled`.
  void decide(std::size_t begin, std::size_t end, int depth, bool marginalise, LabelSum& settled);
  void enter(Group group, LabelSum& settled);
  Group merge_runs(std::vector<Group>& runs);
  void descend(std::size_t begin, std::size_t end, int depth, LabelSum settled, std::size_t place);
  void decide_last(std::size_t begin, std::size_t end, LabelSum settled, std::size_t place);

  const StateSuffixes* suffixes_ = nullptr;
  const std::uint64_t* f_ = nullptr;
  LabelSums* sums_ = nullptr;
  std::vector<LabelRow> arena_;  // the rows of the nodes above the current one
  std::vector<Group> groups_, runs_;
  std::vector<std::uint32_t> counts_;  // [labels] scratch, all 0
};

}  // namespace inforelay::detail
