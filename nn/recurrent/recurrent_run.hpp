// Running recurrent networks, with knockouts in time: some units of the state replaced before a step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/named.hpp"
#include "core/progress.hpp"
#include "core/random.hpp"
#include "core/recording.hpp"
#include "nn/data/sequence_data.hpp"
#include "nn/recurrent/recurrent_network.hpp"

namespace inforelay {

/// What the value y of a unit becomes before a step reads it.
enum class StateReplacement {
  zero,   ///< 0
  mean,   ///< the mean that is given for the unit
  noise,  ///< y + a normal number of mean 0 and deviation sd (Bohm, Kirkpatrick & Hintze 2022: 0.2)
};

inline constexpr WordTable<StateReplacement, 3> state_replacement_names{
    {{StateReplacement::zero, "zero"}, {StateReplacement::mean, "mean"}, {StateReplacement::noise, "noise"}}};

/// A knockout in time: before each step t in [from,to), the state that step t reads (of t - 1; of t = 0 the initial
/// state) is replaced in some units. {0, ...}: from the start; {t, ...}: from step t on; {t, t + 1}: at step t.
struct Intervention {
  std::vector<int> units{};  ///< in [0,U), by state_groups(); each once; empty: nothing is changed
  StateReplacement replace = StateReplacement::zero;
  std::vector<float> mean{};  ///< [U], of `mean` only; see mean_states()
  double sd = 0.2;            ///< of `noise` only; finite, >= 0
  std::size_t from = 0, to = std::numeric_limits<std::size_t>::max();
  /// Of `noise` only. The numbers of trial i at step t are drawn from random.child(i).child(t), one for each of the U
  /// units: that of a unit does not depend on which others are replaced, nor on from and to.
  RandomStream random{0, "noise"};

  /// Throws UsageError, naming the value, for what does not fit a network with a state of `state_width` units and
  /// trials of `steps` steps: also if units are named but there is no step to replace them in.
  void check(std::size_t state_width, std::size_t steps) const;
};

struct RecurrentRunOptions {
  std::vector<float> initial{};  ///< [U] the state before the first step, of every trial; empty: zeros
  bool keep_states = true;       ///< else RecurrentRecord::states stays empty
  Intervention intervention{};
};

struct RecurrentRecord {
  SequenceArray output;  ///< [trial,time,C]
  SequenceArray states;  ///< [trial,time,U] after each step, by state_groups(); before a replacement
};

/// Runs all trials of `inputs` through `network`. Agrees with PyTorch's values to 1e-5 where errors do not grow with
/// time. The same to the last bit for any number of threads; a trial does not depend on the others. Cost of a step of
/// 16 trials and H units on one core with AVX2: G H (D + H) / 4 + about 8 G H ns. Throws UsageError if network, inputs
/// and options do not fit together; ComputeError for an output that is not finite, as of states that grow without
/// bound; Interrupted.
RecurrentRecord run_recurrent(const RecurrentNetwork& network, const SequenceArray& inputs,
                              const RecurrentRunOptions& options = {}, Progress& progress = Progress::none());

/// The mean over all trials and steps, for each unit [U]. states: [trial,time,U], at least one step.
std::vector<float> mean_states(const SequenceArray& states);

/// The decision by the outputs [C] of a step: argmax; of a single output 1 if it is above `threshold`, else 0.
Symbol decision(std::span<const float> outputs, float threshold);
/// The decision of each step [trial,time]. Throws UsageError for no output or more than max_symbols.
std::vector<Symbol> decisions(const SequenceArray& output, float threshold);

/// Throws UsageError unless the network takes the inputs of the data and has as many outputs as they have classes, or
/// one output for two classes.
void check_sequences(const RecurrentNetwork& network, const SequenceData& data);

/// The fraction of labelled steps with the right decision, in [0,1]. Throws UsageError if trials or steps differ, or
/// there are none.
double sequence_accuracy(const SequenceArray& output, const SequenceData& data, float threshold);

}  // namespace inforelay
