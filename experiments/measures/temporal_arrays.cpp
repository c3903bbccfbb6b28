#include "experiments/measures/temporal_arrays.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "experiments/measures/layer_states.hpp"
#include "infotheory/temporal/temporal.hpp"

namespace inforelay {
namespace {

/// The number of steps of a trial. All trials must have the same steps, without gaps.
std::size_t steps_of(std::span<const std::int64_t> trial, std::span<const std::int64_t> time) {
  std::size_t steps = 1;
  while (steps < trial.size() && trial[steps] == trial[0]) ++steps;
  for (std::size_t i = 0; i < trial.size(); ++i) {
    const std::int64_t expected = time[0] + static_cast<std::int64_t>(i % steps);
    const bool new_trial = i % steps == 0 && i > 0;
    if (time[i] == expected && (i == 0 || (trial[i] != trial[i - 1]) == new_trial)) continue;
    throw UsageError(
        "analysis.lags: trial {} has step {} where {} is expected: all steps of a trial are needed, without a choice "
        "of "
        "times",
        trial[i], time[i], expected);
  }
  if (trial.size() % steps != 0)
    throw UsageError("analysis.lags: {} samples are no whole number of trials of {} steps", trial.size(), steps);
  return steps;
}

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
  return {
      {"temporal_representation",
       "bit",
       {"lag", "set"},
       "temporal representation R_p(B) = I(x(t-p); B(t) | x(t)) of every set B of units at lag p, x the input; "
       "index: bit k is set if unit k is in the set"},
      {"transfer_entropy",
       "bit",
       {"unit", "set"},
       "transfer entropy I(y(t+1); B(t) | y(t)) from every set B of units to unit y, with one step of history; index "
       "likewise"},
      {"transfer_entropy_units", "bit", {"source", "unit"}, "transfer entropy from unit to unit"}};
}

MemoryNeed temporal_memory(const MeasurePlace& place) {
  const LayerSizes& size = place.sizes;
  const double sets = std::exp2(size.units), samples = size.samples.at(place.subset);
  const double rows = static_cast<double>(place.config.analysis.lags.size()) + size.units;
  return {.kept = 8 * sets * rows + 8 * size.units * size.units,
          .working = 24 * samples * (1 + thread_count()) + 16 * sets,
          .sets = sets,
          .smaller = "fewer units in the analysed layer, or fewer analysis.lags"};
}

void put_temporal(MeasureRun& run, ResultArrays& out) {
  const ResultView group = run.layer.at("states/" + run.place.subset);
  const bool is_recording = run.place.recording != nullptr;
  if (!group.has("trial")) throw UsageError("analysis.lags: {} has no time", run.system.name());
  if (!is_recording && !group.has("stimulus")) {
    throw UsageError(
        "analysis.lags: networks.{} reads more than {} different inputs: real-valued inputs are no symbols",
        run.system.name(), Stimuli::most_stimuli);
  }
  const LayerStates layer =
      layer_states(group, ContrastKind::one_vs_rest, run.layer.root().texts(run.system.group() + "/class"));
  const UnitStates* states = std::get_if<UnitStates>(&layer.states);
  if (states == nullptr) throw UsageError("analysis.lags: units have more than two levels (analysis.discretize)");
  const std::size_t steps = steps_of(group.vector<std::int64_t>("trial"), group.vector<std::int64_t>("time"));
  std::vector<std::int64_t> lags = run.place.config.analysis.lags;
  TemporalOptions options{.lags = {}};
  for (const std::int64_t lag : lags) {
    if (lag >= static_cast<std::int64_t>(steps))
      throw UsageError("analysis.lags: {}, but a trial has {} steps", lag, steps);
    options.lags.push_back(static_cast<std::size_t>(lag));
  }
  out.put_scale("lag", lags, "steps between the input and the state");
  out.put("temporal_representation",
          temporal_representation_bits(*states, group.vector<Symbol>(is_recording ? "input" : "stimulus"), steps,
                                       options, run.progress));
  if (steps < 2) return;
  const int units = states->unit_count();
  RowMatrix<double> transfer(units, Eigen::Index{1} << units);
  for (int unit = 0; unit < units; ++unit) {
    const auto bits = transfer_entropy_of_sets_bits(*states, steps, unit, run.progress);
    std::copy(bits.begin(), bits.end(), transfer.row(unit).begin());
  }
  out.put("transfer_entropy", std::move(transfer));
  out.put("transfer_entropy_units", transfer_entropy_between_units_bits(*states, steps, run.progress));
}

}  // namespace inforelay
