// The values of a layer's units and the states that discretisation makes of them.
#include <fmt/format.h>

#include <cmath>

#include "core/error.hpp"
#include "experiments/measures/layer_states.hpp"
#include "experiments/measures/measure.hpp"
#include "infotheory/states/discretize.hpp"
#include "nn/network/activation.hpp"
#include "nn/training/accuracy.hpp"

namespace inforelay {
namespace {

// Large finite weights can overflow: an output of inf - inf is NaN, and argmax ignores NaN.
void check_finite(const std::string& name, std::string_view what, const RowMatrix<float>& values) {
  if (values.allFinite()) return;
  for (Eigen::Index sample = 0; sample < values.rows(); ++sample) {
    for (Eigen::Index unit = 0; unit < values.cols(); ++unit) {
      if (std::isfinite(values(sample, unit))) continue;
      throw DataError(
          fmt::format("network {}: {} {} of sample {} is {}, expected a finite number: its weights are too "
                      "large",
                      name, what, unit, sample, values(sample, unit)));
    }
  }
}

void put_outputs(MeasureRun& run, LayerRecord& record, ResultArrays& out) {
  const float on = decision_threshold(run.system.network(run.layer).layers.back().activation);
  out.put("argmax_accuracy", argmax_accuracy(record.network_output, record.samples.input));
  out.put("balanced_accuracy", balanced_accuracy(record.network_output, record.samples.input, on));
  out.put("network_output", std::move(record.network_output));
}

void compute(MeasureRun& run, ResultArrays& out) {
  const MeasurePlace& place = run.place;
  LayerRecord record = run.system.record(run.layer, place.layer, place.subset, run.progress);
  if (!place.recording) {  // those of a recording are checked as they are read
    check_finite(run.system.name(), fmt::format("activation of layer {}, unit", place.layer), record.samples.values);
    check_finite(run.system.name(), "output", record.network_output);
  }
  DiscretizeOptions options = place.config.analysis.discretize;
  options.random = run.system.random().child("states").child(place.subset);
  const std::vector<double> cuts = thresholds(record.samples.values, options, run.progress);
  const UnitStates states = discretize(record.samples.values, cuts);
  const Occupancy occupied = occupancy(states);
  if (!place.recording) put_outputs(run, record, out);
  out.put("occupied_states", static_cast<std::int64_t>(occupied.occupied));
  out.put("singleton_fraction", occupied.singleton_fraction);
  out.put("entropy_bits", occupied.entropy_bits);
  out.put<double>("threshold", Eigen::Map<const RowMatrix<double>>(cuts.data(), std::ssize(cuts), 1));
  put_states(states, out);
  out.put("input", record.samples.input);
  out.put("output", record.samples.output);
  out.put("value", std::move(record.samples.values));
  if (record.trial.empty()) return;
  out.put("trial", record.trial);
  out.put("time", record.time);
}

std::string missing_outputs(const MeasurePlace& place, int) { return missing_network(place); }

}  // namespace

extern const Measure states_measure;
const Measure states_measure{
    .name = "states",
    .scope = Scope::subset,
    .about = "values of the units of the layer, and the discrete states made of them",
    .arrays = {{"value", "1", {"sample", "unit"}, "activations of the layer"},
               {"network_output", "1", {"sample", "class"}, "activations of the output layer"},
               {"input", "1", {"sample"}, "input symbol: the true class"},
               {"output", "1", {"sample"}, "output symbol: the class with the largest output"},
               {"trial", "1", {"sample"}, "trial of a recording's sample, from 0"},
               {"time", "1", {"sample"}, "time of a recording's sample within its trial, from 0"},
               {"threshold", "1", {"unit", "cut"}, "a unit's state is 1 if its value is above this"},
               {"state", "1", {"sample"}, "state of the layer, bit k is unit k"},
               {"state", "1", {"sample", "unit"}, "state of each unit"},
               {"occupied_states", "1", {}, "distinct states of the layer that occur"},
               {"singleton_fraction", "1", {}, "fraction of the samples that are alone in their state"},
               {"entropy_bits", "bit", {}, "plug-in entropy of the states of the layer"},
               {"argmax_accuracy", "1", {}, "fraction of samples whose largest output is that of their class"},
               {"balanced_accuracy", "1", {"class"}, "balanced accuracy of each output, exact"}},
    .metrics = {{"argmax_accuracy", "argmax accuracy", "argmax_accuracy", {}, missing_outputs},
                {"balanced_accuracy", "balanced accuracy", "balanced_accuracy", {}, missing_outputs},
                {"occupied_states", "occupied states", "occupied_states"},
                {"singleton_fraction", "fraction of samples alone in their state", "singleton_fraction"},
                {"entropy_bits", "entropy of the states (bit)", "entropy_bits"}},
    .missing = missing_subset,
    .label = [](const MeasurePlace&) -> std::string { return "states"; },
    .memory =
        [](const MeasurePlace& place, AllSetsTable) {
          const LayerSizes& size = place.sizes;
          const double samples = size.samples.at(place.subset), state = size.is_wide() ? size.units : 4;
          const double outputs = place.recording ? 0 : size.classes;
          return samples_need(samples * (4 * (size.units + outputs) + 4 + state), 16 * samples + size.reading);
        },
    .compute = compute,
};

}  // namespace inforelay
