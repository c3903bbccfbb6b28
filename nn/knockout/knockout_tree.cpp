#include "nn/knockout/knockout_tree.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numeric>

#include "core/parallel.hpp"

namespace inforelay {
namespace {

using namespace knockout_kernels;

constexpr int leaf_positions = static_cast<int>(leaf_neurons);
constexpr int positions_per_level = 3;
constexpr std::size_t samples_per_chunk = 1024;
// Enough blocks to keep many cores busy, while entering a block (O(N)) costs little beside working on it.
constexpr int least_block_neurons = 5;
// A block is at most 2^13 sets: 13 ms at most with K = 24. Larger blocks would take a second and more, which hundreds
// of ranks could not share evenly.
constexpr int most_levels = 2;
// Limits of the 32-bit sums and of the leaf's 16-bit sums.
constexpr std::int64_t sum_limit = std::int64_t{1} << 29;
constexpr std::int64_t leaf_limit = std::int64_t{65000} << leaf_shift;
// The terms' sums are off by up to K: less than a unit of the tree.
constexpr int least_shift = 6;
static_assert(NeuronSet::max_neurons <= 1 << least_shift);

int above_leaf(int neurons) { return std::max(neurons - leaf_positions, 0); }

int levels_of(int neurons) {
  return std::clamp((above_leaf(neurons) - least_block_neurons) / positions_per_level, 0, most_levels);
}

int block_neurons_of(int neurons) { return above_leaf(neurons) - levels_of(neurons) * positions_per_level; }

// Neurons by rising mean |term|; of equals, the higher index first.
std::vector<int> by_rising_magnitude(const KnockoutTerms& terms) {
  std::vector<double> magnitude(static_cast<std::size_t>(terms.neurons()), 0.0);
  for (Eigen::Index i = 0; i < terms.term.rows(); ++i) {
    const double unit = std::ldexp(1.0, -terms.exponent[static_cast<std::size_t>(i)]);
    for (int k = 0; k < terms.neurons(); ++k) {
      magnitude[static_cast<std::size_t>(k)] += std::abs(static_cast<double>(terms.term(i, k))) * unit;
    }
  }
  std::vector<int> order(magnitude.size());
  std::iota(order.rbegin(), order.rend(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return magnitude[static_cast<std::size_t>(a)] < magnitude[static_cast<std::size_t>(b)];
  });
  return order;
}

// sets[number] of all numbers of `count` bits, bit j of which is neuron neurons[j].
std::vector<std::uint32_t> sets_of_numbers(std::span<const int> neurons) {
  std::vector<std::uint32_t> sets{0};
  for (const int neuron : neurons) {
    const std::size_t half = sets.size();
    for (std::size_t i = 0; i < half; ++i) sets.push_back(sets[i] | 1u << neuron);
  }
  return sets;
}

// Sums of the terms that are kept, for every set of them knocked out: sums[knocked], bit j is terms[j].
template <std::size_t Count>
std::array<std::int64_t, std::size_t{1} << Count> kept_sums(const std::array<std::int64_t, Count>& terms) {
  std::array<std::int64_t, std::size_t{1} << Count> sums{};
  sums[0] = std::accumulate(terms.begin(), terms.end(), std::int64_t{0});
  for (std::size_t knocked = 1; knocked < sums.size(); ++knocked) {
    const auto lowest = static_cast<std::size_t>(std::countr_zero(knocked));
    sums[knocked] = sums[knocked & (knocked - 1)] - terms[lowest];
  }
  return sums;
}

// The finest units of 2^shift, not finer than 2^least_shift, in which a sample's sums fit into the tree's 32 and 16
// bits.
int fitting_shift(std::int64_t total, std::int64_t leaf_range) {
  int shift = least_shift;
  while (total >> shift >= sum_limit || leaf_range >> shift >= leaf_limit) ++shift;
  return shift;
}

}  // namespace

KnockoutTree::KnockoutTree(const KnockoutTerms& terms, std::span<const Symbol> group, int groups)
    : terms_(terms), groups_(groups), order_(by_rising_magnitude(terms)) {
  const int neurons = terms.neurons();
  assert(1 <= neurons && neurons < NeuronSet::max_neurons && group.size() == terms.samples());
  levels_ = levels_of(neurons);
  block_neurons_ = block_neurons_of(neurons);
  // At most a floor for the first sum, each neuron, and the leaf's range; and the error of the terms' sum.
  margin_ = neurons + 3;

  const std::span<const int> positions(order_);
  const auto split = positions.size() - static_cast<std::size_t>(block_neurons_);
  set_within_block_ = sets_of_numbers(positions.first(split));
  set_of_block_ = sets_of_numbers(positions.subspan(split));

  std::vector<std::vector<std::uint32_t>> members(static_cast<std::size_t>(groups));
  for (std::size_t i = 0; i < group.size(); ++i) members[group[i]].push_back(static_cast<std::uint32_t>(i));
  for (int g = 0; g < groups; ++g) {
    const auto& samples = members[static_cast<std::size_t>(g)];
    for (std::size_t block = 0; block < BlockRange::count(samples_per_chunk, samples.size()); ++block) {
      const BlockRange range(block, samples_per_chunk, samples.size());
      Chunk chunk;
      chunk.group = g;
      chunk.samples.assign(samples.begin() + static_cast<std::ptrdiff_t>(range.begin),
                           samples.begin() + static_cast<std::ptrdiff_t>(range.end));
      chunks_.push_back(std::move(chunk));
    }
  }
  parallel_blocks(chunks_.size(), [&](std::size_t c) { fill(chunks_[c]); });
}

std::size_t KnockoutTree::blocks(int neurons) { return std::size_t{1} << block_neurons_of(neurons); }

std::int64_t KnockoutTree::term(std::size_t sample, int position) const {
  if (position >= terms_.neurons()) return 0;
  return terms_.term(static_cast<Eigen::Index>(sample), order_[static_cast<std::size_t>(position)]);
}

void KnockoutTree::fill(Chunk& chunk) const {
  const std::size_t n = chunk.samples.size();
  chunk.first_sum.resize(n);
  chunk.block_terms.resize(n * static_cast<std::size_t>(block_neurons_));
  chunk.on_above.resize(n);
  chunk.off_up_to.resize(n);
  chunk.steps.resize(static_cast<std::size_t>(levels_));  // not assign(): GCC 13 and 14 warn of bounds that hold
  for (std::vector<Step>& steps : chunk.steps) steps.resize(n);
  chunk.leaf.resize(n);
  for (std::size_t i = 0; i < n; ++i) fill(chunk, i);
}

void KnockoutTree::fill(Chunk& chunk, std::size_t i) const {
  const std::size_t sample = chunk.samples[i];
  const int positions = std::max(terms_.neurons(), leaf_positions);

  std::array<std::int64_t, leaf_neurons> leaf_terms{};
  std::int64_t leaf_lowest = 0, leaf_range = 0, total = std::abs(terms_.base[sample]);
  for (int position = 0; position < positions; ++position) {
    const std::int64_t value = term(sample, position);
    total += std::abs(value);
    if (position >= leaf_positions) continue;
    leaf_terms[static_cast<std::size_t>(position)] = value;
    leaf_lowest += std::min<std::int64_t>(value, 0);
    leaf_range += std::abs(value);
  }
  const int shift = fitting_shift(total, leaf_range);
  // Shifting right rounds down, also below 0.
  const auto rounded = [&](std::int64_t value) { return static_cast<std::int32_t>(value >> shift); };

  const auto leaf_sums = kept_sums(leaf_terms);
  for (std::size_t set = 0; set < leaf_sets; ++set) {
    const std::int64_t above_lowest = (leaf_sums[set] - leaf_lowest) >> (shift + leaf_shift);
    chunk.leaf[i].sum[set] = static_cast<std::int16_t>(above_lowest - leaf_offset);
  }
  chunk.first_sum[i] = rounded(terms_.base[sample] + leaf_lowest);

  // What the neurons not yet decided can still subtract and add; the leaf's lowest sum is in first_sum already.
  std::int32_t lowest = 0, highest = rounded(leaf_range) + margin_;
  for (int level = 0; level < levels_; ++level) {
    Step& step = chunk.steps[static_cast<std::size_t>(level)][i];
    step.on_above = -lowest;
    step.off_up_to = -highest;
    std::array<std::int64_t, positions_per_level> step_terms{};
    for (int j = 0; j < positions_per_level; ++j) {
      const std::int32_t value = rounded(term(sample, leaf_positions + level * positions_per_level + j));
      step_terms[static_cast<std::size_t>(j)] = value;
      lowest += std::min(value, 0);
      highest += std::max(value, 0);
    }
    const auto sums = kept_sums(step_terms);
    std::transform(sums.begin(), sums.end(), step.add.begin(), [](auto sum) { return static_cast<std::int32_t>(sum); });
  }
  chunk.on_above[i] = -lowest;
  chunk.off_up_to[i] = -highest;
  for (int j = 0; j < block_neurons_; ++j) {
    const int position = leaf_positions + levels_ * positions_per_level + j;
    chunk.block_terms[static_cast<std::size_t>(j) * chunk.samples.size() + i] = rounded(term(sample, position));
  }
}

// What the traversal of one chunk for one block needs.
struct KnockoutTree::Walk {
  const Chunk& chunk;
  std::size_t block;
  std::uint32_t* counts;                            // of the chunk's group, [2^(7 + 3 levels)]
  std::vector<std::vector<Candidate>>& candidates;  // room for those of each level's children, from level 1
  std::vector<CloseSets>& close;                    // room for the leaves'
};

RowMatrix<std::uint32_t> KnockoutTree::count_on(std::size_t block) const {
  const auto columns = std::max(sets_per_block(), leaf_sets);
  RowMatrix<std::uint32_t> counts = RowMatrix<std::uint32_t>::Zero(groups_, static_cast<Eigen::Index>(columns));
  std::vector<std::vector<Candidate>> candidates(static_cast<std::size_t>(std::max(levels_ - 1, 0)));
  for (auto& room : candidates) room.resize(children * (samples_per_chunk + 1));
  std::vector<CloseSets> close(children * samples_per_chunk);
  for (const Chunk& chunk : chunks_) {
    Walk walk{chunk, block, counts.row(chunk.group).data(), candidates, close};
    enter_block(walk);
  }
  counts.conservativeResize(Eigen::NoChange, static_cast<Eigen::Index>(sets_per_block()));
  return counts;
}

// Decides the block's own neurons.
void KnockoutTree::enter_block(Walk& walk) const {
  const Chunk& chunk = walk.chunk;
  const std::size_t n = chunk.samples.size();
  std::vector<std::int32_t> sums = chunk.first_sum;
  for (int j = 0; j < block_neurons_; ++j) {
    if (walk.block >> j & 1u) continue;
    const std::int32_t* terms = chunk.block_terms.data() + static_cast<std::size_t>(j) * n;
    for (std::size_t i = 0; i < n; ++i) sums[i] += terms[i];
  }
  std::uint32_t on = 0;
  std::vector<Candidate> undecided;
  for (std::size_t i = 0; i < n; ++i) {
    if (sums[i] > chunk.on_above[i]) {
      ++on;
    } else if (sums[i] > chunk.off_up_to[i]) {
      undecided.push_back({sums[i], static_cast<std::uint32_t>(i)});
    }
  }
  if (levels_ > 0) return visit(walk, levels_ - 1, undecided.data(), undecided.size(), on, 0);
  const std::size_t close =
      count_leaf(undecided.data(), undecided.size(), margin_, chunk.leaf.data(), on, walk.counts, walk.close.data());
  look_closely(walk, close, 0);
}

// `on` samples are on in all sets below this node, whose first column is `column`.
void KnockoutTree::visit(Walk& walk, int level, const Candidate* candidates, std::size_t n, std::uint32_t on,
                         std::size_t column) const {
  const std::size_t child_sets = leaf_sets << (level * positions_per_level);
  if (n == 0) {
    for (std::size_t set = 0; set < child_sets * children; ++set) walk.counts[column + set] += on;
    return;
  }
  const Step* steps = walk.chunk.steps[static_cast<std::size_t>(level)].data();
  if (level == 0) {
    const std::size_t close = count_leaves(candidates, n, steps, margin_, walk.chunk.leaf.data(), on,
                                           walk.counts + column, walk.close.data());
    return look_closely(walk, close, column);
  }
  constexpr std::size_t stride = samples_per_chunk + 1;
  Candidate* out = walk.candidates[static_cast<std::size_t>(level - 1)].data();
  std::array<std::uint32_t, children> length, child_on;
  expand(candidates, n, steps, out, stride, length, child_on);
  for (std::size_t child = 0; child < children; ++child) {
    visit(walk, level - 1, out + child * stride, length[child], on + child_on[child], column + child * child_sets);
  }
}

// Adds up the exact terms if the rounded ones are too close to decide.
void KnockoutTree::look_closely(Walk& walk, std::size_t n, std::size_t first_column) const {
  for (const CloseSets& close : std::span(walk.close).first(n)) {
    const std::size_t sample = walk.chunk.samples[close.sample];
    for (std::size_t word = 0; word < close.sets.size(); ++word) {
      for (std::uint64_t rest = close.sets[word]; rest != 0; rest &= rest - 1) {
        const std::size_t column =
            first_column + close.child * leaf_sets + word * 64 + static_cast<std::size_t>(std::countr_zero(rest));
        if (column >= sets_per_block()) break;  // K < 7: these columns are not sets
        walk.counts[column] += terms_.on(sample, set(walk.block, column)) ? 1u : 0u;
      }
    }
  }
}

}  // namespace inforelay
