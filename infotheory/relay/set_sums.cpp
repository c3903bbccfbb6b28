#include "infotheory/relay/set_sums.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "infotheory/relay/exhaustive_tree.hpp"
#include "infotheory/relay/pair_sums.hpp"

namespace inforelay::detail {
namespace {

SetSum sum_of_cell(std::uint32_t count, const ContrastCounts& counts, const std::uint64_t* f) {
  return SumsCell(count, counts).information(f);
}

/// The samples of each suffix and value of a variable: a, b, or the pair of both. suffix_of(m): of state m.
template <class SuffixOf>
std::array<std::vector<LabelRow>, 3> label_rows(const NumberedPairs& pairs, const SuffixOf& suffix_of) {
  std::array<std::vector<LabelRow>, 3> rows;
  for (std::size_t m = 0; m + 1 < pairs.begin.size(); ++m) {
    const std::uint64_t suffix = std::uint64_t{suffix_of(m)} << 32;
    for (std::uint32_t i = pairs.begin[m]; i < pairs.begin[m + 1]; ++i) {
      const NumberedPairs::Entry& entry = pairs.entries[i];
      rows[0].push_back({suffix | entry.input, entry.count});
      rows[1].push_back({suffix | entry.output, entry.count});
      rows[2].push_back({suffix | entry.pair, entry.count});
    }
  }
  for (auto& each : rows) each = merged_rows(std::move(each));
  return rows;
}

SetSum sum_of_entropies(const LabelSum& a, const LabelSum& b, const LabelSum& both) {
  return {a.entropy, b.entropy, a.entropy + b.entropy - both.entropy, a.cells + b.cells - both.cells};
}

template <class SuffixOf>
SetSum sum_of_rows(const LevelTable& table, int contrast, const SuffixOf& suffix_of) {
  const auto rows = label_rows(NumberedPairs(table, contrast), suffix_of);
  const std::uint64_t* f = table.n_log_n().data();
  return sum_of_entropies(label_sum(rows[0], f), label_sum(rows[1], f), label_sum(rows[2], f));
}

/// A number for each state, equal for states of which neither is before the other -> [M].
template <class Before>
std::vector<std::uint32_t> groups_of(std::size_t states, const Before& before) {
  std::vector<std::uint32_t> order(states), group(states);
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), before);
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < states; ++i) {
    if (i > 0 && before(order[i - 1], order[i])) ++number;
    group[order[i]] = number;
  }
  return group;
}

std::vector<int> reversed(std::vector<int> list) {
  std::reverse(list.begin(), list.end());
  return list;
}

/// make(count, counts): the cell of a state.
template <class Cell, class Make>
void fill_states(const StateTable& table, const SetChunks& chunks, const Make& make,
                 std::vector<std::vector<RelayState<Cell>>>& states) {
  for (int c = 0; c < table.contrast_count(); ++c) {
    auto& of_contrast = states.emplace_back();
    of_contrast.reserve(table.size());
    for (std::size_t m = 0; m < table.size(); ++m)
      of_contrast.push_back(
          {chunks.to_tree(table.states().word(m)), make(table.counts()[m], table.contrast_counts(c)[m])});
    sort_by_word(of_contrast);
  }
}

}  // namespace

SetSum sum_given_none(const StateTable& table, int contrast) {
  ContrastCounts whole{0, 0, 0};
  for (const ContrastCounts& counts : table.contrast_counts(contrast)) {
    whole.input += counts.input;
    whole.output += counts.output;
    whole.both += counts.both;
  }
  return sum_of_cell(table.sample_count(), whole, table.n_log_n().data());
}

SetSum sum_given_all(const StateTable& table, int contrast) {
  SetSum sum;
  const auto counts = table.contrast_counts(contrast);
  for (std::size_t m = 0; m < table.size(); ++m)
    sum += sum_of_cell(table.counts()[m], counts[m], table.n_log_n().data());
  return sum;
}

SetSum sum_given_none(const LevelTable& table, int contrast) {
  return sum_of_rows(table, contrast, [](std::size_t) { return std::uint32_t{0}; });
}

SetSum sum_given_all(const LevelTable& table, int contrast) {
  return sum_of_rows(table, contrast, [](std::size_t m) { return static_cast<std::uint32_t>(m); });
}

SetSum sum_given(const StateTable& table, int contrast, std::span<const int> units) {
  StateWord mask = 0;
  for (const int unit : units) mask |= StateWord{1} << unit;
  const auto word = [&](std::uint32_t m) { return table.states().word(m) & mask; };
  const std::vector<std::uint32_t> group =
      groups_of(table.size(), [&](std::uint32_t x, std::uint32_t y) { return word(x) < word(y); });
  struct Cell {
    std::uint32_t count = 0;
    ContrastCounts counts{0, 0, 0};
  };
  std::vector<Cell> cells(table.size());
  const auto counts = table.contrast_counts(contrast);
  for (std::size_t m = 0; m < table.size(); ++m) {
    Cell& cell = cells[group[m]];
    cell.count += table.counts()[m];
    cell.counts.input += counts[m].input;
    cell.counts.output += counts[m].output;
    cell.counts.both += counts[m].both;
  }
  SetSum sum;
  for (const Cell& cell : cells) {
    if (cell.count > 0) sum += sum_of_cell(cell.count, cell.counts, table.n_log_n().data());
  }
  return sum;
}

SetSum sum_given(const LevelTable& table, int contrast, std::span<const int> units) {
  const RowMatrix<std::uint8_t>& states = table.states();
  const std::vector<std::uint32_t> group = groups_of(table.size(), [&](std::uint32_t x, std::uint32_t y) {
    for (const int unit : units) {
      if (states(x, unit) != states(y, unit)) return states(x, unit) < states(y, unit);
    }
    return false;
  });
  return sum_of_rows(table, contrast, [&](std::size_t m) { return group[m]; });
}

BinarySetSums::BinarySetSums(const StateTable& table, const SetChunks& chunks, const SetSumNeeds& needs)
    : table_(table), chunks_(chunks), needs_(needs) {
  const auto from_counts = [&]<class Cell>(States<Cell>& states) {
    fill_states(
        table, chunks, [](std::uint32_t n, const ContrastCounts& of) { return Cell(n, of); }, states);
  };
  const auto from_ones = [&](std::uint32_t ContrastCounts::*ones, States<EntropyCell>& states) {
    fill_states(
        table, chunks, [ones](std::uint32_t n, const ContrastCounts& of) { return EntropyCell(n, of.*ones); }, states);
  };
  const bool narrow = table.sample_count() <= NarrowRelayCell::max_samples;
  if (needs.input_entropy + needs.output_entropy + needs.information + needs.cells > 2) {
    if (narrow)
      from_counts(narrow_sums_);
    else
      from_counts(wide_sums_);
    return;
  }
  if (needs.input_entropy) from_ones(&ContrastCounts::input, input_);
  if (needs.output_entropy) from_ones(&ContrastCounts::output, output_);
  if (needs.cells) from_counts(cells_);
  if (!needs.information) return;
  if (narrow)
    from_counts(narrow_);
  else
    from_counts(wide_);
}

SetSums BinarySetSums::compute(std::size_t chunk) const {
  if (!narrow_sums_.empty() || !wide_sums_.empty()) return compute_all(chunk);
  SetSums sums;
  run(input_, chunk, sums.input_entropy);
  run(output_, chunk, sums.output_entropy);
  run(narrow_, chunk, sums.information);
  run(wide_, chunk, sums.information);
  run(cells_, chunk, sums.cells);
  return sums;
}

SetSums BinarySetSums::compute_all(std::size_t chunk) const {
  thread_local std::vector<SetSum> found;
  run(narrow_sums_, chunk, found);
  run(wide_sums_, chunk, found);
  SetSums sums;
  const auto take = [&](bool needed, std::uint64_t SetSum::*quantity, std::vector<std::uint64_t>& values) {
    if (!needed) return;
    values.resize(found.size());
    std::transform(found.begin(), found.end(), values.begin(), [&](const SetSum& sum) { return sum.*quantity; });
  };
  take(needs_.input_entropy, &SetSum::input_entropy, sums.input_entropy);
  take(needs_.output_entropy, &SetSum::output_entropy, sums.output_entropy);
  take(needs_.information, &SetSum::information, sums.information);
  take(needs_.cells, &SetSum::cells, sums.cells);
  return sums;
}

template <class Cell>
void BinarySetSums::run(const States<Cell>& states, std::size_t chunk, std::vector<typename Cell::Sum>& totals) const {
  if (states.empty()) return;
  thread_local ExhaustiveTree<Cell> tree;
  totals.resize(std::size_t{1} << chunks_.leaf_bits());
  tree.run(states[static_cast<std::size_t>(chunks_.contrast_of(chunk))], table_.n_log_n().data(), chunks_.bits(),
           chunks_.leaf_bits(), chunks_.path_of(chunk), totals.data());
}

LevelSetSums::LevelSetSums(const LevelTable& table, const SetChunks& chunks, const SetSumNeeds& needs)
    : table_(table), chunks_(chunks), needs_(needs), suffixes_(table, reversed(chunks.unit_of_bit())) {
  const bool together = needs.information || needs.cells;
  const std::array<bool, 3> needed{needs.input_entropy || together, needs.output_entropy || together, together};
  for (int c = 0; c < table.contrast_count(); ++c) {
    const NumberedPairs pairs(table, c);
    const std::array<std::size_t, 3> labels{pairs.inputs, pairs.outputs, pairs.pairs};
    auto rows = label_rows(pairs, [this](std::size_t m) { return suffixes_.first(m); });
    auto& variables = variables_.emplace_back();
    for (std::size_t v = 0; v < 3; ++v) {
      if (needed[v]) variables[v] = {std::move(rows[v]), labels[v]};
    }
  }
}

SetSums LevelSetSums::compute(std::size_t chunk) const {
  thread_local LabelTree tree;
  thread_local std::array<LabelSums, 3> found;
  const auto& variables = variables_[static_cast<std::size_t>(chunks_.contrast_of(chunk))];
  for (std::size_t v = 0; v < 3; ++v) {
    if (!variables[v].rows.empty())
      tree.run(suffixes_, variables[v].rows, variables[v].labels, table_.n_log_n().data(), chunks_.leaf_bits(),
               chunks_.path_of(chunk), found[v]);
  }
  SetSums sums;
  if (needs_.input_entropy) sums.input_entropy = found[0].entropy;
  if (needs_.output_entropy) sums.output_entropy = found[1].entropy;
  if (!needs_.information && !needs_.cells) return sums;
  const std::size_t leaves = std::size_t{1} << chunks_.leaf_bits();
  sums.information.resize(leaves);
  sums.cells.resize(leaves);
  for (std::size_t i = 0; i < leaves; ++i) {
    const SetSum sum =
        sum_of_entropies({found[0].entropy[i], found[0].cells[i]}, {found[1].entropy[i], found[1].cells[i]},
                         {found[2].entropy[i], found[2].cells[i]});
    sums.information[i] = sum.information;
    sums.cells[i] = sum.cells;
  }
  return sums;
}

}  // namespace inforelay::detail
