// Training of a recurrent network on labelled sequences, epoch by epoch, until a stopping criterion is met.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/progress.hpp"
#include "core/random.hpp"
#include "nn/data/sequence_data.hpp"
#include "nn/recurrent/recurrent_network.hpp"
#include "nn/training/loss.hpp"
#include "nn/training/optimizer.hpp"

namespace inforelay {

/// Defaults are those of the n-back networks (Bohm, Kirkpatrick & Hintze 2022), whose 2000 episodes are one epoch over
/// 2000 trials of 256 steps.
struct RecurrentTrainingOptions {
  std::size_t batch_size = 1;  ///< trials per step of the optimiser; 0: all
  OptimizerOptions optimizer{.learning_rate = 3e-3};
  Loss loss = Loss::mean_squared_error;  ///< mean over the labelled steps of a batch
  OutputTargets targets{0, 1};           ///< of mean_squared_error; and threshold of the decision of a single output
  std::optional<double> clip_norm{};     ///< largest norm of the gradient, > 0; none: any
  std::optional<double> accuracy{};      ///< stop after the first epoch with this accuracy on the training trials
  int max_epochs = 1;                    ///< >= 1

  /// Throws UsageError naming the first value out of range.
  void check() const;
};

/// Measurements after each of E epochs.
struct RecurrentCurve {
  std::vector<double> loss;            ///< [E] mean over the epoch's labelled steps, each before the step of its batch
  std::vector<double> accuracy_train;  ///< [E] fraction of labelled steps with the correct decision
  std::vector<double> accuracy_test;   ///< [E]

  bool operator==(const RecurrentCurve&) const = default;
};

/// The whole state of a training: a RecurrentTrainer that is given a saved state continues as if it had never stopped.
struct RecurrentTrainerState {
  RecurrentNetwork network;
  OptimizerState optimizer{};
  int epoch = 0;         ///< epochs done
  bool reached = false;  ///< the stop rule is met
  RecurrentCurve curve{};
};

/// Trains one network. The data must outlive the trainer. Weights depend on the state and the stream only: neither on
/// the number of threads nor on whether the training was saved in between.
class RecurrentTrainer {
 public:
  /// Continues from `state`; RecurrentTrainerState{network} starts a training. Throws UsageError if the network does
  /// not fit the data (check_sequences()), or an option is out of range; DataError as SequenceData::check().
  RecurrentTrainer(const RecurrentTrainingOptions& options, RecurrentTrainerState state, const SequenceData& train,
                   const SequenceData& test, const RandomStream& random);

  bool finished() const { return state_.reached || state_.epoch >= options_.max_epochs; }

  /// The trials once, in a random order, random.child(epoch), in batches; then accuracies on all trials. Throws
  /// ComputeError if the loss is no longer finite; Interrupted. The state is then that before the epoch.
  void run_epoch(Progress& progress = Progress::none());

  /// Epochs until finished(); reports (epoch, max_epochs) and notes the accuracies after each.
  void run(Progress& progress = Progress::none());

  const RecurrentTrainerState& state() const { return state_; }

 private:
  double train_epoch(RecurrentTrainerState& next, Progress& progress) const;

  RecurrentTrainingOptions options_;
  RecurrentTrainerState state_;
  const SequenceData& train_;
  const SequenceData& test_;
  RandomStream random_;
};

}  // namespace inforelay
