// Knockouts in time of many sets of units of a recurrent network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/axes.hpp"
#include "core/progress.hpp"
#include "core/sets/neuron_set.hpp"
#include "nn/data/sequence_data.hpp"
#include "nn/recurrent/recurrent_run.hpp"

namespace inforelay {

/// For one intervention on each of many sets of units: how many labelled steps have the right decision.
struct SequenceKnockouts {
  std::vector<std::uint64_t> total;                    ///< [C] labelled steps of each class
  RowMatrix<std::uint64_t> correct;                    ///< [sets,C] of these, with the right decision
  std::size_t first_step = 0;                          ///< of the two below
  RowMatrix<std::uint32_t> step_total;                 ///< [steps,C] the same for each labelled step
  std::vector<RowMatrix<std::uint32_t>> step_correct;  ///< sets times [steps,C]; empty unless asked for

  /// correct / total of a class that occurs, in [0,1].
  double accuracy(std::size_t set, std::size_t cls) const;
  /// All wrong decisions over all labelled steps, in [0,1]: W(S) of the n-back networks.
  double error_rate(std::size_t set) const;
};

struct SequenceKnockoutOptions {
  std::vector<float> initial{};  ///< as in RecurrentRunOptions
  float threshold = 0.5f;        ///< of the decision of a single output
  bool each_step = false;        ///< fill SequenceKnockouts::step_correct
};

/// Knocks out each of `sets`: bit k of a set is intervention.units[k], so at most 32 units may be in question. Exactly
/// what run_recurrent() and decisions() give, set by set, but 16 sets at a time: 2^12 sets of 12 units and 10,000 steps
/// take 3 s on one core with AVX2. Noise of a unit is the same in all sets. Memory: steps times U floats (noise); sets
/// times labelled steps times C counts for each_step. Throws UsageError if network, data and options do not fit
/// together; ComputeError for an output that is not finite; Interrupted.
SequenceKnockouts knock_out_sets(const RecurrentNetwork& network, const SequenceData& data,
                                 const Intervention& intervention, std::span<const NeuronSet> sets,
                                 const SequenceKnockoutOptions& options = {}, Progress& progress = Progress::none());

}  // namespace inforelay
