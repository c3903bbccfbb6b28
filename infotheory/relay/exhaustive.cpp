#include "infotheory/relay/exhaustive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/exhaustive_cube.hpp"
#include "infotheory/relay/exhaustive_tree.hpp"
#include "infotheory/relay/relay.hpp"

namespace inforelay {
namespace {

/// Sets of one part: enough to pay for the way down to its subtree, and some ten milliseconds of work.
constexpr int part_bits = 14;

/// Where the numbers of a part's `exact` stand; those of set size n at best_relay + 2 n and best_set + 2 n.
enum ExactPlace : std::size_t { above, above_as_published, best_relay, best_set };
constexpr std::int64_t no_set = -1;

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

/// Greedy I_R by size of the set -> [K+1].
std::vector<double> greedy_by_size(const GreedyRelay& greedy, int cls, double all) {
  const Eigen::Index neurons = greedy.information.cols();
  std::vector<double> by_size(static_cast<std::size_t>(neurons) + 1, all);
  for (Eigen::Index step = 0; step < neurons; ++step)
    by_size[static_cast<std::size_t>(neurons - 1 - step)] = greedy.information(cls, step);
  return by_size;
}

/// The numbers of `sets` in ascending order of the sets.
std::vector<std::uint32_t> ascending_order(const std::vector<StateWord>& sets) {
  std::vector<std::uint32_t> order(sets.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return sets[a] < sets[b]; });
  return order;
}

/// Adds the counts of a part to those of others; takes over its best sets that are better, or as good and lower.
void merge_exact(const std::vector<std::int64_t>& from, std::vector<std::int64_t>& into) {
  if (into.empty()) {
    into = from;
    return;
  }
  into[above] += from[above];
  into[above_as_published] += from[above_as_published];
  for (std::size_t i = best_relay; i < into.size(); i += 2) {
    const std::int64_t relay = from[i], set = from[i + 1];
    if (set == no_set || (into[i + 1] != no_set && (into[i] > relay || (into[i] == relay && into[i + 1] < set)))) {
      continue;
    }
    into[i] = relay;
    into[i + 1] = set;
  }
}

/// What I_R can be. I(X_in; X_out | Y_0) is in [0, H(X_in)], and I(X_in; X_out | all neurons) is the same for all sets.
std::vector<SubsetStatisticsCollector::Range> relay_ranges(const StateTable& table) {
  std::vector<SubsetStatisticsCollector::Range> ranges;
  const NLogN& f = table.n_log_n();
  const std::uint32_t samples = table.sample_count();
  for (int cls = 0; cls < table.class_count(); ++cls) {
    std::uint32_t members = 0;
    for (const ClassCounts& counts : table.class_counts(cls)) members += counts.label;
    const double entropy = f.bits(f(samples) - f(members) - f(samples - members));
    const double given_all =
        f.bits(detail::conditional_information(table, cls, NeuronSet::all(table.neuron_count()).bits()));
    ranges.push_back({-given_all, entropy > 0 ? entropy - given_all : 1});  // a class of all or none has I_R = 0
  }
  return ranges;
}

/// Whether the scan can be made at all.
int checked_neurons(const StateTable& table, const GreedyRelay& greedy) {
  const int classes = table.class_count(), neurons = table.neuron_count();
  if (neurons > NeuronSet::max_exhaustive_neurons)
    throw UsageError(fmt::format("exhaustive relay information: {} neurons, expected at most {}", neurons,
                                 NeuronSet::max_exhaustive_neurons));
  if (greedy.information.rows() != classes || greedy.information.cols() != neurons)
    throw UsageError(fmt::format("exhaustive relay information: greedy search is [{},{}], expected [{},{}]",
                                 greedy.information.rows(), greedy.information.cols(), classes, neurons));
  return neurons;
}

}  // namespace

class ExhaustiveRelayScan::Search {
 public:
  Search(const StateTable& table, const GreedyRelay& greedy)
      : table_(table), order_(table), leaf_bits_(std::min(order_.bits, part_bits)) {
    const std::vector<double> all = total_relay_information_bits(table);
    for (int cls = 0; cls < table.class_count(); ++cls) {
      given_all_.push_back(detail::conditional_information(table, cls, NeuronSet::all(table.neuron_count()).bits()));
      greedy_.push_back(greedy_by_size(greedy, cls, all[static_cast<std::size_t>(cls)]));
    }
    // Where constant neurons were put in front, only the leaves that keep them are sets.
    const int free_neurons = std::min(leaf_bits_, table.neuron_count());
    free_ = NeuronSet(order_.to_neurons((StateWord{1} << free_neurons) - 1));
    for (StateWord leaf = 0; leaf < StateWord{1} << free_neurons; ++leaf) sets_.push_back(order_.to_neurons(leaf));
    ascending_ = ascending_order(sets_);
  }
  virtual ~Search() = default;

  std::size_t parts_per_class() const { return std::size_t{1} << (order_.bits - leaf_bits_); }
  std::size_t chunk_count() const { return given_all_.size() * parts_per_class(); }
  std::size_t exact_size() const { return best_relay + 2 * (static_cast<std::size_t>(table_.neuron_count()) + 1); }

  /// The part without its values.
  ScanChunk place(std::size_t part) const {
    const auto path = static_cast<StateWord>(part % parts_per_class());
    return {.first_class = static_cast<int>(part / parts_per_class()),
            .fixed = NeuronSet(order_.to_neurons(path << leaf_bits_)),
            .free = free_,
            .values = {}};
  }

  virtual ScanChunk compute(std::size_t part) const = 0;

 protected:
  /// From totals N I(X_in; X_out | Y_0) of the leaves of `part`.
  ScanChunk summarise(std::size_t part, const std::vector<std::uint64_t>& totals) const {
    ScanChunk result = place(part);
    const auto cls = static_cast<std::size_t>(result.first_class);
    const std::vector<double>& greedy = greedy_[cls];
    result.values.resize(1, static_cast<Eigen::Index>(sets_.size()));
    std::vector<std::int64_t>& exact = result.exact;
    exact.assign(exact_size(), 0);
    for (std::size_t i = best_set; i < exact.size(); i += 2) exact[i] = no_set;
    for (std::size_t i = 0; i < sets_.size(); ++i) {
      const std::uint32_t leaf = ascending_[i];
      const NeuronSet relay_set(result.fixed.bits() | sets_[leaf]);
      const auto size = static_cast<std::size_t>(relay_set.size());
      const std::uint64_t relay = totals[leaf] - given_all_[cls];
      const double bits = table_.n_log_n().bits(relay);
      result.values.data()[i] = static_cast<float>(bits);
      std::int64_t* best = exact.data() + best_relay + 2 * size;
      if (best[1] == no_set || static_cast<std::int64_t>(relay) > best[0]) {  // the sets ascend
        best[0] = static_cast<std::int64_t>(relay);
        best[1] = relay_set.bits();
      }
      exact[above] += bits > greedy[size] ? 1 : 0;
      exact[above_as_published] += size > 0 && bits > greedy[size - 1] ? 1 : 0;
    }
    return result;
  }

  const StateTable& table_;
  BitOrder order_;
  int leaf_bits_;

 private:
  std::vector<std::uint64_t> given_all_;     // [C] N I(X_in; X_out | all neurons)
  std::vector<std::vector<double>> greedy_;  // [C][K+1] by set size
  NeuronSet free_;                           // the neurons decided within a part
  std::vector<StateWord> sets_;              // [2^|free|] the neurons of each leaf of a part
  std::vector<std::uint32_t> ascending_;     // [2^|free|] the leaves by their sets
};

/// Cell: wide enough for the table's N.
template <class Cell>
class ExhaustiveRelayScan::CellSearch final : public Search {
 public:
  CellSearch(const StateTable& table, const GreedyRelay& greedy) : Search(table, greedy) {
    for (int cls = 0; cls < table.class_count(); ++cls) {
      states_.push_back(detail::relay_states<Cell>(table, cls));
      for (auto& state : states_.back()) state.word = order_.to_tree(state.word);
      detail::sort_by_word(states_.back());
    }
  }

  ScanChunk compute(std::size_t part) const override {
    thread_local detail::ExhaustiveTree<Cell> tree;
    thread_local std::vector<std::uint64_t> totals;
    totals.resize(std::size_t{1} << leaf_bits_);
    tree.run(states_[part / parts_per_class()], table_.n_log_n().data(), order_.bits, leaf_bits_,
             static_cast<StateWord>(part % parts_per_class()), totals.data());
    return summarise(part, totals);
  }

 private:
  std::vector<std::vector<detail::RelayState<Cell>>> states_;  // [C][M] words in the tree's order, ascending
};

ExhaustiveRelayScan::ExhaustiveRelayScan(const StateTable& table, const GreedyRelay& greedy, AllSetsTable keep)
    : table_(table), collector_(checked_neurons(table, greedy), relay_ranges(table)) {
  if (table.sample_count() <= detail::NarrowRelayCell::max_samples)
    search_ = std::make_unique<CellSearch<detail::NarrowRelayCell>>(table, greedy);
  else
    search_ = std::make_unique<CellSearch<detail::RelayCell>>(table, greedy);
  if (keep == AllSetsTable::keep)
    result_.information.resize(table.class_count(), Eigen::Index{1} << table.neuron_count());
  exact_.resize(static_cast<std::size_t>(table.class_count()));
}

ExhaustiveRelayScan::~ExhaustiveRelayScan() = default;

std::size_t ExhaustiveRelayScan::chunk_count() const { return search_->chunk_count(); }

std::string ExhaustiveRelayScan::layout() const { return "exhaustive relay 1"; }

void ExhaustiveRelayScan::compute(std::span<const std::size_t> parts, const Take& take, Progress& progress) const {
  parallel_blocks(
      parts.size(), [&](std::size_t i) { take(parts[i], search_->compute(parts[i])); }, progress);
}

void ExhaustiveRelayScan::add(std::size_t part, const ScanChunk& result) {
  const bool known = part < chunk_count();
  const ScanChunk place = known ? search_->place(part) : ScanChunk{};
  if (!known || result.first_class != place.first_class || result.values.rows() != 1 || result.fixed != place.fixed ||
      result.free != place.free || result.exact.size() != search_->exact_size()) {
    throw DataError(
        fmt::format("exhaustive relay information: this is not the result of part {} of {}", part, chunk_count()));
  }
  collector_.add(result);
  if (result_.information.size() > 0) put_chunk(result, result_.information);
  const std::lock_guard lock(mutex_);
  merge_exact(result.exact, exact_[static_cast<std::size_t>(result.first_class)]);
}

ExhaustiveRelay ExhaustiveRelayScan::result() {
  const int classes = table_.class_count(), neurons = table_.neuron_count();
  const double sets = std::ldexp(1.0, neurons);
  result_.summaries = collector_.result();
  result_.best_information.resize(classes, neurons + 1);
  result_.best_set.resize(classes, neurons + 1);
  for (std::size_t cls = 0; cls < static_cast<std::size_t>(classes); ++cls) {
    const std::vector<std::int64_t>& total = exact_[cls];
    assert(!total.empty());
    const auto row = static_cast<Eigen::Index>(cls);
    for (Eigen::Index size = 0; size <= neurons; ++size) {
      const std::int64_t* best = total.data() + best_relay + 2 * size;
      result_.best_information(row, size) = table_.n_log_n().bits(static_cast<std::uint64_t>(best[0]));
      result_.best_set(row, size) = static_cast<std::uint32_t>(best[1]);
    }
    result_.above_greedy.push_back(static_cast<double>(total[above]) / sets);
    result_.above_greedy_as_published.push_back(static_cast<double>(total[above_as_published]) / sets);
  }
  return std::move(result_);
}

ExhaustiveRelay exhaustive_relay(const StateTable& table, const GreedyRelay& greedy, Progress& progress) {
  ExhaustiveRelayScan scan(table, greedy);
  run_whole(scan, progress);
  return scan.result();
}

}  // namespace inforelay
