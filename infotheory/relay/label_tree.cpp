#include "infotheory/relay/label_tree.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace inforelay::detail {

StateSuffixes::StateSuffixes(const LevelTable& table, std::span<const int> order)
    : level_(order.size()), next_(order.size()), first_(table.size(), 0) {
  const RowMatrix<std::uint8_t>& states = table.states();
  // From the last unit back: first_ holds the suffixes at depth d + 1, then those at depth d.
  std::vector<std::uint64_t> keys(table.size()), distinct;
  for (std::size_t d = order.size(); d-- > 0;) {
    for (std::size_t m = 0; m < keys.size(); ++m)
      keys[m] = std::uint64_t{states(static_cast<Eigen::Index>(m), order[d])} << 32 | first_[m];
    distinct = keys;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    for (const std::uint64_t key : distinct) {
      level_[d].push_back(static_cast<std::uint8_t>(key >> 32));
      next_[d].push_back(static_cast<std::uint32_t>(key));
    }
    for (std::size_t m = 0; m < keys.size(); ++m)
      first_[m] =
          static_cast<std::uint32_t>(std::lower_bound(distinct.begin(), distinct.end(), keys[m]) - distinct.begin());
  }
}

std::vector<LabelRow> merged_rows(std::vector<LabelRow> rows) {
  std::sort(rows.begin(), rows.end(), [](const LabelRow& x, const LabelRow& y) { return x.key < y.key; });
  std::size_t kept = 0;
  for (const LabelRow& row : rows) {
    if (kept > 0 && rows[kept - 1].key == row.key)
      rows[kept - 1].count += row.count;
    else
      rows[kept++] = row;
  }
  rows.resize(kept);
  return rows;
}

LabelSum label_sum(std::span<const LabelRow> rows, const std::uint64_t* f) {
  LabelSum sum;
  for (std::size_t i = 0; i < rows.size();) {
    const std::uint32_t suffix = rows[i].suffix();
    std::uint32_t samples = 0;
    for (; i < rows.size() && rows[i].suffix() == suffix; ++i) {
      sum.entropy -= f[rows[i].count];
      ++sum.cells;
      samples += rows[i].count;
    }
    sum.entropy += f[samples];
    --sum.cells;
  }
  return sum;
}

void LabelTree::run(const StateSuffixes& suffixes, std::span<const LabelRow> rows, std::size_t labels,
                    const std::uint64_t* f, int leaf_bits, StateWord path, LabelSums& sums) {
  assert(1 <= leaf_bits && leaf_bits <= suffixes.depth() && !rows.empty());
  suffixes_ = &suffixes;
  f_ = f;
  sums_ = &sums;
  sums.entropy.assign(std::size_t{1} << leaf_bits, 0);
  sums.cells.assign(std::size_t{1} << leaf_bits, 0);
  counts_.assign(labels, 0);
  arena_.assign(rows.begin(), rows.end());
  groups_.clear();

  LabelSum settled;
  enter({0, arena_.size()}, settled);
  std::size_t begin = 0, end = groups_.size();
  const int above = suffixes.depth() - leaf_bits;
  for (int depth = 0; depth < above; ++depth) {
    decide(begin, end, depth, (path >> (above - 1 - depth) & 1u) != 0, settled);
    begin = end;
    end = groups_.size();
  }
  descend(begin, end, above, settled, 0);
}

// The rows are at the end of the arena; they stay there only if the group does.
void LabelTree::enter(Group group, LabelSum& settled) {
  const LabelRow* const rows = arena_.data();
  if (rows[group.begin].suffix() == rows[group.end - 1].suffix()) {
    const LabelSum part =
        label_sum(std::span<const LabelRow>(arena_).subspan(group.begin, group.end - group.begin), f_);
    settled.entropy += part.entropy;
    settled.cells += part.cells;
  } else {
    const std::uint32_t label = rows[group.begin].label();
    std::size_t i = group.begin + 1;
    while (i < group.end && rows[i].label() == label) ++i;
    if (i < group.end) {
      groups_.push_back(group);
      return;
    }
  }
  arena_.resize(group.begin);
}

void LabelTree::decide(std::size_t begin, std::size_t end, int depth, bool marginalise, LabelSum& settled) {
  for (std::size_t g = begin; g < end; ++g) {
    const Group group = groups_[g];
    runs_.clear();
    for (std::size_t i = group.begin; i < group.end;) {
      const std::uint8_t level = suffixes_->level(depth, arena_[i].suffix());
      const std::size_t run = arena_.size();
      for (; i < group.end && suffixes_->level(depth, arena_[i].suffix()) == level; ++i) {
        const LabelRow row = arena_[i];
        arena_.push_back({std::uint64_t{suffixes_->next(depth, row.suffix())} << 32 | row.label(), row.count});
      }
      if (marginalise)
        runs_.push_back({run, arena_.size()});
      else
        enter({run, arena_.size()}, settled);
    }
    if (marginalise) enter(merge_runs(runs_), settled);
  }
}

// Adjacent runs at the end of the arena, merged there into one.
LabelTree::Group LabelTree::merge_runs(std::vector<Group>& runs) {
  const std::size_t first = runs.front().begin;
  while (runs.size() > 1) {
    // One round of merging pairs, behind the runs; then moved to their place.
    const std::size_t from = arena_.size();
    std::size_t merged = 0;
    for (std::size_t r = 0; r < runs.size(); r += 2) {
      const std::size_t to = arena_.size();
      std::size_t x = runs[r].begin;
      const std::size_t x_end = runs[r].end;
      if (r + 1 < runs.size()) {
        std::size_t y = runs[r + 1].begin;
        const std::size_t y_end = runs[r + 1].end;
        while (x < x_end && y < y_end) {
          LabelRow row = arena_[x].key <= arena_[y].key ? arena_[x] : arena_[y];
          if (arena_[x].key == arena_[y].key) {
            row.count += arena_[y].count;
            ++x, ++y;
          } else {
            ++(row.key == arena_[x].key ? x : y);
          }
          arena_.push_back(row);
        }
        for (; y < y_end; ++y) arena_.push_back(LabelRow(arena_[y]));
      }
      for (; x < x_end; ++x) arena_.push_back(LabelRow(arena_[x]));
      runs[merged++] = {to - from + first, arena_.size() - from + first};
    }
    std::copy(arena_.begin() + static_cast<std::ptrdiff_t>(from), arena_.end(),
              arena_.begin() + static_cast<std::ptrdiff_t>(first));
    arena_.resize(first + arena_.size() - from);
    runs.resize(merged);
  }
  return {first, arena_.size()};
}

void LabelTree::descend(std::size_t begin, std::size_t end, int depth, LabelSum settled, std::size_t place) {
  const int left = suffixes_->depth() - depth;
  if (begin == end) {
    const std::size_t sets = std::size_t{1} << left;
    std::fill_n(sums_->entropy.begin() + static_cast<std::ptrdiff_t>(place), sets, settled.entropy);
    std::fill_n(sums_->cells.begin() + static_cast<std::ptrdiff_t>(place), sets, settled.cells);
    return;
  }
  if (left == 1) return decide_last(begin, end, settled, place);
  const std::size_t rows = arena_.size(), groups = groups_.size();
  for (const bool marginalise : {false, true}) {
    LabelSum below = settled;
    decide(begin, end, depth, marginalise, below);
    descend(groups, groups_.size(), depth + 1, below, place + (marginalise ? std::size_t{1} << (left - 1) : 0));
    arena_.resize(rows);
    groups_.resize(groups);
  }
}

// With the last unit kept, each run of rows of one suffix is a cell; with it marginalised, each group is.
void LabelTree::decide_last(std::size_t begin, std::size_t end, LabelSum settled, std::size_t place) {
  LabelSum kept = settled, marginal = settled;
  for (std::size_t g = begin; g < end; ++g) {
    const Group group = groups_[g];
    std::uint32_t samples = 0;
    std::uint64_t sum = 0, labels = 0;
    for (std::size_t i = group.begin; i < group.end;) {
      const std::uint32_t suffix = arena_[i].suffix();
      std::uint32_t in_run = 0;
      for (; i < group.end && arena_[i].suffix() == suffix; ++i) {
        const std::uint32_t count = arena_[i].count;
        std::uint32_t& of_label = counts_[arena_[i].label()];
        labels += of_label == 0 ? 1 : 0;
        sum -= f_[of_label];
        of_label += count;
        sum += f_[of_label];
        kept.entropy -= f_[count];
        ++kept.cells;
        in_run += count;
      }
      kept.entropy += f_[in_run];
      --kept.cells;
      samples += in_run;
    }
    for (std::size_t i = group.begin; i < group.end; ++i) counts_[arena_[i].label()] = 0;
    marginal.entropy += f_[samples] - sum;
    marginal.cells += labels - 1;
  }
  sums_->entropy[place] = kept.entropy;
  sums_->cells[place] = kept.cells;
  sums_->entropy[place + 1] = marginal.entropy;
  sums_->cells[place + 1] = marginal.cells;
}

}  // namespace inforelay::detail
