#include "infotheory/relay/wide_relay.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <mutex>
#include <numeric>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "infotheory/relay/wide_partition.hpp"

namespace inforelay {
namespace {

using detail::WidePartition;

/// Counts steps from any thread and passes them on one at a time.
class Steps {
 public:
  Steps(Progress& progress, std::size_t total) : progress_(progress), total_(total) {}
  /// One more is done. Throws Interrupted.
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

void check_classes(const BitStateTable& table, std::span<const int> classes) {
  for (const int cls : classes) {
    if (cls < 0 || cls >= table.class_count())
      throw UsageError(fmt::format("relay information: class {}, expected [0,{})", cls, table.class_count()));
  }
}

void search(const BitStateTable& table, int cls, Eigen::Index row, GreedyRelay& result, Steps& steps) {
  WidePartition partition(table, cls);
  std::vector<int> left(static_cast<std::size_t>(table.neuron_count()));
  std::iota(left.begin(), left.end(), 0);
  for (Eigen::Index step = 0; !left.empty(); ++step) {
    auto best = left.begin();
    for (auto k = best; k != left.end(); ++k) {
      if (partition.total_with(*k) > partition.total_with(*best)) best = k;
    }
    result.removal_order(row, step) = static_cast<std::uint16_t>(*best);
    result.information(row, step) = table.n_log_n().bits(partition.total_with(*best) - partition.total_given_all());
    partition.divide(*best);
    left.erase(best);
    steps.count();
  }
}

}  // namespace

WideRelay wide_relay_information(const BitStateTable& table, std::span<const int> classes, Progress& progress) {
  check_classes(table, classes);
  WideRelay result;
  result.all.resize(classes.size());
  result.single.resize(static_cast<Eigen::Index>(classes.size()), table.neuron_count());
  const auto of_class = [&](std::size_t row) {
    const WidePartition partition(table, classes[row]);
    const auto bits = [&](std::uint64_t given) { return table.n_log_n().bits(partition.total_given_none() - given); };
    result.all[row] = bits(partition.total_given_all());
    // The common I(X_in; X_out | all neurons) drops out of the difference.
    for (int k = 0; k < table.neuron_count(); ++k)
      result.single(static_cast<Eigen::Index>(row), k) = bits(partition.total_with(k));
  };
  parallel_blocks(classes.size(), of_class, progress);
  return result;
}

GreedyRelay wide_greedy_relay(const BitStateTable& table, std::span<const int> classes, Progress& progress) {
  check_classes(table, classes);
  GreedyRelay result;
  result.removal_order.resize(static_cast<Eigen::Index>(classes.size()), table.neuron_count());
  result.information.resize(static_cast<Eigen::Index>(classes.size()), table.neuron_count());
  Steps steps(progress, classes.size() * static_cast<std::size_t>(table.neuron_count()));
  parallel_blocks(classes.size(),
                  [&](std::size_t row) { search(table, classes[row], static_cast<Eigen::Index>(row), result, steps); });
  return result;
}

}  // namespace inforelay
