#include "nn/recurrent/recurrent_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/checks.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "nn/recurrent/recurrent_intervention.hpp"
#include "nn/recurrent/recurrent_lanes.hpp"

namespace inforelay {
namespace {

constexpr std::size_t lanes = RecurrentLanes::lanes;

void check_values(const std::vector<float>& values, std::size_t expected, std::string_view name) {
  if (values.size() != expected)
    throw UsageError("{}: {} values, expected {}, one for each unit of the state", name, values.size(), expected);
  const auto bad = std::ranges::find_if(values, [](float v) { return !std::isfinite(v); });
  if (bad != values.end())
    throw UsageError("{}: that of unit {} is {}, expected a finite number", name, bad - values.begin(), *bad);
}

// Replaces the states of the trials in the lanes before a step.
class StateChange {
 public:
  StateChange(const Intervention& intervention, std::size_t state_width)
      : intervention_(intervention), noise_(state_width), lane_noise_(lane_values(state_width)) {}

  void apply(std::size_t step, std::size_t first_trial, std::size_t trials, std::span<float> state) {
    if (intervention_.units.empty() || step < intervention_.from || step >= intervention_.to) return;
    if (intervention_.replace == StateReplacement::noise) {
      for (std::size_t lane = 0; lane < trials; ++lane) {
        draw_noise(intervention_, first_trial + lane, step, noise_);
        for (std::size_t u = 0; u < noise_.size(); ++u) lane_noise_[u * lanes + lane] = noise_[u];
      }
    }
    std::array<bool, lanes> all{};
    std::fill_n(all.begin(), trials, true);
    for (const int unit : intervention_.units) {
      const auto u = static_cast<std::size_t>(unit);
      std::array<float, lanes> value{};
      if (intervention_.replace == StateReplacement::noise) std::copy_n(&lane_noise_[u * lanes], lanes, value.begin());
      if (intervention_.replace == StateReplacement::mean) value.fill(intervention_.mean[u]);
      replace_values(intervention_.replace, all, value, &state[u * lanes]);
    }
  }

 private:
  const Intervention& intervention_;
  std::vector<float> noise_, lane_noise_;  // [U], [U,lane]
};

}  // namespace

void Intervention::check(std::size_t state_width, std::size_t steps) const {
  std::vector<bool> seen(state_width);
  for (const int unit : units) {
    if (unit < 0 || static_cast<std::size_t>(unit) >= state_width)
      throw UsageError("intervention: unit {}, expected [0,{})", unit, state_width);
    if (seen[static_cast<std::size_t>(unit)]) throw UsageError("intervention: unit {} is named twice", unit);
    seen[static_cast<std::size_t>(unit)] = true;
  }
  if (replace == StateReplacement::mean) check_values(mean, state_width, "intervention: means");
  check_bounded(std::isfinite(sd) && sd >= 0, "intervention: sd", sd, "a finite number of at least 0");
  if (units.empty()) return;
  check_bounded(from < to, "intervention: from", from, "less than `to`");
  check_bounded(from < steps, "intervention: from", from, fmt::format("a step in [0,{})", steps));
}

void check_initial(const std::vector<float>& initial, std::size_t state_width) {
  if (!initial.empty()) check_values(initial, state_width, "initial state");
}

void check_outputs(std::span<const float> outputs, std::size_t trial, std::size_t step,
                   std::optional<NeuronSet> replaced) {
  const auto bad = std::ranges::find_if(outputs, [](float y) { return !std::isfinite(y); });
  if (bad == outputs.end()) return;
  throw ComputeError("output {} at step {} of trial {}{} is {}, expected a finite number", bad - outputs.begin(), step,
                     trial, replaced ? fmt::format(" for the set '{}'", replaced->to_string()) : std::string(), *bad);
}

RecurrentRecord run_recurrent(const RecurrentNetwork& network, const SequenceArray& inputs,
                              const RecurrentRunOptions& options, Progress& progress) {
  check_shapes(network);
  const std::size_t state_width = network.state_width();
  check_bounded(inputs.width == static_cast<std::size_t>(network.input_width()), "inputs of a step", inputs.width,
                std::to_string(network.input_width()) + ", as many as the network takes");
  check_initial(options.initial, state_width);
  options.intervention.check(state_width, inputs.steps);

  const auto outputs = static_cast<std::size_t>(network.output_width());
  RecurrentRecord record{{inputs.trials, inputs.steps, outputs}, {}};
  if (options.keep_states) record.states = {inputs.trials, inputs.steps, state_width};
  parallel_blocks(
      BlockRange::count(lanes, inputs.trials),
      [&](std::size_t block) {
        const BlockRange trials(block, lanes, inputs.trials);
        RecurrentLanes run(network);
        StateChange change(options.intervention, state_width);
        run.start(options.initial);
        for (std::size_t step = 0; step < inputs.steps; ++step) {
          if (step % 1024 == 0) progress.check();
          change.apply(step, trials.begin, trials.size(), run.state());
          for (std::size_t lane = 0; lane < trials.size(); ++lane)
            run.set_input(lane, inputs.row(trials.begin + lane, step));
          run.step();
          for (std::size_t lane = 0; lane < trials.size(); ++lane) {
            run.get_output(lane, record.output.row(trials.begin + lane, step));
            check_outputs(record.output.row(trials.begin + lane, step), trials.begin + lane, step);
            if (options.keep_states) run.get_state(lane, record.states.row(trials.begin + lane, step));
          }
        }
      },
      progress);
  return record;
}

std::vector<float> mean_states(const SequenceArray& states) {
  check_bounded(states.samples() >= 1, "the number of recorded steps", states.samples(), "at least 1");
  std::vector<double> sum(states.width);
  for (std::size_t i = 0; i < states.values.size(); ++i) sum[i % states.width] += states.values[i];
  std::vector<float> mean;
  for (const double each : sum) mean.push_back(static_cast<float>(each / static_cast<double>(states.samples())));
  return mean;
}

std::vector<Symbol> decisions(const SequenceArray& output, float threshold) {
  check_range("the number of outputs", output.width, 1, max_symbols);
  std::vector<Symbol> chosen(output.samples());
  for (std::size_t i = 0; i < chosen.size(); ++i)
    chosen[i] = decision(std::span(output.values).subspan(i * output.width, output.width), threshold);
  return chosen;
}

Symbol decision(std::span<const float> outputs, float threshold) {
  if (outputs.size() == 1) return outputs[0] > threshold ? 1 : 0;
  return static_cast<Symbol>(argmax(outputs));
}

void check_sequences(const RecurrentNetwork& network, const SequenceData& data) {
  const int outputs = network.output_width(), classes = data.class_count();
  if (data.inputs.width != static_cast<std::size_t>(network.input_width()))
    throw UsageError("the network takes {} inputs but the data have {}", network.input_width(), data.inputs.width);
  if (outputs != classes && !(outputs == 1 && classes == 2))
    throw UsageError("the network has {} outputs but the data {} classes", outputs, classes);
}

double sequence_accuracy(const SequenceArray& output, const SequenceData& data, float threshold) {
  if (output.trials != data.trials() || output.steps != data.steps())
    throw UsageError("outputs of {} trials of {} steps, expected {} of {}", output.trials, output.steps, data.trials(),
                     data.steps());
  std::uint64_t correct = 0, total = 0;
  for (std::size_t trial = 0; trial < data.trials(); ++trial) {
    for (std::size_t step = data.first_labelled_step(); step < data.steps(); ++step) {
      correct += decision(output.row(trial, step), threshold) == data.label(trial, step) ? 1u : 0u;
      ++total;
    }
  }
  check_bounded(total > 0, "the number of labelled steps", total, "at least 1");
  return static_cast<double>(correct) / static_cast<double>(total);
}

}  // namespace inforelay
