// internal: what one run and the runs of many sets have in common: how a step's replacement of states is carried out,
// and what is refused.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/sets/neuron_set.hpp"
#include "nn/recurrent/recurrent_kernels.hpp"
#include "nn/recurrent/recurrent_run.hpp"

namespace inforelay {

/// Throws UsageError unless the initial state is empty or has a finite number for each of the U units.
void check_initial(const std::vector<float>& initial, std::size_t state_width);

/// Throws ComputeError that names the first output of a step that is not finite, and the set that was replaced.
void check_outputs(std::span<const float> outputs, std::size_t trial, std::size_t step,
                   std::optional<NeuronSet> replaced = {});

/// The noise of a trial's step for all units, [U].
inline void draw_noise(const Intervention& intervention, std::size_t trial, std::size_t step, std::span<float> noise) {
  RandomStream random = intervention.random.child(trial).child(step);
  for (float& value : noise) value = static_cast<float>(intervention.sd * random.normal());
}

/// The values of one unit in all lanes: where `replaced`, what they become by `value`: the value itself, or the value
/// added to them.
inline void replace_values(StateReplacement replace, std::span<const bool, kernels::sequence_lanes> replaced,
                           std::span<const float, kernels::sequence_lanes> value, float* values) {
  const bool adds = replace == StateReplacement::noise;
  for (std::size_t lane = 0; lane < kernels::sequence_lanes; ++lane) {
    const float changed = adds ? values[lane] + value[lane] : value[lane];
    values[lane] = replaced[lane] ? changed : values[lane];
  }
}

}  // namespace inforelay
