#include "infotheory/temporal/temporal.hpp"

#include <algorithm>
#include <iterator>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "infotheory/temporal/set_information.hpp"

namespace inforelay {
namespace {

void check_steps(std::size_t samples, std::size_t steps, std::size_t least) {
  check_bounded(steps >= least, "steps of a trial", steps, fmt::format("at least {}", least));
  if (samples % steps != 0)
    throw UsageError("measures over time: {} samples, expected a multiple of the {} steps of a trial", samples, steps);
}

// The samples (t, t+1) of a transfer: states at t, the target's value at t + 1 and at t.
struct Transitions {
  std::vector<StateWord> words;
  std::vector<Symbol> next, now;
};

Transitions transitions(std::span<const StateWord> words, std::size_t steps, int target) {
  Transitions pairs;
  const auto bit = [&](StateWord word) { return static_cast<Symbol>(word >> target & 1u); };
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i % steps == steps - 1) continue;
    pairs.words.push_back(words[i]);
    pairs.next.push_back(bit(words[i + 1]));
    pairs.now.push_back(bit(words[i]));
  }
  return pairs;
}

void check_transfer(const UnitStates& states, std::size_t steps, int target) {
  check_steps(states.sample_count(), steps, 2);
  check_range("transfer entropy: target", target, 0, states.unit_count() - 1);
}

}  // namespace

RowMatrix<double> temporal_representation_bits(const UnitStates& states, std::span<const Symbol> inputs,
                                               std::size_t steps, const TemporalOptions& options, Progress& progress) {
  const int units = states.unit_count();
  check_range("temporal representation: units", units, 1, NeuronSet::max_exhaustive_neurons);
  if (inputs.size() != states.sample_count())
    throw UsageError("temporal representation: {} inputs for {} states", inputs.size(), states.sample_count());
  check_steps(inputs.size(), steps, 1);
  const std::vector<StateWord> words = states.words();
  RowMatrix<double> bits(static_cast<Eigen::Index>(options.lags.size()), Eigen::Index{1} << units);
  for (std::size_t row = 0; row < options.lags.size(); ++row) {
    const std::size_t lag = options.lags[row];
    check_range("temporal representation: lag", lag, 0, steps - 1);
    std::vector<StateWord> at;
    std::vector<Symbol> past, now;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const bool inside = i % steps >= lag;
      if (!inside && !options.before_start) continue;
      at.push_back(words[i]);
      past.push_back(inside ? inputs[i - lag] : *options.before_start);
      now.push_back(inputs[i]);
    }
    const std::vector<double> of_sets = information_of_sets_bits(at, units, past, now, progress);
    std::copy(of_sets.begin(), of_sets.end(), bits.row(static_cast<Eigen::Index>(row)).data());
  }
  return bits;
}

std::vector<double> transfer_entropy_of_sets_bits(const UnitStates& states, std::size_t steps, int target,
                                                  Progress& progress) {
  check_transfer(states, steps, target);
  const Transitions pairs = transitions(states.words(), steps, target);
  return information_of_sets_bits(pairs.words, states.unit_count(), pairs.next, pairs.now, progress);
}

RowMatrix<double> transfer_entropy_between_units_bits(const UnitStates& states, std::size_t steps, Progress& progress) {
  const int units = states.unit_count();
  check_transfer(states, steps, 0);
  const std::vector<StateWord> words = states.words();
  std::vector<NeuronSet> each;
  for (int unit = 0; unit < units; ++unit) each.push_back(NeuronSet{unit});
  RowMatrix<double> bits(units, units);
  for (int target = 0; target < units; ++target) {
    const Transitions pairs = transitions(words, steps, target);
    const auto column = information_of_sets_bits(pairs.words, units, pairs.next, pairs.now, each, progress);
    bits.col(target) = Eigen::Map<const Eigen::VectorXd>(column.data(), units);
  }
  return bits;
}

double jaccard_distance(std::span<const int> a, std::span<const int> b) {
  std::vector<int> x(a.begin(), a.end()), y(b.begin(), b.end()), both;
  std::sort(x.begin(), x.end());
  std::sort(y.begin(), y.end());
  std::set_intersection(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(both));
  const std::size_t either = x.size() + y.size() - both.size();
  if (either == 0) return 0;
  return 1 - static_cast<double>(both.size()) / static_cast<double>(either);
}

RowMatrix<double> relay_drift(std::span<const GreedyRelay> paths, std::size_t count) {
  check_bounded(paths.size() >= 2, "drift: the number of times", paths.size(), "at least 2");
  const auto rows = paths.front().removal_order.rows(), units = paths.front().removal_order.cols();
  for (const GreedyRelay& path : paths) {
    if (path.removal_order.rows() == rows && path.removal_order.cols() == units) continue;
    throw UsageError("drift: paths of {} contrasts and {} units, expected {} and {} as at the first time",
                     path.removal_order.rows(), path.removal_order.cols(), rows, units);
  }
  RowMatrix<double> drift(rows, static_cast<Eigen::Index>(paths.size()) - 1);
  for (Eigen::Index row = 0; row < rows; ++row) {
    const auto contrast = static_cast<std::size_t>(row);
    for (std::size_t t = 0; t + 1 < paths.size(); ++t) {
      drift(row, static_cast<Eigen::Index>(t)) = jaccard_distance(
          last_units(paths[t].removal_order, contrast, count), last_units(paths[t + 1].removal_order, contrast, count));
    }
  }
  return drift;
}

}  // namespace inforelay
