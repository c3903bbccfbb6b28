// A recurrent network: trained here, or read from a file.
#include <fmt/format.h>

#include "core/error.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/sources/recurrent_model.hpp"
#include "nn/recurrent/recurrent_hdf5.hpp"
#include "nn/recurrent/recurrent_trainer.hpp"

namespace inforelay {
namespace {

RecurrentTrainerState train(MeasureRun& run, const SequencePair& data) {
  const NetworkConfig& network = run.place.network;
  const RecurrentConfig& config = *network.recurrent;
  RecurrentTrainingOptions options = *config.train;
  const auto threshold = static_cast<float>(config.threshold);
  if (options.targets.threshold() != threshold && config.outputs == 1)
    options.targets = {threshold - 0.5f, threshold + 0.5f};  // the decision of a single output is half-way
  RandomStream init = run.system.random().child("init");
  const RecurrentNetwork beginning =
      make_recurrent({.kind = *config.kind,
                      .inputs = static_cast<int>(data.train.inputs.width),
                      .units = static_cast<int>(config.units),
                      .layers = static_cast<int>(config.layers),
                      .outputs = config.outputs == 0 ? data.train.class_count() : static_cast<int>(config.outputs),
                      .output_activation = network.output_activation.value_or(Activation::identity)},
                     init);
  RecurrentTrainerState state{beginning};
  run.store.load_state([&](const Hdf5Reader& file) {
    RecurrentTrainerState saved = read_recurrent_state(file);
    check_resumable(saved, beginning, options.max_epochs);
    state = std::move(saved);
  });
  RecurrentTrainer trainer(options, std::move(state), data.train, data.test, run.system.random().child("train"));
  const auto write = [&](Hdf5Writer& file) { write_recurrent_state(file, trainer.state()); };
  try {
    while (!trainer.finished()) {
      trainer.run_epoch(run.progress);
      const RecurrentTrainerState& now = trainer.state();
      run.progress.report(static_cast<std::uint64_t>(now.epoch), static_cast<std::uint64_t>(options.max_epochs));
      run.progress.note(fmt::format("epoch {}, accuracy {:.4f} train, {:.4f} test", now.epoch,
                                    now.curve.accuracy_train.back(), now.curve.accuracy_test.back()));
      if (run.store.should_save()) run.store.save_state(write);
    }
  } catch (const Interrupted&) {
    run.store.save_state(write);
    throw;
  }
  return trainer.state();
}

void put_source(const WeightSource& source, ResultArrays& out) {
  out.put_attribute("model", "weights_file", std::vector<std::string>{source.file});
  out.put_attribute("model", "weights_format", std::vector<std::string>{source.format});
  out.put_attribute("model", "weights_sha256", std::vector<std::string>{source.sha256});
}

void compute_recurrent_training(MeasureRun& run, ResultArrays& out) {
  const SequencePair& data = run.system.data().sequences(run.progress);
  out.put_scale("class", run.system.symbols(run.progress).names, "input and output symbols");
  if (const RecurrentConfig& config = *run.place.network.recurrent; config.is_timed()) {
    const std::vector<std::size_t> steps =
        recorded_steps(config, data.subset(run.place.config.analysis.relay.subsets.front()).steps());
    out.put_scale("time", std::vector<std::int64_t>(steps.begin(), steps.end()), "step within the trial, from 0");
  }
  if (const RecurrentWeightFile* file = run.system.loaded_recurrent()) {
    check_sequences(file->network, data.test);
    put_recurrent(file->network, out);
    put_source(file->source, out);
    out.put_attribute("training", "stop_rule_met", std::int64_t{1});
    return;
  }
  const RecurrentTrainerState state = train(run, data);
  put_recurrent(state.network, out);
  out.put_attribute("training", "stop_rule_met",
                    std::int64_t{state.reached || !run.place.network.recurrent->train->accuracy});
  out.put("training/loss", state.curve.loss);
  out.put("training/accuracy_train", state.curve.accuracy_train);
  out.put("training/accuracy_test", state.curve.accuracy_test);
}

std::string missing_recurrent_training(const MeasurePlace& place, int) {
  return place.network.from_files() ? "the network is not trained here" : "";
}

std::vector<MetricValue> recurrent_epochs(const ResultView& system, int) {
  return {static_cast<double>(system.vector<double>("training/loss").size())};
}
std::vector<MetricValue> last_recurrent_train(const ResultView& system, int) {
  return {system.vector<double>("training/accuracy_train").back()};
}
std::vector<MetricValue> last_recurrent_test(const ResultView& system, int) {
  return {system.vector<double>("training/accuracy_test").back()};
}
constexpr auto not_by_class = [](const NetworkConfig&) { return false; };

MemoryNeed recurrent_memory(const MeasurePlace& place, AllSetsTable) {
  const LayerSizes& size = place.sizes;
  double values = 0;
  for (const auto& [subset, samples] : size.samples) values += samples * (size.inputs + 2);
  const double training = place.network.recurrent->train ? 40 * size.parameters + 3e6 : 0;
  return samples_need(4 * size.parameters + 4 * values, training + 4 * values);
}

}  // namespace

extern const Measure recurrent_training_measure;
const Measure recurrent_training_measure{
    .name = "recurrent_training",
    .scope = Scope::system,
    .about = "the recurrent network: its weights and the accuracies while it was trained",
    .arrays = {{"model/*/input_weight", "1", {"gate_unit", "network_input"}, "weights of the inputs, gate by gate"},
               {"model/*/hidden_weight", "1", {"gate_unit", "state"}, "weights of the layer's own h, gate by gate"},
               {"model/*/input_bias", "1", {"gate_unit"}, "biases beside the inputs"},
               {"model/*/hidden_bias", "1", {"gate_unit"}, "biases beside the layer's own h"},
               {"model/readout/weight", "1", {"out", "in"}, "weights of the outputs"},
               {"model/readout/bias", "1", {"out"}, "biases of the outputs"},
               {"training/loss", "1", {"epoch"}, "mean training loss of the epoch"},
               {"training/accuracy_train", "1", {"epoch"}, "fraction of the labelled training steps decided correctly"},
               {"training/accuracy_test", "1", {"epoch"}, "fraction of the labelled test steps decided correctly"}},
    .metrics = {{"epochs",
                 "epochs",
                 "",
                 {"1", "epochs until training stopped", false, recurrent_epochs, not_by_class},
                 missing_recurrent_training},
                {"accuracy_train",
                 "accuracy, training trials",
                 "",
                 {"1", "fraction of the labelled training steps decided correctly after the last epoch", false,
                  last_recurrent_train, not_by_class},
                 missing_recurrent_training},
                {"accuracy_test",
                 "accuracy, test trials",
                 "",
                 {"1", "the same on the test trials", false, last_recurrent_test, not_by_class},
                 missing_recurrent_training}},
    .missing = [](const MeasurePlace& place) -> std::string {
      return place.network.recurrent && !place.recording ? "" : "it is no recurrent network";
    },
    .label = [](const MeasurePlace& place) -> std::string {
      return place.network.from_files() ? "weights from a file" : "training";
    },
    .memory = recurrent_memory,
    .compute = compute_recurrent_training,
};

}  // namespace inforelay
