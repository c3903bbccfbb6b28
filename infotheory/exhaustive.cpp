#include "infotheory/exhaustive.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "fmt/format.h"
#include "infotheory/exhaustive_cube.hpp"
#include "infotheory/exhaustive_tree.hpp"
#include "infotheory/relay.hpp"

namespace inforelay {
namespace {

/// Sets evaluated in one block: enough to pay for the way down to its subtree, and some ten milliseconds of work.
constexpr int block_bits = 14;

/// Neurons in the order in which they are decided: falling entropy. Neurons that hardly vary, decided last, leave small
/// groups, and groups of one are dropped. Less than half the time of the order by index for the authors' full network
/// on the test images, four fifths for their composite. Any order gives the same result.
std::vector<int> decision_order(const StateTable& table) {
  std::vector<std::uint64_t> imbalance;  // |2 * ones - N|: 0 for the highest entropy
  for (int k = 0; k < table.neuron_count(); ++k) {
    std::uint64_t ones = 0;
    for (std::size_t i = 0; i < table.size(); ++i)
      if ((table.words()[i] >> k & 1u) != 0) ones += table.counts()[i];
    const std::uint64_t samples = table.sample_count();
    imbalance.push_back(2 * ones > samples ? 2 * ones - samples : samples - 2 * ones);
  }
  std::vector<int> order(imbalance.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int x, int y) {
    return imbalance[static_cast<std::size_t>(x)] < imbalance[static_cast<std::size_t>(y)];
  });
  return order;
}

/// The way between neurons and the bits of the tree's words, whose top bit is decided first. A table of fewer neurons
/// than the cube has gets constant ones in front; the leaves that keep them all are the sets.
struct BitOrder {
  explicit BitOrder(const StateTable& table)
      : neuron_count(table.neuron_count()), bits(std::max(table.neuron_count(), detail::cube_bits)) {
    order = decision_order(table);
    std::reverse(order.begin(), order.end());
  }

  StateWord to_tree(StateWord word) const {
    StateWord moved = 0;
    for (std::size_t bit = 0; bit < order.size(); ++bit) moved |= (word >> order[bit] & 1u) << bit;
    return moved;
  }
  StateWord to_neurons(StateWord moved) const {
    StateWord word = 0;
    for (std::size_t bit = 0; bit < order.size(); ++bit) word |= (moved >> bit & 1u) << order[bit];
    return word;
  }

  int neuron_count;        // K
  int bits;                // of the tree's words: max(K, cube_bits)
  std::vector<int> order;  // [K] neuron of each bit
};

/// What one block of sets says, by set size. Exact totals, so blocks compare.
struct BlockSummary {
  struct Best {
    std::int64_t relay = 0;  // N I_R in fixed point
    StateWord set = 0;
    bool found = false;
    void offer(std::int64_t other_relay, StateWord other_set) {
      if (found && (relay > other_relay || (relay == other_relay && set < other_set))) return;
      relay = other_relay;
      set = other_set;
      found = true;
    }
  };
  std::vector<Best> best;  // [K+1]
  std::uint64_t above = 0, above_as_published = 0;
};

/// Greedy I_R by size of the set -> [K+1].
std::vector<double> greedy_by_size(const GreedyRelay& greedy, int cls, double all) {
  const Eigen::Index neurons = greedy.information.cols();
  std::vector<double> by_size(static_cast<std::size_t>(neurons) + 1, all);
  for (Eigen::Index step = 0; step < neurons; ++step)
    by_size[static_cast<std::size_t>(neurons - 1 - step)] = greedy.information(cls, step);
  return by_size;
}

/// Cell: wide enough for the table's N.
template <class Cell>
class Search {
 public:
  Search(const StateTable& table, const GreedyRelay& greedy, ExhaustiveRelay& result)
      : table_(table), result_(result), order_(table), leaf_bits_(std::min(order_.bits, block_bits)) {
    const std::vector<double> all = total_relay_information_bits(table);
    for (int cls = 0; cls < table.class_count(); ++cls) {
      states_.push_back(detail::relay_states<Cell>(table, cls));
      given_all_.push_back(detail::conditional_information(table, cls, NeuronSet::all(table.neuron_count()).bits()));
      greedy_.push_back(greedy_by_size(greedy, cls, all[static_cast<std::size_t>(cls)]));
      for (auto& state : states_.back()) state.word = order_.to_tree(state.word);
      detail::sort_by_word(states_.back());
    }
    for (StateWord leaf = 0; leaf < StateWord{1} << leaf_bits_; ++leaf) sets_.push_back(order_.to_neurons(leaf));
    summaries_.resize(states_.size() * blocks_per_class());
  }

  std::size_t block_count() const { return summaries_.size(); }

  void run(std::size_t block) {
    const std::size_t cls = block / blocks_per_class();
    const auto path = static_cast<StateWord>(block % blocks_per_class());
    thread_local detail::ExhaustiveTree<Cell> tree;
    thread_local std::vector<std::uint64_t> totals;
    totals.resize(sets_.size());
    tree.run(states_[cls], table_.n_log_n().data(), order_.bits, leaf_bits_, path, totals.data());
    summaries_[block] = summarise(cls, order_.to_neurons(path << leaf_bits_), totals);
  }

  void finish() {
    const double sets = std::ldexp(1.0, table_.neuron_count());
    for (std::size_t cls = 0; cls < states_.size(); ++cls) {
      BlockSummary total = summaries_[cls * blocks_per_class()];
      for (std::size_t path = 1; path < blocks_per_class(); ++path) {
        const BlockSummary& block = summaries_[cls * blocks_per_class() + path];
        total.above += block.above;
        total.above_as_published += block.above_as_published;
        for (std::size_t size = 0; size < total.best.size(); ++size)
          if (block.best[size].found) total.best[size].offer(block.best[size].relay, block.best[size].set);
      }
      const auto row = static_cast<Eigen::Index>(cls);
      for (std::size_t size = 0; size < total.best.size(); ++size) {
        const auto column = static_cast<Eigen::Index>(size);
        result_.best_information(row, column) =
            table_.n_log_n().bits(static_cast<std::uint64_t>(total.best[size].relay));
        result_.best_set(row, column) = total.best[size].set;
      }
      result_.above_greedy[cls] = static_cast<double>(total.above) / sets;
      result_.above_greedy_as_published[cls] = static_cast<double>(total.above_as_published) / sets;
    }
  }

 private:
  std::size_t blocks_per_class() const { return std::size_t{1} << (order_.bits - leaf_bits_); }

  BlockSummary summarise(std::size_t cls, StateWord path_set, const std::vector<std::uint64_t>& totals) {
    const auto neurons = static_cast<std::size_t>(table_.neuron_count());
    const std::vector<double>& greedy = greedy_[cls];
    BlockSummary summary;
    summary.best.resize(neurons + 1);
    // Where constant neurons were put in front, only the leaves that keep them are sets.
    const std::size_t count = std::min(totals.size(), std::size_t{1} << neurons);
    for (std::size_t leaf = 0; leaf < count; ++leaf) {
      const NeuronSet relay_set(path_set | sets_[leaf]);
      const auto size = static_cast<std::size_t>(relay_set.size());
      const std::uint64_t relay = totals[leaf] - given_all_[cls];
      const double bits = table_.n_log_n().bits(relay);
      result_.information(static_cast<Eigen::Index>(cls), relay_set.index()) = static_cast<float>(bits);
      summary.best[size].offer(static_cast<std::int64_t>(relay), relay_set.bits());
      summary.above += bits > greedy[size] ? 1 : 0;
      summary.above_as_published += size > 0 && bits > greedy[size - 1] ? 1 : 0;
    }
    return summary;
  }

  const StateTable& table_;
  ExhaustiveRelay& result_;
  BitOrder order_;
  int leaf_bits_;
  std::vector<std::vector<detail::RelayState<Cell>>> states_;  // [C][M] words in the tree's order, ascending
  std::vector<std::uint64_t> given_all_;                       // [C] N I(X_in; X_out | all neurons)
  std::vector<std::vector<double>> greedy_;                    // [C][K+1] by set size
  std::vector<StateWord> sets_;                                // [2^leaf_bits] the neurons of each leaf of a block
  std::vector<BlockSummary> summaries_;                        // [blocks]
};

template <class Cell>
void run_search(const StateTable& table, const GreedyRelay& greedy, ExhaustiveRelay& result, Progress& progress) {
  Search<Cell> search(table, greedy, result);
  parallel_blocks(
      search.block_count(), [&](std::size_t block) { search.run(block); }, progress);
  search.finish();
}

}  // namespace

ExhaustiveRelay exhaustive_relay(const StateTable& table, const GreedyRelay& greedy, Progress& progress) {
  const int classes = table.class_count(), neurons = table.neuron_count();
  if (neurons > NeuronSet::max_exhaustive_neurons)
    throw UsageError(fmt::format("exhaustive relay information: {} neurons, expected at most {}", neurons,
                                 NeuronSet::max_exhaustive_neurons));
  if (greedy.information.rows() != classes || greedy.information.cols() != neurons)
    throw UsageError(fmt::format("exhaustive relay information: greedy search is [{},{}], expected [{},{}]",
                                 greedy.information.rows(), greedy.information.cols(), classes, neurons));
  ExhaustiveRelay result;
  result.information.resize(classes, Eigen::Index{1} << neurons);
  result.best_information.resize(classes, neurons + 1);
  result.best_set.resize(classes, neurons + 1);
  result.above_greedy.resize(static_cast<std::size_t>(classes));
  result.above_greedy_as_published.resize(static_cast<std::size_t>(classes));

  if (table.sample_count() <= detail::NarrowRelayCell::max_samples)
    run_search<detail::NarrowRelayCell>(table, greedy, result, progress);
  else
    run_search<detail::RelayCell>(table, greedy, result, progress);
  return result;
}

}  // namespace inforelay
