#include "nn/recurrent/recurrent_knockout.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/checks.hpp"
#include "core/parallel.hpp"
#include "nn/recurrent/recurrent_intervention.hpp"
#include "nn/recurrent/recurrent_lanes.hpp"

namespace inforelay {
namespace {

constexpr std::size_t lanes = RecurrentLanes::lanes;
using LaneValues = std::array<float, lanes>;
using LaneFlags = std::array<bool, lanes>;

// 16 sets side by side, one trial at a time.
class SetLanes {
 public:
  SetLanes(const RecurrentNetwork& network, const SequenceData& data, const Intervention& intervention,
           const SequenceKnockoutOptions& options, std::span<const NeuronSet> sets)
      : data_(data), intervention_(intervention), options_(options), sets_(sets), run_(network) {
    outputs_.resize(static_cast<std::size_t>(network.output_width()));
    replaced_.resize(intervention.units.size());
    for (std::size_t k = 0; k < replaced_.size(); ++k) {
      for (std::size_t lane = 0; lane < sets.size(); ++lane)
        replaced_[k][lane] = sets[lane].contains(static_cast<int>(k));
    }
  }

  // noise: [steps,U], of this trial. Calls count(lane, step, label) for each right decision.
  template <class Count>
  void run_trial(std::size_t trial, const RowMatrix<float>& noise, Count count) {
    run_.start(options_.initial);
    for (std::size_t step = 0; step < data_.steps(); ++step) {
      if (step >= intervention_.from && step < intervention_.to) replace(noise, step);
      for (std::size_t lane = 0; lane < sets_.size(); ++lane) run_.set_input(lane, data_.inputs.row(trial, step));
      run_.step();
      check_finite(trial, step);
      if (step < data_.first_labelled_step()) continue;
      const Symbol label = data_.label(trial, step);
      for (std::size_t lane = 0; lane < sets_.size(); ++lane) {
        run_.get_output(lane, outputs_);
        if (decision(outputs_, options_.threshold) == label) count(lane, step, label);
      }
    }
  }

 private:
  // All outputs at once, since they hardly ever are not finite. Lanes without a set do not count.
  void check_finite(std::size_t trial, std::size_t step) {
    if (std::ranges::all_of(run_.output(), [](float y) { return std::isfinite(y); })) return;
    for (std::size_t lane = 0; lane < sets_.size(); ++lane) {
      run_.get_output(lane, outputs_);
      check_outputs(outputs_, trial, step, sets_[lane]);
    }
  }
  void replace(const RowMatrix<float>& noise, std::size_t step) {
    for (std::size_t k = 0; k < replaced_.size(); ++k) {
      const auto unit = static_cast<std::size_t>(intervention_.units[k]);
      LaneValues value{};
      if (intervention_.replace == StateReplacement::mean) value.fill(intervention_.mean[unit]);
      if (intervention_.replace == StateReplacement::noise)
        value.fill(noise(static_cast<Eigen::Index>(step), static_cast<Eigen::Index>(unit)));
      replace_values(intervention_.replace, replaced_[k], value, &run_.state()[unit * lanes]);
    }
  }

  const SequenceData& data_;
  const Intervention& intervention_;
  const SequenceKnockoutOptions& options_;
  std::span<const NeuronSet> sets_;
  RecurrentLanes run_;
  std::vector<LaneFlags> replaced_;  // of each unit in question, the lanes whose set holds it
  std::vector<float> outputs_;
};

RowMatrix<float> noise_of_trial(const Intervention& intervention, std::size_t trial, std::size_t steps,
                                std::size_t state_width) {
  constexpr std::size_t block_steps = 256;
  RowMatrix<float> noise(static_cast<Eigen::Index>(steps), static_cast<Eigen::Index>(state_width));
  parallel_blocks(BlockRange::count(block_steps, steps), [&](std::size_t block) {
    const BlockRange range(block, block_steps, steps);
    for (std::size_t step = range.begin; step < range.end; ++step) {
      if (step < intervention.from || step >= intervention.to) continue;
      draw_noise(intervention, trial, step, {noise.data() + step * state_width, state_width});
    }
  });
  return noise;
}

void count_labels(const SequenceData& data, SequenceKnockouts& result) {
  for (std::size_t trial = 0; trial < data.trials(); ++trial) {
    for (std::size_t step = data.first_labelled_step(); step < data.steps(); ++step) {
      const Symbol label = data.label(trial, step);
      ++result.total[label];
      ++result.step_total(static_cast<Eigen::Index>(step - result.first_step), label);
    }
  }
}

}  // namespace

double SequenceKnockouts::accuracy(std::size_t set, std::size_t cls) const {
  return static_cast<double>(correct(static_cast<Eigen::Index>(set), static_cast<Eigen::Index>(cls))) /
         static_cast<double>(total[cls]);
}

double SequenceKnockouts::error_rate(std::size_t set) const {
  const std::uint64_t all = std::accumulate(total.begin(), total.end(), std::uint64_t{0});
  const std::uint64_t right = correct.row(static_cast<Eigen::Index>(set)).sum();
  return static_cast<double>(all - right) / static_cast<double>(all);
}

SequenceKnockouts knock_out_sets(const RecurrentNetwork& network, const SequenceData& data,
                                 const Intervention& intervention, std::span<const NeuronSet> sets,
                                 const SequenceKnockoutOptions& options, Progress& progress) {
  check_shapes(network);
  data.check();
  check_sequences(network, data);
  const std::size_t state_width = network.state_width();
  intervention.check(state_width, data.steps());
  check_range("intervention: the number of units in question", intervention.units.size(), 0, NeuronSet::max_neurons);
  check_initial(options.initial, state_width);
  for (const NeuronSet set : sets) check_inside("knockout", set, static_cast<int>(intervention.units.size()));

  const auto classes = static_cast<Eigen::Index>(data.class_count());
  const auto labelled = static_cast<Eigen::Index>(data.steps() - data.first_labelled_step());
  SequenceKnockouts result{.total = std::vector<std::uint64_t>(static_cast<std::size_t>(classes)),
                           .correct = RowMatrix<std::uint64_t>::Zero(static_cast<Eigen::Index>(sets.size()), classes),
                           .first_step = data.first_labelled_step(),
                           .step_total = RowMatrix<std::uint32_t>::Zero(labelled, classes),
                           .step_correct = {}};
  if (options.each_step) result.step_correct.assign(sets.size(), RowMatrix<std::uint32_t>::Zero(labelled, classes));
  count_labels(data, result);

  const std::size_t tiles = BlockRange::count(lanes, sets.size());
  const bool noisy = intervention.replace == StateReplacement::noise && !intervention.units.empty();
  for (std::size_t trial = 0; trial < data.trials(); ++trial) {
    PartOfProgress part(progress, trial * tiles, data.trials() * tiles);
    const RowMatrix<float> noise =
        noisy ? noise_of_trial(intervention, trial, data.steps(), state_width) : RowMatrix<float>();
    parallel_blocks(
        tiles,
        [&](std::size_t block) {
          const BlockRange range(block, lanes, sets.size());
          SetLanes tile(network, data, intervention, options, sets.subspan(range.begin, range.size()));
          tile.run_trial(trial, noise, [&](std::size_t lane, std::size_t step, Symbol label) {
            const std::size_t set = range.begin + lane;
            ++result.correct(static_cast<Eigen::Index>(set), label);
            if (options.each_step)
              ++result.step_correct[set](static_cast<Eigen::Index>(step - result.first_step), label);
          });
        },
        part);
  }
  return result;
}

}  // namespace inforelay
