#include "infotheory/relay/exhaustive.hpp"

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

/// log2 of the sets of one chunk: enough to pay for the descent to its subtree, and about ten milliseconds of work.
constexpr int chunk_bits = 14;

/// Positions in the exact_totals of a chunk; those of set size n at best_relay + 2 n and best_set + 2 n.
enum TotalsPosition : std::size_t { above, above_as_published, best_relay, best_set };
constexpr std::int64_t no_set = -1;

/// Units in the order in which they are decided: falling entropy. Units that hardly vary, decided last, leave small
/// groups, and groups of one are dropped. For the authors' full network on the test samples this takes less than half
/// the time of the order by index, for their composite four fifths. Any order gives the same result.
std::vector<int> decision_order(const StateTable& table) {
  std::vector<std::uint64_t> imbalance;  // |2 * ones - N|: 0 for the highest entropy
  for (int k = 0; k < table.unit_count(); ++k) {
    std::uint64_t ones = 0;
    for (std::size_t i = 0; i < table.size(); ++i)
      if (table.states().bit(i, k)) ones += table.counts()[i];
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

/// Maps units to bits of the tree's words, whose top bit is decided first, and back. A table of fewer units than the
/// cube has is padded with constant units in front; the leaves that keep all of these are the sets.
struct BitOrder {
  explicit BitOrder(const StateTable& table)
      : bits(std::max(table.unit_count(), detail::cube_bits)), order(decision_order(table)) {
    std::reverse(order.begin(), order.end());
  }

  StateWord to_tree(StateWord word) const {
    StateWord moved = 0;
    for (std::size_t bit = 0; bit < order.size(); ++bit) moved |= (word >> order[bit] & 1u) << bit;
    return moved;
  }
  StateWord to_units(StateWord moved) const {
    StateWord word = 0;
    for (std::size_t bit = 0; bit < order.size(); ++bit) word |= (moved >> bit & 1u) << order[bit];
    return word;
  }

  int bits;                // of the tree's words: max(K, cube_bits)
  std::vector<int> order;  // [K] unit of each bit
};

/// Greedy I_R by size of the set -> [K+1].
std::vector<double> greedy_by_size(const GreedyRelay& greedy, int contrast, double all) {
  const Eigen::Index units = greedy.information.cols();
  std::vector<double> by_size(static_cast<std::size_t>(units) + 1, all);
  for (Eigen::Index step = 0; step < units; ++step)
    by_size[static_cast<std::size_t>(units - 1 - step)] = greedy.information(contrast, step);
  return by_size;
}

/// The indices of `sets` in ascending order of the sets.
std::vector<std::uint32_t> ascending_order(const std::vector<StateWord>& sets) {
  std::vector<std::uint32_t> order(sets.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return sets[a] < sets[b]; });
  return order;
}

/// Adds the counts of a chunk to those of others; takes over its best sets that are better, or as good and lower.
void merge_totals(const std::vector<std::int64_t>& from, std::vector<std::int64_t>& into) {
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

/// The range of I_R. I(X_in; X_out | Y_0) is in [0, H(X_in)], and I(X_in; X_out | all units) is the same for all sets.
std::vector<SubsetStatisticsCollector::Range> relay_ranges(const StateTable& table) {
  std::vector<SubsetStatisticsCollector::Range> ranges;
  const ExactNLogN& f = table.n_log_n();
  const std::uint32_t samples = table.sample_count();
  for (int c = 0; c < table.contrast_count(); ++c) {
    std::uint32_t ones = 0;  // samples with X_in = 1
    for (const ContrastCounts& counts : table.contrast_counts(c)) ones += counts.input;
    const double entropy = f.bits(f(samples) - f(ones) - f(samples - ones));
    const double given_all = f.bits(detail::information_given_all(table, c));
    ranges.push_back({-given_all, entropy > 0 ? entropy - given_all : 1});  // I_R = 0 if X_in is constant
  }
  return ranges;
}

/// K, once the arguments are checked.
int checked_units(const StateTable& table, const GreedyRelay& greedy) {
  const int contrasts = table.contrast_count(), units = table.unit_count();
  if (units > NeuronSet::max_exhaustive_neurons)
    throw UsageError("exhaustive relay information: {} units, expected at most {}", units,
                     NeuronSet::max_exhaustive_neurons);
  if (greedy.information.rows() != contrasts || greedy.information.cols() != units)
    throw UsageError("exhaustive relay information: greedy search is [{},{}], expected [{},{}]",
                     greedy.information.rows(), greedy.information.cols(), contrasts, units);
  return units;
}

}  // namespace

class ExhaustiveRelayScan::Search {
 public:
  Search(const StateTable& table, const GreedyRelay& greedy)
      : table_(table), order_(table), leaf_bits_(std::min(order_.bits, chunk_bits)) {
    const std::vector<double> all = total_relay_information_bits(table);
    for (int c = 0; c < table.contrast_count(); ++c) {
      given_all_.push_back(detail::information_given_all(table, c));
      greedy_.push_back(greedy_by_size(greedy, c, all[static_cast<std::size_t>(c)]));
    }
    // If there are constant units in front, only the leaves that keep them are sets.
    const int free_units = std::min(leaf_bits_, table.unit_count());
    free_ = NeuronSet(order_.to_units((StateWord{1} << free_units) - 1));
    for (StateWord leaf = 0; leaf < StateWord{1} << free_units; ++leaf) sets_.push_back(order_.to_units(leaf));
    ascending_ = ascending_order(sets_);
  }
  virtual ~Search() = default;

  std::size_t chunks_per_contrast() const { return std::size_t{1} << (order_.bits - leaf_bits_); }
  std::size_t chunk_count() const { return given_all_.size() * chunks_per_contrast(); }
  std::size_t totals_size() const { return best_relay + 2 * (static_cast<std::size_t>(table_.unit_count()) + 1); }

  /// A chunk without its values.
  ScanChunk place(std::size_t chunk) const {
    const auto path = static_cast<StateWord>(chunk % chunks_per_contrast());
    return {.first_class = static_cast<int>(chunk / chunks_per_contrast()),
            .fixed = NeuronSet(order_.to_units(path << leaf_bits_)),
            .free = free_,
            .values = {}};
  }

  virtual ScanChunk compute(std::size_t chunk) const = 0;

 protected:
  /// From totals N I(X_in; X_out | Y_0) of the leaves of `chunk`.
  ScanChunk summarise(std::size_t chunk, const std::vector<std::uint64_t>& totals) const {
    ScanChunk result = place(chunk);
    const auto contrast = static_cast<std::size_t>(result.first_class);
    const std::vector<double>& greedy = greedy_[contrast];
    result.values.resize(1, static_cast<Eigen::Index>(sets_.size()));
    std::vector<std::int64_t>& exact = result.exact_totals;
    exact.assign(totals_size(), 0);
    for (std::size_t i = best_set; i < exact.size(); i += 2) exact[i] = no_set;
    for (std::size_t i = 0; i < sets_.size(); ++i) {
      const std::uint32_t leaf = ascending_[i];
      const NeuronSet relay_set(result.fixed.bits() | sets_[leaf]);
      const auto size = static_cast<std::size_t>(relay_set.size());
      const std::uint64_t relay = totals[leaf] - given_all_[contrast];
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
  std::vector<std::uint64_t> given_all_;     // [C] N I(X_in; X_out | all units)
  std::vector<std::vector<double>> greedy_;  // [C][K+1] by set size
  NeuronSet free_;                           // the units decided within a chunk
  std::vector<StateWord> sets_;              // [2^|free|] the units of each leaf of a chunk
  std::vector<std::uint32_t> ascending_;     // [2^|free|] the leaves by their sets
};

/// Cell: wide enough for the table's N.
template <class Cell>
class ExhaustiveRelayScan::CellSearch final : public Search {
 public:
  CellSearch(const StateTable& table, const GreedyRelay& greedy) : Search(table, greedy) {
    for (int c = 0; c < table.contrast_count(); ++c) {
      states_.push_back(detail::relay_states<Cell>(table, c));
      for (auto& state : states_.back()) state.word = order_.to_tree(state.word);
      detail::sort_by_word(states_.back());
    }
  }

  ScanChunk compute(std::size_t chunk) const override {
    thread_local detail::ExhaustiveTree<Cell> tree;
    thread_local std::vector<std::uint64_t> totals;
    totals.resize(std::size_t{1} << leaf_bits_);
    tree.run(states_[chunk / chunks_per_contrast()], table_.n_log_n().data(), order_.bits, leaf_bits_,
             static_cast<StateWord>(chunk % chunks_per_contrast()), totals.data());
    return summarise(chunk, totals);
  }

 private:
  std::vector<std::vector<detail::RelayState<Cell>>> states_;  // [C][M] words in the tree's order, ascending
};

ExhaustiveRelayScan::ExhaustiveRelayScan(const StateTable& table, const GreedyRelay& greedy, AllSetsTable keep)
    : table_(table), collector_(checked_units(table, greedy), relay_ranges(table)) {
  if (table.sample_count() <= detail::NarrowRelayCell::max_samples)
    search_ = std::make_unique<CellSearch<detail::NarrowRelayCell>>(table, greedy);
  else
    search_ = std::make_unique<CellSearch<detail::RelayCell>>(table, greedy);
  if (keep == AllSetsTable::keep)
    result_.information.resize(table.contrast_count(), Eigen::Index{1} << table.unit_count());
  totals_.resize(static_cast<std::size_t>(table.contrast_count()));
}

ExhaustiveRelayScan::~ExhaustiveRelayScan() = default;

std::size_t ExhaustiveRelayScan::chunk_count() const { return search_->chunk_count(); }

std::string ExhaustiveRelayScan::format_id() const { return "exhaustive relay 1"; }

void ExhaustiveRelayScan::compute(std::span<const std::size_t> chunks, const OnChunk& on_chunk,
                                  Progress& progress) const {
  parallel_blocks(
      chunks.size(), [&](std::size_t i) { on_chunk(chunks[i], search_->compute(chunks[i])); }, progress);
}

void ExhaustiveRelayScan::add(std::size_t chunk, const ScanChunk& result) {
  const bool known = chunk < chunk_count();
  const ScanChunk place = known ? search_->place(chunk) : ScanChunk{};
  if (!known || result.first_class != place.first_class || result.values.rows() != 1 || result.fixed != place.fixed ||
      result.free != place.free || result.exact_totals.size() != search_->totals_size()) {
    throw DataError("exhaustive relay information: this is not the result of chunk {} of {}", chunk, chunk_count());
  }
  collector_.add(result);
  if (result_.information.size() > 0) put_chunk(result, result_.information);
  const std::lock_guard lock(mutex_);
  merge_totals(result.exact_totals, totals_[static_cast<std::size_t>(result.first_class)]);
}

ExhaustiveRelay ExhaustiveRelayScan::result() {
  const int contrasts = table_.contrast_count(), units = table_.unit_count();
  const double sets = std::ldexp(1.0, units);
  result_.statistics = collector_.result();
  result_.best_information.resize(contrasts, units + 1);
  result_.best_set.resize(contrasts, units + 1);
  for (std::size_t c = 0; c < static_cast<std::size_t>(contrasts); ++c) {
    const std::vector<std::int64_t>& total = totals_[c];
    assert(!total.empty());
    const auto row = static_cast<Eigen::Index>(c);
    for (Eigen::Index size = 0; size <= units; ++size) {
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
