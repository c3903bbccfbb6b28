// The values of a layer's units and the states that discretisation makes of them.
#include <fmt/format.h>

#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "experiments/measures/layer_states.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/results/layer_results.hpp"
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
  const bool bits = has_output_bits(run.layer.root().at(run.system.group()));
  const std::vector<Symbol>& labels = record.samples.input;
  out.put("argmax_accuracy",
          bits ? binary_accuracy(record.network_output, labels, on) : argmax_accuracy(record.network_output, labels));
  out.put("balanced_accuracy",
          balanced_accuracy(record.network_output, labels, on, bits ? LabelKind::bits : LabelKind::classes));
  out.put("network_output", std::move(record.network_output));
}

/// The states of a subset, the cuts that they were made by, and how the samples are spread over them.
struct States {
  RowMatrix<double> cuts;  // [K,L-1]; [K,0] of symbols
  AnyStates states;
  std::vector<std::uint32_t> counts, index;  // of the distinct states, see DistinctStates
};

/// The values of a recording are floats, so a cut among them must be one: 0.3 as a float is above the double 0.3, and a
/// value of 0.3 in the file would be above the cut 0.3.
void round_given_cuts(DiscretizeOptions& options) {
  const auto to_float = [](double cut) { return static_cast<double>(static_cast<float>(cut)); };
  options.threshold = to_float(options.threshold);
  for (double& edge : options.edges) edge = to_float(edge);
}

std::string activation_of(const MeasurePlace& place) {
  return fmt::format("activation of layer {}, unit", place.layer);
}

RowMatrix<double> cuts_for(MeasureRun& run, const RowMatrix<float>& values) {
  const DiscretizeConfig& config = run.place.config.analysis.discretize;
  const bool own = config.fit == own_values || config.fit == run.place.subset;
  const std::string& subset = own ? run.place.subset : config.fit;
  DiscretizeOptions options = config;
  if (!run.place.is_feed_forward()) round_given_cuts(options);
  options.random = run.system.random().child("states").child(subset);
  const bool all_times = run.place.time && config.times == CutTimes::all;
  if (own && !all_times) return cuts(values, options, run.progress);
  const auto of_subset = [&](std::optional<std::size_t> time) {
    const LayerRecord other = run.system.record(run.layer, run.place.layer, subset, run.progress, time);
    if (run.place.is_feed_forward()) check_finite(run.system.name(), activation_of(run.place), other.samples.values);
    return cuts(other.samples.values, options, run.progress);
  };
  if (!all_times) return of_subset(run.place.time);
  return run.system.cuts(fmt::format("{} {}", run.place.layer, subset), [&] { return of_subset(std::nullopt); });
}

States states_of(MeasureRun& run, const RowMatrix<float>& values) {
  States result;
  result.cuts = cuts_for(run, values);
  if (level_count(run.place.config.analysis.discretize) == 2) {
    UnitStates states = discretize(values, {result.cuts.data(), static_cast<std::size_t>(result.cuts.size())});
    DistinctStates distinct = distinct_states(states);
    result.counts = std::move(distinct.counts);
    result.index = std::move(distinct.index);
    result.states = std::move(states);
    return result;
  }
  RowMatrix<std::uint8_t> levels =
      result.cuts.size() == 0 ? levels_of_symbols(values) : levels_by_cuts(values, result.cuts);
  DistinctLevels distinct = distinct_levels(levels);
  result.counts = std::move(distinct.counts);
  result.index = std::move(distinct.index);
  result.states = std::move(levels);
  return result;
}

void compute_states(MeasureRun& run, ResultArrays& out) {
  const MeasurePlace& place = run.place;
  LayerRecord record = run.system.record(run.layer, place.layer, place.subset, run.progress, place.time);
  if (place.is_feed_forward()) {  // others are checked as they are read or computed
    check_finite(run.system.name(), activation_of(place), record.samples.values);
    check_finite(run.system.name(), "output", record.network_output);
  }
  const States states = states_of(run, record.samples.values);
  const Occupancy occupied = occupancy(states.counts);
  if (place.is_feed_forward()) put_outputs(run, record, out);
  if (place.network.recurrent) out.put("step_accuracy", record.accuracy);
  if (!record.stimulus.empty()) {
    out.put_scale("stimulus_name", run.system.symbols(run.progress).stimuli->names, "inputs of a step");
    out.put("stimulus", record.stimulus);
  }
  out.put("occupied_states", static_cast<std::int64_t>(occupied.occupied));
  out.put("singleton_fraction", occupied.singleton_fraction);
  out.put("entropy_bits", occupied.entropy_bits);
  out.put("output_given_state_bits", entropy_given_state_bits(states.index, record.samples.output));
  out.put("input_given_state_bits", entropy_given_state_bits(states.index, record.samples.input));
  if (states.cuts.size() > 0) out.put("threshold", states.cuts);
  put_states(states.states, out);
  out.put("input", record.samples.input);
  out.put("output", record.samples.output);
  out.put("value", std::move(record.samples.values));
  if (record.trial.empty()) return;
  out.put("trial", record.trial);
  if (!record.time.empty()) out.put("time", record.time);
}

std::string missing_outputs(const MeasurePlace& place, int) { return missing_network(place); }
std::string missing_steps(const MeasurePlace& place, int) {
  return place.network.recurrent ? "" : "it is no recurrent network";
}

}  // namespace

extern const Measure states_measure;
const Measure states_measure{
    .name = "states",
    .scope = Scope::subset,
    .about = "values of the units of the layer, and the discrete states made of them",
    .arrays =
        {{"value", "1", {"sample", "unit"}, "values of the units: activations of the layer, or those of the recording"},
         {"network_output", "1", {"sample", "class"}, "activations of the output layer"},
         {"input",
          "1",
          {"sample"},
          "input symbol: the true class, the true values of the output bits, or that of the recording"},
         {"output",
          "1",
          {"sample"},
          "output symbol: the class with the largest output, the output bits as decided, or that of the recording"},
         {"trial", "1", {"sample"}, "trial of the sample, from 0"},
         {"time", "1", {"sample"}, "time of the sample within its trial, from 0"},
         {"stimulus", "1", {"sample"}, "what a recurrent network read at the step, a position in stimulus_name"},
         {"step_accuracy",
          "1",
          {},
          "fraction of all labelled steps of the subset that a recurrent network decides correctly"},
         {"threshold", "1", {"unit", "cut"}, "a unit's state is the number of these that its value is above"},
         {"state", "1", {"sample"}, "state of the layer, bit k is unit k"},
         {"state", "1", {"sample", "unit"}, "state of each unit"},
         {"occupied_states", "1", {}, "distinct states of the layer that occur"},
         {"singleton_fraction", "1", {}, "fraction of the samples that are alone in their state"},
         {"entropy_bits", "bit", {}, "plug-in entropy of the states of the layer"},
         {"output_given_state_bits",
          "bit",
          {},
          "H(output given state): what the states leave open of the output, which the activations of a network "
          "determine"},
         {"input_given_state_bits", "bit", {}, "H(input given state): what the states leave open of the input"},
         {"argmax_accuracy",
          "1",
          {},
          "fraction of samples whose largest output is that of their class; of output bits, that are all decided "
          "correctly"},
         {"balanced_accuracy",
          "1",
          {"class"},
          "balanced accuracy of each output against the threshold of its activation, exact; not by argmax"}},
    .metrics = {{"argmax_accuracy", "argmax accuracy", "argmax_accuracy", {}, missing_outputs},
                {"balanced_accuracy", "balanced accuracy", "balanced_accuracy", {}, missing_outputs},
                {"step_accuracy", "fraction of steps decided correctly", "step_accuracy", {}, missing_steps},
                {"occupied_states", "occupied states", "occupied_states"},
                {"singleton_fraction", "fraction of samples alone in their state", "singleton_fraction"},
                {"entropy_bits", "entropy of the states (bit)", "entropy_bits"},
                {"output_given_state_bits", "entropy of the output given the state (bit)", "output_given_state_bits"},
                {"input_given_state_bits", "entropy of the input given the state (bit)", "input_given_state_bits"}},
    .missing = missing_subset,
    .label = [](const MeasurePlace&) -> std::string { return "states"; },
    .memory =
        [](const MeasurePlace& place, AllSetsTable) {
          const LayerSizes& size = place.sizes;
          const DiscretizeConfig& discretize = place.config.analysis.discretize;
          const int levels = level_count(discretize);
          const double samples = size.samples.at(place.subset);
          const double outputs = place.is_feed_forward() ? size.classes : 0;
          const double state = size.is_wide() || levels > 2 ? size.units : 4;
          double working = 16 * samples + size.reading;
          if (levels > 2) working += samples * size.units;  // the distinct ones
          if (levels > 2 && discretize.method == Discretization::kmeans)
            working += thread_count() * samples * (4.0 * levels + 44);
          const bool all_times = size.times > 0 && discretize.times == CutTimes::all;
          const bool own = discretize.fit == own_values;
          const auto fit = size.samples.find(own ? place.subset : discretize.fit);
          if ((!own || all_times) && fit != size.samples.end())
            working += 4 * fit->second * (all_times ? size.times : 1) * (size.units + outputs);
          return samples_need(samples * (4 * (size.units + outputs) + 4 + state), working);
        },
    .compute = compute_states,
};

}  // namespace inforelay
