// What a recurrent network did on sequences, as a recording: states, symbols, trials and steps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "experiments/config/config.hpp"
#include "experiments/sources/recording_file.hpp"
#include "nn/data/sequence_data.hpp"
#include "nn/recurrent/recurrent_run.hpp"

namespace inforelay {

/// The inputs of both sets as symbols: a name for each different input, "1" or "0,1". None if there are more than
/// most_stimuli different ones: real-valued inputs are no symbols.
struct Stimuli {
  static constexpr std::size_t most_stimuli = 256;
  std::vector<std::string> names;
  std::vector<Symbol> train, test;  ///< [trial,time]

  const std::vector<Symbol>& subset(std::string_view which) const { return which == "train" ? train : test; }
};
std::optional<Stimuli> stimuli_of(const SequencePair& data);

/// The symbols of a network's recordings: names of the input and output symbols, and the positions in this list of the
/// labels and decisions, and of the stimuli.
struct RecurrentSymbols {
  std::vector<std::string> names;
  std::vector<Symbol> of_class, of_stimulus;
  std::optional<Stimuli> stimuli;
};

/// `path`: of the network in messages. Throws UsageError if stimuli are to be the input symbols and are none (Stimuli),
/// or, with a contrast for each symbol, if no input symbol is an output symbol, too.
RecurrentSymbols recurrent_symbols(const std::string& path, const RecurrentConfig& config, ContrastKind contrast,
                                   const SequencePair& data);

/// The steps of a trial that are recorded: config.times, or all from config.lag.
std::vector<std::size_t> recorded_steps(const RecurrentConfig& config, std::size_t steps);

/// The units of the state, by state_groups(), that layer 1, 2, ... of the recording has.
std::vector<int> recorded_state_units(const RecurrentNetwork& network, const RecurrentConfig& config, int layer);

struct RecurrentSamples : RecordingSamples {
  std::vector<Symbol> stimulus;  ///< [N] the input of the step, a position in Stimuli::names; empty: they are none
  double accuracy = 0;           ///< fraction of the labelled steps of the subset with the correct decision
  /// Fraction of the labelled steps with the commonest label: the accuracy of always deciding for it.
  double commonest_label = 0;
  /// Labelled steps whose label differs from that of the step before, or that begin a trial: labels drawn
  /// independently.
  std::int64_t label_changes = 0;
};

/// Runs the network on one subset and takes the samples of one layer, trial by trial. `last_unit_is_input`: the first
/// input of the step stands in place of the last unit's value.
RecurrentSamples record_recurrent(const RecurrentNetwork& network, const RecurrentConfig& config,
                                  const RecurrentSymbols& symbols, const SequenceData& data, const std::string& subset,
                                  int layer, bool last_unit_is_input, Progress& progress);

/// Those of one of the `times` recorded steps of each trial; without `time`, as all are of one.
RecurrentSamples samples_at_time(const RecurrentSamples& samples, std::size_t time, std::size_t times);

}  // namespace inforelay
