#include "infotheory/relay/greedy.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <mutex>
#include <numeric>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/level_partition.hpp"
#include "infotheory/relay/pair_sums.hpp"
#include "infotheory/relay/relay_cell.hpp"
#include "infotheory/relay/state_partition.hpp"
#include "infotheory/relay/wide_partition.hpp"

namespace inforelay {
namespace {

using detail::RelayCell;
using RelayState = detail::RelayState<RelayCell>;

/// The states of up to 32 units, partitioned by the units of Y_0 decided so far.
class NarrowPartition {
 public:
  NarrowPartition(const StateTable& table, int contrast)
      : f_(table.n_log_n().data()), partition_(detail::relay_states(table, contrast), f_) {}

  /// N I(X_in; X_out | Y_0 and k) for each of `units`, none of them in Y_0 -> [units].
  std::vector<std::uint64_t> totals_with(std::span<const int> units) const {
    std::vector<std::uint64_t> totals(units.size(), partition_.settled());
    for (const auto& group : partition_.groups()) {
      std::array<RelayCell, NeuronSet::max_neurons> ones{};  // the part of the group in which unit j is 1
      for (const RelayState& state : partition_.states().subspan(group.begin, group.end - group.begin)) {
        for (std::size_t j = 0; j < units.size(); ++j) ones[j] += state.cell.where((state.word >> units[j] & 1u) != 0);
      }
      for (std::size_t j = 0; j < units.size(); ++j)
        totals[j] += ones[j].information(f_) + (group.whole - ones[j]).information(f_);
    }
    return totals;
  }

  /// Moves a unit into Y_0.
  void divide(int unit) {
    partition_.divide([&](const RelayState& state) { return (state.word >> unit & 1u) != 0; });
  }

 private:
  const std::uint64_t* f_;
  detail::StatePartition<RelayState> partition_;
};

/// Counts steps from any thread and reports them one at a time.
class Steps {
 public:
  Steps(Progress& progress, std::size_t total) : progress_(progress), total_(total) {}
  /// Throws Interrupted.
  void count() {
    progress_.check();
    const std::lock_guard lock(mutex_);
    progress_.report(++done_, total_);
  }

 private:
  Progress& progress_;
  std::mutex mutex_;
  std::uint64_t done_ = 0, total_;
};

template <class Partition, class Table>
void search(const Table& table, int contrast, Eigen::Index row, GreedyRelay& result, Steps& steps) {
  Partition partition(table, contrast);
  const std::uint64_t given_all = detail::information_given_all(table, contrast);
  std::vector<int> left(static_cast<std::size_t>(table.unit_count()));
  std::iota(left.begin(), left.end(), 0);
  for (Eigen::Index step = 0; !left.empty(); ++step) {
    const std::vector<std::uint64_t> totals = partition.totals_with(left);
    const auto best = std::max_element(totals.begin(), totals.end());  // of equals the first: the lowest unit
    const auto removed = left.begin() + (best - totals.begin());
    result.removal_order(row, step) = static_cast<std::uint16_t>(*removed);
    result.information(row, step) = table.n_log_n().bits(*best - given_all);
    partition.divide(*removed);
    left.erase(removed);
    steps.count();
  }
}

template <class Partition, class Table>
GreedyRelay search_all(const Table& table, std::span<const int> contrasts, Progress& progress) {
  const std::vector<int> rows = detail::checked_contrasts(table.contrast_count(), contrasts);
  GreedyRelay result;
  result.removal_order.resize(static_cast<Eigen::Index>(rows.size()), table.unit_count());
  result.information.resize(static_cast<Eigen::Index>(rows.size()), table.unit_count());
  Steps steps(progress, rows.size() * static_cast<std::size_t>(table.unit_count()));
  parallel_blocks(rows.size(), [&](std::size_t row) {
    search<Partition>(table, rows[row], static_cast<Eigen::Index>(row), result, steps);
  });
  return result;
}

}  // namespace

GreedyRelay greedy_relay(const StateTable& table, std::span<const int> contrasts, Progress& progress) {
  if (table.states().fits_words()) return search_all<NarrowPartition>(table, contrasts, progress);
  return search_all<detail::WidePartition>(table, contrasts, progress);
}

GreedyRelay greedy_relay(const LevelTable& table, std::span<const int> contrasts, Progress& progress) {
  return search_all<detail::LevelPartition>(table, contrasts, progress);
}

RowMatrix<double> aggregated_relay_information_bits(const GreedyRelay& greedy) {
  const Eigen::Index rows = greedy.information.rows(), units = greedy.information.cols();
  RowMatrix<double> aggregated(rows, units);
  for (Eigen::Index row = 0; row < rows; ++row) {
    double sum = 0;  // over the steps so far, after each of which the unit removed next was still there
    for (Eigen::Index step = 0; step < units; ++step) {
      aggregated(row, greedy.removal_order(row, step)) = sum;
      sum += greedy.information(row, 0) - greedy.information(row, step);
    }
  }
  return aggregated;
}

RowMatrix<double> greedy_information_by_size(const GreedyRelay& greedy, std::span<const double> total) {
  const Eigen::Index rows = greedy.information.rows(), units = greedy.information.cols();
  assert(std::ssize(total) == rows);
  RowMatrix<double> by_size(rows, units + 1);
  by_size.leftCols(units) = greedy.information.rowwise().reverse();  // step i leaves K-1-i units
  by_size.col(units) = Eigen::Map<const Eigen::VectorXd>(total.data(), rows);
  return by_size;
}

std::vector<int> last_units(const RowMatrix<std::uint16_t>& removal_order, std::size_t row, std::size_t count) {
  const auto units = static_cast<std::size_t>(removal_order.cols());
  check_range("last units: contrast", row, 0, static_cast<std::size_t>(removal_order.rows()) - 1);
  check_range("last units: count", count, 1, units);
  std::vector<int> last;
  for (std::size_t step = units - count; step < units; ++step)
    last.push_back(removal_order(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(step)));
  std::sort(last.begin(), last.end());
  return last;
}

void branching_step(const StateTable& table, int contrast, const BranchingOptions& options, BranchingRelay& paths,
                    const Progress& progress) {
  detail::checked_contrasts(table, {&contrast, 1});
  const int units = table.unit_count();
  if (!table.states().fits_words())
    throw UsageError("branching greedy search: {} units, expected at most {}", units, NeuronSet::max_neurons);
  const std::size_t step = paths.sets.size();
  assert(step < static_cast<std::size_t>(units));
  const std::vector<NeuronSet> kept = step > 0 ? paths.sets.back() : std::vector{NeuronSet::all(units)};
  std::uint64_t best = 0;
  std::vector<StateWord> next;
  for (const NeuronSet relay : kept) {
    progress.check();
    NarrowPartition partition(table, contrast);
    std::vector<int> left;
    for (int k = 0; k < units; ++k) {
      if (relay.contains(k))
        left.push_back(k);
      else
        partition.divide(k);
    }
    const std::vector<std::uint64_t> totals = partition.totals_with(left);
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (!next.empty() && totals[i] < best) continue;
      if (totals[i] > best) next.clear();
      best = totals[i];
      next.push_back(relay.without(left[i]).bits());
    }
  }
  std::sort(next.begin(), next.end());
  next.erase(std::unique(next.begin(), next.end()), next.end());
  if (next.size() > options.max_sets)
    throw ComputeError("branching greedy search: contrast {}, step {}: {} tied sets, expected at most {}", contrast,
                       step, next.size(), options.max_sets);
  std::vector<NeuronSet> sets;
  for (const StateWord bits : next) sets.emplace_back(bits);
  paths.sets.push_back(std::move(sets));
  paths.information.push_back(table.n_log_n().bits(best - detail::information_given_all(table, contrast)));
}

BranchingRelay branching_relay(const StateTable& table, int contrast, const BranchingOptions& options,
                               Progress& progress) {
  const auto units = static_cast<std::size_t>(table.unit_count());
  BranchingRelay paths;
  while (paths.sets.size() < units) {
    branching_step(table, contrast, options, paths, progress);
    progress.report(paths.sets.size(), units);
  }
  return paths;
}

}  // namespace inforelay
