// The settings of recurrent networks, and of generated sequences.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/config/settings.hpp"
#include "nn/data/source.hpp"
#include "nn/recurrent/recurrent_network.hpp"
#include "nn/recurrent/recurrent_trainer.hpp"

namespace inforelay {

enum class TimeWord { pooled, each };
inline constexpr WordTable<TimeWord, 2> time_word_names{{{TimeWord::pooled, "pooled"}, {TimeWord::each, "each"}}};

/// Which variables of a layer are its units; both: h, then c.
enum class StateVariables { h, c, both };
inline constexpr WordTable<StateVariables, 3> state_variables_names{
    {{StateVariables::h, "h"}, {StateVariables::c, "c"}, {StateVariables::both, "both"}}};

/// label: that of the step, or of the trial; stimulus: the input of the step, or of an earlier one.
enum class InputSymbol { label, stimulus };
inline constexpr WordTable<InputSymbol, 2> input_symbol_names{
    {{InputSymbol::label, "label"}, {InputSymbol::stimulus, "stimulus"}}};

/// now: the decision at the step; end: that at the end of the trial.
enum class OutputSymbol { now, end };
inline constexpr WordTable<OutputSymbol, 2> output_symbol_names{
    {{OutputSymbol::now, "now"}, {OutputSymbol::end, "end"}}};

/// A recurrent network: what it is, how it is trained unless it is read from a file, and what is recorded of it.
struct RecurrentConfig {
  std::optional<RecurrentKind> kind;  ///< required
  std::int64_t units = 0;             ///< of each layer; of a file: 0, or as it has
  std::int64_t layers = 1;            ///< of one that is trained here
  std::int64_t outputs = 0;           ///< of one that is trained here; 0: as many as classes
  std::optional<RecurrentTrainingOptions> train;
  double threshold = 0.5;
  StateVariables states = StateVariables::h;
  InputSymbol input = InputSymbol::label;
  std::int64_t lag = 0;
  std::optional<OutputSymbol> output;  ///< none: end if a trial has one label, now if each step has
  TimeWord time = TimeWord::pooled;
  std::vector<std::int64_t> times;  ///< used instead of `time` unless empty

  /// Is each time analysed on its own?
  bool is_timed() const { return times.empty() && time == TimeWord::each; }
  /// The name of layer 1, 2, ... in results: "h1", "c1", "both1".
  std::string layer_name(int layer) const;
  /// U of a layer of H units in the variables that are recorded: H, or 2 H.
  std::int64_t recorded_units(std::int64_t units_of_layer) const {
    return states == StateVariables::both ? 2 * units_of_layer : units_of_layer;
  }
};

std::vector<Setting> settings_of(RecurrentConfig& config);
std::vector<Setting> settings_of(RecurrentTrainingOptions& options);
/// Those of `data` that generated sequences have.
std::vector<Setting> settings_of(SequenceOptions& options);

}  // namespace inforelay
