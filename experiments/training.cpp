#include "experiments/training.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/provenance.hpp"
#include "experiments/checkpoint.hpp"
#include "nn/composite.hpp"
#include "nn/detectors.hpp"
#include "nn/quiet_progress.hpp"
#include "nn/trainer.hpp"

namespace inforelay {
namespace {

Activation hidden_activation(const NetworkConfig& config) { return config.activation.value_or(Activation::tanh); }
Activation output_activation(const NetworkConfig& config) {
  return config.output_activation.value_or(Activation::tanh);
}

TrainingOptions training_options(const TrainConfig& config) {
  TrainingOptions options;
  options.batch_size = static_cast<std::size_t>(config.batch_size);
  options.optimizer.kind = config.optimizer;
  options.optimizer.learning_rate = config.learning_rate;
  options.optimizer.momentum = config.momentum;
  options.loss = config.loss;
  options.stop = {.measure = StopRule::Measure::none, .at_least = 0};
  if (config.stop.balanced_accuracy)
    options.stop = {StopRule::Measure::balanced_accuracy, *config.stop.balanced_accuracy};
  if (config.stop.accuracy) options.stop = {StopRule::Measure::accuracy, *config.stop.accuracy};
  options.max_epochs = static_cast<int>(config.max_epochs);
  options.evaluation = {.method = config.evaluation,
                        .train_samples = static_cast<std::size_t>(config.evaluation_samples),
                        .test_samples = static_cast<std::size_t>(config.evaluation_test_samples)};
  return options;
}

DetectorOptions detector_options(const NetworkConfig& network) {
  const DetectorsConfig& config = *network.detectors;
  DetectorOptions options;
  options.hidden = static_cast<int>(config.hidden);
  options.hidden_activation = hidden_activation(network);
  options.output_activation = output_activation(network);
  options.positives = static_cast<std::size_t>(config.positives);
  options.negatives = static_cast<std::size_t>(config.negatives);
  options.test_negatives = static_cast<std::size_t>(config.test_negatives);
  options.optimizer.learning_rate = config.learning_rate;
  options.stop_accuracy = config.stop.accuracy;
  options.max_epochs = static_cast<int>(config.max_epochs);
  options.restarts = static_cast<int>(config.restarts);
  options.keep_best = config.on_failure == DetectorFailure::keep_best;
  return options;
}

// Runs steps until `training` is finished. Its state is saved after each so many seconds, and before an interruption
// leaves: both trainers promise a state that is whole when they throw Interrupted.
template <class Training, class Step, class Save>
void run_with_checkpoints(Training& training, Step&& step, Save&& save) {
  constexpr double seconds_between_saves = 15;
  Stopwatch since_save;
  try {
    while (!training.finished()) {
      step();
      if (since_save.seconds() < seconds_between_saves) continue;
      save();
      since_save = Stopwatch();
    }
  } catch (const Interrupted&) {
    save();
    throw;
  }
}

// What was trained before an interruption. An unreadable file is no reason to lose hours in silence.
template <class Read>
auto read_checkpoint(const std::filesystem::path& path, Read&& read) {
  try {
    return read(path);
  } catch (const DataError& error) {
    throw DataError(fmt::format("{}; without that file the training starts over", error.what()));
  }
}

ModelResult train_whole(const NetworkConfig& config, const DataPair& data, const RandomStream& random,
                        const std::filesystem::path& checkpoint, Progress& progress) {
  TrainerState state;
  if (std::filesystem::exists(checkpoint)) {
    state = read_checkpoint(checkpoint, read_trainer_state);
  } else {
    const std::vector<int> widths(config.layers.begin(), config.layers.end());
    RandomStream init = random.child("init");
    state.network = make_mlp(widths, hidden_activation(config), output_activation(config), init);
  }
  Trainer trainer(training_options(*config.train), std::move(state), data.train, data.test, random.child("train"));
  run_with_checkpoints(
      trainer,
      [&] {
        trainer.run_epoch(progress);
        const TrainerState& now = trainer.state();
        progress.report(static_cast<std::uint64_t>(now.epoch), static_cast<std::uint64_t>(config.train->max_epochs));
        progress.note(fmt::format("epoch {}, mean balanced accuracy {:.4f} train, {:.4f} test", now.epoch,
                                  now.curve.accuracy_train.bottomRows(1).mean(),
                                  now.curve.accuracy_test.bottomRows(1).mean()));
      },
      [&] { write_trainer_state(checkpoint, trainer.state()); });
  return {.network = trainer.state().network,
          .reached = trainer.state().reached,
          .curve = trainer.state().curve,
          .detectors = {},
          .staircase = {},
          .sources = {}};
}

// The composite of `detectors`, and its staircase.
void put_together(const DetectorsConfig& config, std::span<const Mlp> detectors, const DataPair& data,
                  const RandomStream& random, Progress& progress, ModelResult& model) {
  RandomStream noise = random.child("noise");
  model.network = compose(detectors, config.noise, noise);
  QuietProgress quiet(progress);
  model.staircase = staircase(model.network, detectors, data.train, data.test, quiet);
}

ModelResult train_detectors(const NetworkConfig& config, const DataPair& data, const RandomStream& random,
                            const std::filesystem::path& checkpoint, Progress& progress) {
  std::vector<DetectorState> states;
  if (std::filesystem::exists(checkpoint)) states = read_checkpoint(checkpoint, read_detector_states);
  DetectorTraining training(detector_options(config), data.train, data.test, random.child("detectors"),
                            std::move(states));
  run_with_checkpoints(
      training,
      [&] {
        training.run_round(progress);
        const auto& now = training.states();
        const auto finished = std::count_if(now.begin(), now.end(), [](const auto& state) { return state.finished; });
        int epochs = 0;
        for (const DetectorState& state : now) epochs = std::max(epochs, state.epoch);
        progress.report(static_cast<std::uint64_t>(finished), now.size());
        progress.note(fmt::format("{} of {} detectors trained, epoch {}", finished, now.size(), epochs));
      },
      [&] { write_detector_states(checkpoint, training.states()); });

  ModelResult model;
  std::vector<Mlp> detectors;
  for (const DetectorState& state : training.states()) {
    detectors.push_back(state.network);
    model.detectors.push_back({state.accuracy_train, state.accuracy_test});
    model.reached = model.reached && state.reached;
  }
  put_together(*config.detectors, detectors, data, random, progress, model);
  return model;
}

}  // namespace

ModelResult make_model(const NetworkConfig& config, const DataPair& data, const RandomStream& random,
                       const std::filesystem::path& checkpoint, Progress& progress) {
  return config.detectors ? train_detectors(config, data, random, checkpoint, progress)
                          : train_whole(config, data, random, checkpoint, progress);
}

ModelResult model_from_files(const NetworkConfig& config, const NetworkInput& input, const DataPair& data,
                             const RandomStream& random, Progress& progress) {
  ModelResult model;
  model.sources = input.sources;
  if (config.detectors) {
    put_together(*config.detectors, input.networks, data, random, progress, model);
  } else {
    model.network = input.networks.front();
  }
  return model;
}

}  // namespace inforelay
