#include "infotheory/temporal/set_information.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/information/n_log_n.hpp"

namespace inforelay {
namespace {

// An occupied cell: samples of one state, one c and one a.
struct Cell {
  StateWord word;
  Symbol c, a;
  std::uint32_t count;

  std::uint32_t symbols() const { return std::uint32_t{c} << 16 | a; }
};

bool before(const Cell& x, const Cell& y) { return x.word != y.word ? x.word < y.word : x.symbols() < y.symbols(); }

// Cells of equal word and symbols become one.
void merge_equal(std::vector<Cell>& cells) {
  std::sort(cells.begin(), cells.end(), before);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    Cell& last = cells[kept];
    if (i == 0) continue;
    if (cells[i].word == last.word && cells[i].symbols() == last.symbols())
      last.count += cells[i].count;
    else
      cells[++kept] = cells[i];
  }
  cells.resize(kept + 1);
}

// N times H(a,c) - H(c) - (H(a,B,c) - H(B,c)) in the units of ExactNLogN is the sum of n log2 n over the cells of
// (a,B,c) less that over the cells of (B,c), less the same without B.
std::uint64_t within(const std::vector<Cell>& cells, const ExactNLogN& f) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < cells.size();) {
    std::uint32_t joint = 0;
    const Cell& first = cells[i];
    for (; i < cells.size() && cells[i].word == first.word && cells[i].c == first.c; ++i) {
      sum += f(cells[i].count);
      joint += cells[i].count;
    }
    sum -= f(joint);
  }
  return sum;
}

class SetInformation {
 public:
  SetInformation(std::span<const StateWord> words, int units, std::span<const Symbol> a, std::span<const Symbol> c)
      : n_log_n_(checked_samples(words, a, c), ExactNLogN::extra_bits_of(occurring(a))) {
    check_range("information of sets: units", units, 1, NeuronSet::max_neurons);
    const StateWord all = NeuronSet::all(units).bits();
    for (std::size_t i = 0; i < words.size(); ++i) cells_.push_back({words[i] & all, c[i], a[i], 1});
    merge_equal(cells_);
    given_none_ = sum_of(NeuronSet());
  }

  double bits(NeuronSet set) const { return n_log_n_.bits(sum_of(set) - given_none_); }

 private:
  static std::uint32_t checked_samples(std::span<const StateWord> words, std::span<const Symbol> a,
                                       std::span<const Symbol> c) {
    if (a.size() != words.size() || c.size() != words.size())
      throw UsageError("information of sets: {} and {} symbols for {} states, expected one for each", a.size(),
                       c.size(), words.size());
    check_range("information of sets: the number of samples", words.size(), 1, 0x7FFFFFFF);
    return static_cast<std::uint32_t>(words.size());
  }

  // The symbols that occur: the information is at most the logarithm of their number. c only conditions.
  static std::uint64_t occurring(std::span<const Symbol> symbols) {
    std::vector<bool> seen(std::size_t{std::numeric_limits<Symbol>::max()} + 1);
    std::uint64_t count = 0;
    for (const Symbol symbol : symbols) {
      if (!seen[symbol]) ++count;
      seen[symbol] = true;
    }
    return count;
  }

  std::uint64_t sum_of(NeuronSet set) const {
    std::vector<Cell> cells = cells_;
    for (Cell& cell : cells) cell.word &= set.bits();
    merge_equal(cells);
    return within(cells, n_log_n_);
  }

  ExactNLogN n_log_n_;
  std::vector<Cell> cells_;
  std::uint64_t given_none_ = 0;
};

}  // namespace

std::vector<double> information_of_sets_bits(std::span<const StateWord> words, int units, std::span<const Symbol> a,
                                             std::span<const Symbol> c, std::span<const NeuronSet> sets,
                                             Progress& progress) {
  const SetInformation information(words, units, a, c);
  for (const NeuronSet set : sets) check_inside("information of sets", set, units);
  constexpr std::size_t block_sets = 64;
  std::vector<double> bits(sets.size());
  parallel_blocks(
      BlockRange::count(block_sets, sets.size()),
      [&](std::size_t block) {
        const BlockRange range(block, block_sets, sets.size());
        for (std::size_t i = range.begin; i < range.end; ++i) bits[i] = information.bits(sets[i]);
      },
      progress);
  return bits;
}

std::vector<double> information_of_sets_bits(std::span<const StateWord> words, int units, std::span<const Symbol> a,
                                             std::span<const Symbol> c, Progress& progress) {
  check_range("information of all sets: units", units, 1, NeuronSet::max_exhaustive_neurons);
  std::vector<NeuronSet> sets;
  for (std::uint32_t bits = 0; bits < std::uint32_t{1} << units; ++bits) sets.emplace_back(bits);
  return information_of_sets_bits(words, units, a, c, sets, progress);
}

}  // namespace inforelay
