#include "experiments/sources/training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "nn/training/composite.hpp"
#include "nn/training/trainer.hpp"
#include "nn/training/training_state_hdf5.hpp"

namespace inforelay {
namespace {

Activation hidden_activation(const NetworkConfig& config) { return config.activation.value_or(Activation::tanh); }
Activation output_activation(const NetworkConfig& config) {
  return config.output_activation.value_or(Activation::tanh);
}

// Runs steps until `training` is finished, and then `rest`. The state is saved at intervals and on an interruption:
// both trainers are in a valid state when they throw Interrupted.
template <class Training, class Step, class Rest>
void run_with_saves(Training& training, StageStore& store, const StageStore::Write& write, Step&& step, Rest&& rest) {
  try {
    while (!training.finished()) {
      step();
      if (store.should_save()) store.save_state(write);
    }
    rest();
  } catch (const Interrupted&) {
    store.save_state(write);
    throw;
  }
}

ModelResult train_whole(const NetworkConfig& config, const DataPair& data, const RandomStream& random,
                        StageStore& store, Progress& progress) {
  const TrainingOptions& options = *config.train;
  const std::vector<int> widths(config.layers.begin(), config.layers.end());
  RandomStream init = random.child("init");
  const Mlp beginning = make_mlp(widths, hidden_activation(config), output_activation(config), init);
  TrainerState state{.network = beginning};
  store.load_state([&](const Hdf5Reader& file) {
    TrainerState saved = read_trainer_state(file);
    check_resumable(saved, beginning, options.max_epochs);
    state = std::move(saved);
  });
  Trainer trainer(options, std::move(state), data.train, data.test, random.child("train"));
  const auto write = [&](Hdf5Writer& file) { write_trainer_state(file, trainer.state()); };
  const auto step = [&] {
    trainer.run_epoch(progress);
    const TrainerState& now = trainer.state();
    progress.report(static_cast<std::uint64_t>(now.epoch), static_cast<std::uint64_t>(options.max_epochs));
    progress.note(fmt::format("epoch {}, mean balanced accuracy {:.4f} train, {:.4f} test", now.epoch,
                              now.curve.accuracy_train.bottomRows(1).mean(),
                              now.curve.accuracy_test.bottomRows(1).mean()));
  };
  run_with_saves(trainer, store, write, step, [] {});
  ModelResult model;
  model.network = trainer.state().network;
  model.reached = trainer.state().reached;
  model.curve = trainer.state().curve;
  return model;
}

// The composite network of `detectors`, and its staircase.
void put_together(const DetectorsConfig& config, std::span<const Mlp> detectors, const DataPair& data,
                  const RandomStream& random, Progress& progress, ModelResult& model) {
  RandomStream noise = random.child("noise");
  model.network = compose(detectors, config.noise, noise);
  QuietProgress quiet(progress);
  model.staircase = staircase(model.network, detectors, data.train, data.test, quiet);
}

ModelResult train_detectors(const NetworkConfig& config, const DataPair& data, const RandomStream& random,
                            StageStore& store, Progress& progress) {
  DetectorOptions options = *config.detectors;
  options.hidden_activation = hidden_activation(config);
  options.output_activation = output_activation(config);
  std::vector<DetectorState> states;
  store.load_state([&](const Hdf5Reader& file) {
    std::vector<DetectorState> saved = read_detector_states(file);
    RandomStream any(0, "only the shape counts");
    const std::array widths{data.train.input_width(), options.hidden, 1};
    const Mlp beginning = make_mlp(widths, options.hidden_activation, options.output_activation, any);
    check_resumable(saved, static_cast<std::size_t>(data.train.class_count()), beginning, options);
    states = std::move(saved);
  });
  DetectorTraining training(options, data.train, data.test, random.child("detectors"), std::move(states));
  ModelResult model;
  const auto write = [&](Hdf5Writer& file) { write_detector_states(file, training.states()); };
  const auto step = [&] {
    training.run_round(progress);
    const auto& now = training.states();
    const auto finished = std::count_if(now.begin(), now.end(), [](const auto& state) { return state.finished; });
    int epochs = 0;
    for (const DetectorState& state : now) epochs = std::max(epochs, state.epoch);
    progress.report(static_cast<std::uint64_t>(finished), now.size());
    progress.note(fmt::format("{} of {} detectors trained, epoch {}", finished, now.size(), epochs));
  };
  run_with_saves(training, store, write, step, [&] {
    std::vector<Mlp> detectors;
    for (const DetectorState& state : training.states()) {
      detectors.push_back(state.network);
      model.detectors.push_back(state.curves);
      model.reached = model.reached && state.reached;
    }
    put_together(*config.detectors, detectors, data, random, progress, model);
  });
  return model;
}

}  // namespace

ModelResult make_model(const NetworkConfig& config, const DataPair& data, const RandomStream& random, StageStore& store,
                       Progress& progress) {
  return config.detectors ? train_detectors(config, data, random, store, progress)
                          : train_whole(config, data, random, store, progress);
}

ModelResult model_from_files(const NetworkConfig& config, const LoadedWeights& input, const DataPair& data,
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
