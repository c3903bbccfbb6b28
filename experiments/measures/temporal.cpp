// Measures over time of a recording: temporal representation and transfer entropy.
#include "infotheory/temporal/temporal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/error.hpp"
#include "experiments/measures/layer_states.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/measures/resumable_repeats.hpp"

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

void compute(MeasureRun& run, ResultArrays& out) {
  const ResultView group = run.layer.at("states/" + run.place.subset);
  const std::vector<std::int64_t>& lags = run.place.config.analysis.lags;
  const LayerStates states = layer_states(run);
  const std::string name = run.system.name() + ", " + run.place.subset;
  const Steps steps{binary_states(states.states), states.input,
                    steps_per_trial(name, group.vector<std::int64_t>("trial"), group.vector<std::int64_t>("time"))};
  for (const std::int64_t lag : lags) {
    if (static_cast<std::size_t>(lag) >= steps.count)
      throw DataError("{}: analysis.lags has {}, but a trial has {} steps", name, lag, steps.count);
  }
  if (steps.count < 2) throw DataError("{}: transfer entropy needs at least 2 steps in a trial, there is 1", name);
  const RowsOfSets rows(steps, {lags.begin(), lags.end()});
  ResumableRepeats repeats(run.store, run.progress, rows.count());
  const RowMatrix<float> bits = repeats.run("rows", rows).cast<float>();
  const auto lag_count = std::ssize(lags);
  out.put_scale("lag", lags, "lag, steps");
  out.put("temporal_representation", RowMatrix<float>(bits.topRows(lag_count)));
  out.put("transfer_entropy", RowMatrix<float>(bits.bottomRows(bits.rows() - lag_count)));
  out.put("transfer_entropy_units", transfer_entropy_between_units_bits(steps.states, steps.count, run.progress));
}

}  // namespace

extern const Measure temporal_measure;
const Measure temporal_measure{
    .name = "temporal",
    .scope = Scope::subset,
    .about = "measures over time of a recording: temporal representation and transfer entropy of all sets of units",
    .arrays = {{"temporal_representation",
                "bit",
                {"lag", "set"},
                "temporal representation I(x(t-lag); B(t) | x(t)) of every set B of units about the input symbols x; "
                "index: bit k is set if unit k is in the set"},
               {"transfer_entropy",
                "bit",
                {"target", "set"},
                "transfer entropy I(y(t+1); B(t) | y(t)) from every set B to each unit y; index likewise"},
               {"transfer_entropy_units", "bit", {"unit", "target"}, "transfer entropy from unit to unit"}},
    .metrics = {},
    .missing = [](const MeasurePlace& place) -> std::string {
      if (place.config.analysis.lags.empty()) return "there are no analysis.lags";
      const auto* recording = place.recording;
      if (!recording ||
          std::find(recording->axes.begin(), recording->axes.end(), RecordingAxis::time) == recording->axes.end())
        return "it has no axis time";
      if (holds(place.config.analysis.relay.exhaustive, place.subset)) return missing_subset(place);
      return fmt::format("{} is not among analysis.relay.exhaustive", place.subset);
    },
    .label = [](const MeasurePlace&) -> std::string { return "measures over time"; },
    .memory = [](const MeasurePlace& place, AllSetsTable) -> MemoryNeed {
      const double rows = static_cast<double>(place.config.analysis.lags.size()) + place.sizes.units;
      const double sets = std::exp2(place.sizes.units);
      return {.kept = 4 * rows * sets,
              .working = 12 * rows * sets + 40 * place.sizes.samples.at(place.subset),
              .sets = sets,
              .smaller = "fewer units or analysis.lags"};
    },
    .compute = compute,
};

}  // namespace inforelay
