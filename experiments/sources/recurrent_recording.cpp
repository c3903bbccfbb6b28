#include "experiments/sources/recurrent_recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/text/message_text.hpp"
#include "experiments/sources/recording_symbols.hpp"

namespace inforelay {
namespace {

std::string stimulus_name(std::span<const float> inputs) {
  std::string name;
  for (const float value : inputs) name += fmt::format("{}{}", name.empty() ? "" : ",", value == 0 ? 0.0f : value);
  return name;
}

bool are_integers(const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return !name.empty() && name.size() < 10 && name.find_first_not_of("0123456789") == std::string::npos &&
           (name == "0" || name.front() != '0');
  });
}

std::vector<Symbol> positions_of(const std::vector<std::string>& words, const std::vector<std::string>& names) {
  std::vector<Symbol> positions;
  for (const std::string& word : words)
    positions.push_back(static_cast<Symbol>(std::find(names.begin(), names.end(), word) - names.begin()));
  return positions;
}

}  // namespace

std::optional<Stimuli> stimuli_of(const SequencePair& data) {
  Stimuli stimuli;
  std::map<std::vector<float>, Symbol> known;
  for (const auto& [set, symbols] : {std::pair(&data.train, &stimuli.train), std::pair(&data.test, &stimuli.test)}) {
    const SequenceArray& inputs = set->inputs;
    symbols->reserve(inputs.samples());
    for (std::size_t trial = 0; trial < inputs.trials; ++trial) {
      for (std::size_t step = 0; step < inputs.steps; ++step) {
        const std::span<const float> row = inputs.row(trial, step);
        const auto [found, is_new] =
            known.emplace(std::vector<float>(row.begin(), row.end()), static_cast<Symbol>(known.size()));
        if (is_new && known.size() > Stimuli::most_stimuli) return std::nullopt;
        symbols->push_back(found->second);
      }
    }
  }
  // In the order of their values, which does not depend on which comes first.
  std::vector<Symbol> place(known.size());
  for (const auto& [inputs, symbol] : known) {
    place[symbol] = static_cast<Symbol>(stimuli.names.size());
    stimuli.names.push_back(stimulus_name(inputs));
  }
  for (auto* symbols : {&stimuli.train, &stimuli.test}) {
    for (Symbol& symbol : *symbols) symbol = place[symbol];
  }
  return stimuli;
}

RecurrentSymbols recurrent_symbols(const std::string& path, const RecurrentConfig& config, ContrastKind contrast,
                                   const SequencePair& data) {
  RecurrentSymbols symbols;
  symbols.stimuli = stimuli_of(data);
  const std::vector<std::string>& classes = data.test.class_names;
  if (config.input == InputSymbol::label) {
    symbols.names = classes;
  } else {
    if (!symbols.stimuli) {
      throw UsageError(
          "{}.recurrent.input: stimulus, but there are more than {} different inputs: real-valued inputs are no "
          "symbols",
          path, Stimuli::most_stimuli);
    }
    const std::vector<std::string>& stimuli = symbols.stimuli->names;
    const bool common = std::any_of(stimuli.begin(), stimuli.end(), [&](const std::string& name) {
      return std::find(classes.begin(), classes.end(), name) != classes.end();
    });
    if (!common && contrast == ContrastKind::one_vs_rest) {
      throw UsageError(
          "{}.recurrent.input: inputs ({}) and decisions ({}) have no symbol in common, so a contrast for each symbol "
          "finds nothing; analysis.contrast: whole asks about all symbols",
          path, listed(stimuli), listed(classes));
    }
    symbols.names =
        name_symbols({stimuli, {}, are_integers(stimuli)}, {classes, {}, are_integers(classes)}, path).names;
    symbols.of_stimulus = positions_of(stimuli, symbols.names);
  }
  symbols.of_class = positions_of(classes, symbols.names);
  return symbols;
}

std::vector<std::size_t> recorded_steps(const RecurrentConfig& config, std::size_t steps) {
  if (!config.times.empty()) return {config.times.begin(), config.times.end()};
  std::vector<std::size_t> recorded;
  for (auto step = static_cast<std::size_t>(config.lag); step < steps; ++step) recorded.push_back(step);
  return recorded;
}

std::vector<int> recorded_state_units(const RecurrentNetwork& network, const RecurrentConfig& config, int layer) {
  std::vector<int> units;
  for (const StateGroup& group : state_groups(network)) {
    const bool is_h = group.name == fmt::format("h{}", layer), is_c = group.name == fmt::format("c{}", layer);
    if (!(is_h && config.states != StateVariables::c) && !(is_c && config.states != StateVariables::h)) continue;
    for (std::size_t unit = 0; unit < group.units; ++unit) units.push_back(static_cast<int>(group.begin + unit));
  }
  return units;
}

namespace {

void count_labels(const SequenceData& data, RecurrentSamples& samples) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(data.class_count()));
  const std::size_t first = data.first_labelled_step();
  for (std::size_t trial = 0; trial < data.trials(); ++trial) {
    for (std::size_t step = first; step < data.steps(); ++step) {
      const Symbol label = data.label(trial, step);
      ++counts[label];
      if (step == first || label != data.label(trial, step - 1)) ++samples.label_changes;
    }
  }
  samples.commonest_label = static_cast<double>(*std::max_element(counts.begin(), counts.end())) /
                            static_cast<double>(data.trials() * (data.steps() - first));
}

}  // namespace

RecurrentSamples record_recurrent(const RecurrentNetwork& network, const RecurrentConfig& config,
                                  const RecurrentSymbols& symbols, const SequenceData& data, const std::string& subset,
                                  int layer, bool last_unit_is_input, Progress& progress) {
  check_sequences(network, data);
  const auto threshold = static_cast<float>(config.threshold);
  const RecurrentRecord record = run_recurrent(network, data.inputs, {}, progress);
  const std::vector<Symbol> decided = decisions(record.output, threshold);
  const std::vector<std::size_t> steps = recorded_steps(config, data.steps());
  const std::vector<int> units = recorded_state_units(network, config, layer);
  const bool by_label = config.input == InputSymbol::label;
  const OutputSymbol asked =
      config.output.value_or(data.label_time == LabelTime::end ? OutputSymbol::end : OutputSymbol::now);
  RecurrentSamples result;
  result.accuracy = sequence_accuracy(record.output, data, threshold);
  count_labels(data, result);
  result.samples.values.resize(static_cast<Eigen::Index>(data.trials() * steps.size()),
                               static_cast<Eigen::Index>(units.size()));
  Eigen::Index row = 0;
  for (std::size_t trial = 0; trial < data.trials(); ++trial) {
    for (const std::size_t step : steps) {
      const std::span<const float> state = record.states.row(trial, step);
      for (std::size_t k = 0; k < units.size(); ++k)
        result.samples.values(row, static_cast<Eigen::Index>(k)) = state[static_cast<std::size_t>(units[k])];
      if (last_unit_is_input)
        result.samples.values(row, result.samples.values.cols() - 1) = data.inputs.row(trial, step)[0];
      const std::size_t now = trial * data.steps() + step;
      const std::size_t decision = asked == OutputSymbol::end ? (trial + 1) * data.steps() - 1 : now;
      result.samples.input.push_back(
          by_label ? symbols.of_class[data.label(trial, step)]
                   : symbols.of_stimulus[symbols.stimuli->subset(subset)[now - static_cast<std::size_t>(config.lag)]]);
      result.samples.output.push_back(symbols.of_class[decided[decision]]);
      if (symbols.stimuli) result.stimulus.push_back(symbols.stimuli->subset(subset)[now]);
      result.trial.push_back(static_cast<std::int64_t>(trial));
      result.time.push_back(static_cast<std::int64_t>(step));
      ++row;
    }
  }
  return result;
}

RecurrentSamples samples_at_time(const RecurrentSamples& samples, std::size_t time, std::size_t times) {
  RecurrentSamples result;
  result.accuracy = samples.accuracy;
  result.commonest_label = samples.commonest_label;
  result.label_changes = samples.label_changes;
  const std::size_t trials = samples.trial.size() / times;
  result.samples.values.resize(static_cast<Eigen::Index>(trials), samples.samples.values.cols());
  for (std::size_t trial = 0; trial < trials; ++trial) {
    const std::size_t row = trial * times + time;
    result.samples.values.row(static_cast<Eigen::Index>(trial)) =
        samples.samples.values.row(static_cast<Eigen::Index>(row));
    result.samples.input.push_back(samples.samples.input[row]);
    result.samples.output.push_back(samples.samples.output[row]);
    if (!samples.stimulus.empty()) result.stimulus.push_back(samples.stimulus[row]);
    result.trial.push_back(samples.trial[row]);
  }
  return result;
}

}  // namespace inforelay
