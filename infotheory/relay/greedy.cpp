#include "infotheory/relay/greedy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/relay_cell.hpp"

namespace inforelay {
namespace {

using detail::RelayCell;
using RelayState = detail::RelayState<RelayCell>;

/// The states of one class, partitioned by the neurons of Y_0 decided so far. A group (states that agree on Y_0) that
/// can no longer change what it contributes is settled: pure, or a single state.
class Partition {
 public:
  Partition(const StateTable& table, int cls) : f_(table.n_log_n().data()), states_(detail::relay_states(table, cls)) {
    add(0, states_.size());
  }

  /// N I(X_in; X_out | Y_0 and k) for each neuron k of `candidates`; the other entries are 0.
  std::array<std::uint64_t, NeuronSet::max_neurons> totals_with(NeuronSet candidates) const {
    std::array<std::uint64_t, NeuronSet::max_neurons> totals{};
    std::array<int, NeuronSet::max_neurons> neurons{};
    std::size_t count = 0;
    for (StateWord bits = candidates.bits(); bits != 0; bits &= bits - 1) neurons[count++] = std::countr_zero(bits);

    for (std::size_t g = 0; g < groups_.size(); ++g) {
      std::array<RelayCell, NeuronSet::max_neurons> ones{};  // the part of the group in which candidate j is 1
      RelayCell whole;
      for (std::size_t i = groups_[g].begin; i < groups_[g].end; ++i) {
        const RelayState& state = states_[i];
        whole += state.cell;
        for (std::size_t j = 0; j < count; ++j) {
          ones[j] += state.cell.where((state.word >> neurons[j] & 1u) != 0);
        }
      }
      for (std::size_t j = 0; j < count; ++j)
        totals[static_cast<std::size_t>(neurons[j])] += ones[j].information(f_) + (whole - ones[j]).information(f_);
    }
    for (std::size_t j = 0; j < count; ++j) totals[static_cast<std::size_t>(neurons[j])] += settled_;
    return totals;
  }

  /// Moves neuron k into Y_0: splits every group by its value.
  void split(int neuron) {
    std::vector<Group> old;
    old.swap(groups_);
    for (const Group& group : old) {
      const auto at = [&](std::size_t i) { return states_.begin() + static_cast<std::ptrdiff_t>(i); };
      const auto middle = std::partition(at(group.begin), at(group.end),
                                         [&](const RelayState& state) { return (state.word >> neuron & 1u) == 0; });
      const auto cut = static_cast<std::size_t>(middle - states_.begin());
      add(group.begin, cut);
      add(cut, group.end);
    }
  }

 private:
  struct Group {
    std::size_t begin, end;  // [begin,end) of states_
  };

  void add(std::size_t begin, std::size_t end) {
    RelayCell whole;
    for (std::size_t i = begin; i < end; ++i) whole += states_[i].cell;
    if (whole.is_pure()) return;
    if (end - begin == 1)
      settled_ += whole.information(f_);
    else
      groups_.push_back({begin, end});
  }

  const std::uint64_t* f_;
  std::vector<RelayState> states_;
  std::vector<Group> groups_;
  std::uint64_t settled_ = 0;
};

std::uint64_t total_given_all(const StateTable& table, int cls) {
  return detail::conditional_information(table, cls, NeuronSet::all(table.neuron_count()).bits());
}

void search(const StateTable& table, int cls, GreedyRelay& result, Progress& progress) {
  Partition partition(table, cls);
  const std::uint64_t given_all = total_given_all(table, cls);
  NeuronSet left = NeuronSet::all(table.neuron_count());
  for (int step = 0; step < table.neuron_count(); ++step) {
    progress.check();
    const auto totals = partition.totals_with(left);
    int best = -1;
    for (int k = 0; k < table.neuron_count(); ++k) {
      if (!left.contains(k)) continue;
      if (best < 0 || totals[static_cast<std::size_t>(k)] > totals[static_cast<std::size_t>(best)]) best = k;
    }
    partition.split(best);
    left = left.without(best);
    result.removal_order(cls, step) = static_cast<std::uint16_t>(best);
    result.information(cls, step) = table.n_log_n().bits(totals[static_cast<std::size_t>(best)] - given_all);
  }
}

}  // namespace

GreedyRelay greedy_relay(const StateTable& table, Progress& progress) {
  GreedyRelay result;
  result.removal_order.resize(table.class_count(), table.neuron_count());
  result.information.resize(table.class_count(), table.neuron_count());
  parallel_blocks(
      static_cast<std::size_t>(table.class_count()),
      [&](std::size_t cls) { search(table, static_cast<int>(cls), result, progress); }, progress);
  return result;
}

NeuronSet last_neurons(const GreedyRelay& greedy, int cls, int size) {
  NeuronSet set;
  const Eigen::Index steps = greedy.removal_order.cols();
  for (Eigen::Index step = std::max<Eigen::Index>(0, steps - size); step < steps; ++step) {
    set = set.with(greedy.removal_order(cls, step));
  }
  return set;
}

RowMatrix<double> aggregated_relay_information_bits(const GreedyRelay& greedy) {
  const Eigen::Index classes = greedy.information.rows(), neurons = greedy.information.cols();
  RowMatrix<double> aggregated(classes, neurons);
  for (Eigen::Index cls = 0; cls < classes; ++cls) {
    double sum = 0;  // over the steps so far, which are the steps that the neuron removed next was still there
    for (Eigen::Index step = 0; step < neurons; ++step) {
      aggregated(cls, greedy.removal_order(cls, step)) = sum;
      sum += greedy.information(cls, 0) - greedy.information(cls, step);
    }
  }
  return aggregated;
}

void branching_step(const StateTable& table, int cls, const BranchingOptions& options, BranchingRelay& paths,
                    const Progress& progress) {
  if (cls < 0 || cls >= table.class_count())
    throw UsageError(fmt::format("branching greedy search: class {}, expected [0,{})", cls, table.class_count()));
  const int neurons = table.neuron_count();
  const std::size_t step = paths.sets.size();
  assert(step < static_cast<std::size_t>(neurons));
  const std::vector<NeuronSet> kept = step > 0 ? paths.sets.back() : std::vector{NeuronSet::all(neurons)};
  std::uint64_t best = 0;
  std::vector<StateWord> next;
  for (const NeuronSet relay : kept) {
    progress.check();
    Partition partition(table, cls);
    for (int k = 0; k < neurons; ++k)
      if (!relay.contains(k)) partition.split(k);
    const auto totals = partition.totals_with(relay);
    for (int k = 0; k < neurons; ++k) {
      const std::uint64_t total = totals[static_cast<std::size_t>(k)];
      if (!relay.contains(k) || (!next.empty() && total < best)) continue;
      if (total > best) next.clear();
      best = total;
      next.push_back(relay.without(k).bits());
    }
  }
  std::sort(next.begin(), next.end());
  next.erase(std::unique(next.begin(), next.end()), next.end());
  if (next.size() > options.max_sets)
    throw ComputeError(fmt::format("branching greedy search: class {}, step {}: {} tied sets, expected at most {}", cls,
                                   step, next.size(), options.max_sets));
  std::vector<NeuronSet> sets;
  for (const StateWord bits : next) sets.emplace_back(bits);
  paths.sets.push_back(std::move(sets));
  paths.information.push_back(table.n_log_n().bits(best - total_given_all(table, cls)));
}

BranchingRelay branching_relay(const StateTable& table, int cls, const BranchingOptions& options, Progress& progress) {
  const auto neurons = static_cast<std::size_t>(table.neuron_count());
  BranchingRelay paths;
  while (paths.sets.size() < neurons) {
    branching_step(table, cls, options, paths, progress);
    progress.report(paths.sets.size(), neurons);
  }
  return paths;
}

}  // namespace inforelay
