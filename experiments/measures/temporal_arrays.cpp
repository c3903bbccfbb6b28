#include "experiments/measures/temporal_arrays.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "experiments/measures/layer_states.hpp"
#include "experiments/measures/resumable_repeats.hpp"
#include "infotheory/temporal/temporal.hpp"

namespace inforelay {
namespace {

/// The samples of trials that all have the same steps, one after the other.
struct Steps {
  UnitStates states;  // [N,K]
  std::span<const Symbol> input;
  std::size_t count;  // in each trial
};

/// Steps per trial. DataError, naming the sample, unless all trials have the same number of consecutive times.
std::size_t steps_per_trial(const std::string& name, std::span<const std::int64_t> trial,
                            std::span<const std::int64_t> time) {
  std::size_t steps = 1;
  while (steps < trial.size() && trial[steps] == trial[0]) ++steps;
  for (std::size_t i = 0; i < trial.size(); ++i) {
    const std::size_t step = i % steps;
    const bool same_trial = trial[i] == trial[i - step];
    const bool new_trial = step > 0 || i == 0 || trial[i] != trial[i - 1];
    if (!same_trial || !new_trial)
      throw DataError(
          "{}: measures over time need trials of equal length: the first has {} steps, but sample {} is of trial {}",
          name, steps, i, trial[i]);
    if (step > 0 && time[i] != time[i - 1] + 1)
      throw DataError("{}: measures over time need consecutive times: sample {} is of time {}, the sample before of {}",
                      name, i, time[i], time[i - 1]);
  }
  if (trial.size() % steps != 0)
    throw DataError("{}: measures over time need trials of equal length: the first has {} steps, the last {}", name,
                    steps, trial.size() % steps);
  return steps;
}

UnitStates binary_states(const AnyStates& states) {
  if (const auto* binary = std::get_if<UnitStates>(&states)) return *binary;
  return UnitStates::from_bytes(std::get<RowMatrix<std::uint8_t>>(states));
}

/// First temporal representation for each lag, then transfer entropy to each unit, of all sets.
class RowsOfSets final : public Repeats {
 public:
  RowsOfSets(const Steps& steps, std::vector<std::size_t> lags) : steps_(steps), lags_(std::move(lags)) {}

  std::size_t count() const override { return lags_.size() + static_cast<std::size_t>(units()); }
  std::size_t size() const override { return std::size_t{1} << units(); }
  bool uses_threads() const override { return true; }
  void compute(std::size_t row, std::span<double> values, Progress& progress) const override {
    if (row < lags_.size()) {
      const RowMatrix<double> bits =
          temporal_representation_bits(steps_.states, steps_.input, steps_.count, {.lags = {lags_[row]}}, progress);
      std::copy(bits.data(), bits.data() + bits.size(), values.begin());
      return;
    }
    const auto bits =
        transfer_entropy_of_sets_bits(steps_.states, steps_.count, static_cast<int>(row - lags_.size()), progress);
    std::copy(bits.begin(), bits.end(), values.begin());
  }

 private:
  int units() const { return steps_.states.unit_count(); }

  const Steps& steps_;
  std::vector<std::size_t> lags_;
};

}  // namespace

std::string missing_temporal(const MeasurePlace& place) {
  if (place.config.analysis.lags.empty()) return "there are no analysis.lags";
  if (place.is_feed_forward()) return "it has no time";
  const RecordingConfig* recording = place.recording;
  if (recording &&
      std::find(recording->axes.begin(), recording->axes.end(), RecordingAxis::time) == recording->axes.end())
    return "the recording has no axis time";
  return (recording ? recording->is_timed() : place.network.recurrent->is_timed()) ? "each time is analysed on its own"
                                                                                   : "";
}

std::vector<ArrayInfo> temporal_infos() {
  return {{"temporal_representation",
           "bit",
           {"lag", "set"},
           "temporal representation R_p(B) = I(x(t-p); B(t) | x(t)) of every set B of units at lag p, x the input; "
           "index: bit k is set if unit k is in the set"},
          {"transfer_entropy",
           "bit",
           {"target", "set"},
           "transfer entropy I(y(t+1); B(t) | y(t)) from every set B to each unit y; index likewise"},
          {"transfer_entropy_units", "bit", {"unit", "target"}, "transfer entropy from unit to unit"}};
}

MemoryNeed temporal_memory(const MeasurePlace& place) {
  const LayerSizes& size = place.sizes;
  const double sets = std::exp2(size.units), samples = size.samples.at(place.subset);
  const double rows = static_cast<double>(place.config.analysis.lags.size()) + size.units;
  return {.kept = 8 * rows * sets,
          .working = 16 * rows * sets + 24 * samples * (1 + thread_count()),
          .sets = sets,
          .smaller = "fewer units in the analysed layer, or fewer analysis.lags"};
}

void put_temporal(MeasureRun& run, ResultArrays& out) {
  const ResultView group = run.layer.at("states/" + run.place.subset);
  const std::string name = run.system.name() + ", " + run.place.subset;
  const bool is_recording = run.place.recording != nullptr;
  if (!is_recording && !group.has("stimulus")) {
    throw UsageError(
        "{}: analysis.lags needs inputs that are symbols, but there are more than {} different ones: real values", name,
        Stimuli::most_stimuli);
  }
  const LayerStates states = layer_states(run);
  const Steps steps{binary_states(states.states), group.vector<Symbol>(is_recording ? "input" : "stimulus"),
                    steps_per_trial(name, group.vector<std::int64_t>("trial"), group.vector<std::int64_t>("time"))};
  const std::vector<std::int64_t>& lags = run.place.config.analysis.lags;
  for (const std::int64_t lag : lags) {
    if (static_cast<std::size_t>(lag) >= steps.count)
      throw DataError("{}: analysis.lags has {}, but a trial has {} steps", name, lag, steps.count);
  }
  if (steps.count < 2) throw DataError("{}: transfer entropy needs at least 2 steps in a trial, there is 1", name);
  const RowsOfSets rows(steps, {lags.begin(), lags.end()});
  ResumableRepeats repeats(run.store, run.progress, rows.count());
  const RowMatrix<double>& bits = repeats.run("rows", rows);
  const auto lag_count = std::ssize(lags);
  out.put_scale("lag", lags, "lag, steps");
  out.put("temporal_representation", RowMatrix<double>(bits.topRows(lag_count)));
  out.put("transfer_entropy", RowMatrix<double>(bits.bottomRows(bits.rows() - lag_count)));
  out.put("transfer_entropy_units", transfer_entropy_between_units_bits(steps.states, steps.count, run.progress));
}

}  // namespace inforelay
