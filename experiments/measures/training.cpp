// The network: trained as a whole, composed of trained detectors, or read from files.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "experiments/measures/measure.hpp"
#include "experiments/sources/training.hpp"
#include "nn/data/input_statistics.hpp"

namespace inforelay {
namespace {

// The attributes that describe the weight files of a network.
constexpr std::array<std::pair<const char*, std::string WeightSource::*>, 3> source_parts{
    {{"weights_file", &WeightSource::file},
     {"weights_format", &WeightSource::format},
     {"weights_sha256", &WeightSource::sha256}}};

void put_sources(const std::vector<WeightSource>& sources, ResultArrays& out) {
  for (const auto& [name, part] : source_parts) {
    std::vector<std::string> values;
    for (const WeightSource& source : sources) values.push_back(source.*part);
    out.put_attribute("model", name, values);
  }
  std::vector<std::string> batch_norms;
  for (const WeightSource& source : sources) {
    if (!source.batch_norm.empty()) batch_norms.push_back(source.batch_norm);
  }
  if (!batch_norms.empty()) out.put_attribute("model", "batch_norm", batch_norms);
}

// The symbols of labels that are bits: the digits of each number, bit 0 first.
std::vector<std::string> bit_patterns(std::size_t bits) {
  std::vector<std::string> names;
  for (std::size_t symbol = 0; symbol < label_count(bits, LabelKind::bits); ++symbol) {
    std::string& name = names.emplace_back();
    for (std::size_t bit = 0; bit < bits; ++bit) name += symbol >> bit & 1u ? '1' : '0';
  }
  return names;
}

// How values of the data became inputs of the network; nothing for bytes / 255.
void put_scaling(const DataPair& data, ResultArrays& out) {
  const InputScaling& scaling = data.scaling;
  if (data.train.has_plain_bytes()) return;
  out.put_attribute("model", "input_scale", scaling.scale);
  if (scaling.mean.empty()) return;
  out.put("model/input_mean", scaling.mean);
  out.put("model/input_std", scaling.deviation);
  out.put_attribute("model", "constant_inputs", static_cast<std::int64_t>(scaling.constant_inputs));
}

// A file that states how values became inputs is about a network of such inputs. With others the network would be read
// without complaint and be another one, so a configuration that does not state how they are scaled is refused.
void check_scaling(const MeasurePlace& place, const LoadedWeights& loaded, const DataPair& data) {
  if (place.config.data.inputs) return;
  for (const WeightSource& source : loaded.sources) {
    if (!source.inputs || is_same_scaling(*source.inputs, data.scaling)) continue;
    throw UsageError(
        "'{}' states that the inputs of its network were {}, but those of the data ({}) are {}; state in data how "
        "they are to be scaled, as 'inputs: {{scale: 255, mean: 0.13, std: 0.31}}' or "
        "'inputs: {{mean: train, std: train}}', or 'inputs: {{scale: {}}}' to leave them so",
        source.file, scaling_text(*source.inputs), data.name, scaling_text(data.scaling), data.scaling.scale);
  }
}

void compute_training(MeasureRun& run, ResultArrays& out) {
  const DataPair& data = run.system.data().get(run.progress);
  const LoadedWeights* loaded = run.system.loaded();
  if (loaded != nullptr) check_scaling(run.place, *loaded, data);
  const ModelResult model = loaded
                                ? model_from_files(run.place.network, *loaded, data, run.system.random(), run.progress)
                                : make_model(run.place.network, data, run.system.random(), run.store, run.progress);
  put_network(model.network, out);
  put_scaling(data, out);
  if (!model.sources.empty()) put_sources(model.sources, out);
  out.put_scale("class", data.train.class_names(), "class");
  if (data.train.label_kind() == LabelKind::bits)
    out.put_scale("symbol", bit_patterns(data.train.class_names().size()),
                  "values of all output bits, the first first");
  out.put_attribute("training", "stop_rule_met", std::int64_t{model.reached});
  if (model.curve.loss.size() > 0) {
    out.put("training/accuracy_train", model.curve.accuracy_train);
    out.put("training/accuracy_test", model.curve.accuracy_test);
    out.put("training/loss", std::vector<double>(model.curve.loss.begin(), model.curve.loss.end()));
  }
  for (std::size_t c = 0; c < model.detectors.size(); ++c) {
    for (const DetectorCurve& curve : detector_curves)
      out.put(fmt::format("training/detectors/{}/{}", c, curve.name), model.detectors[c].*curve.values);
  }
  if (model.staircase) {
    out.put_scale("training/detectors_in_place",
                  counting(1, static_cast<std::size_t>(model.staircase->accuracy_train.rows())), "detectors in place");
    out.put("training/staircase_train", model.staircase->accuracy_train);
    out.put("training/staircase_test", model.staircase->accuracy_test);
  }
}

// Detectors in the order of their classes, if there are any.
std::vector<ResultView> detectors_of(const ResultView& system) {
  std::vector<ResultView> detectors;
  for (std::size_t c = 0; system.has(fmt::format("training/detectors/{}", c)); ++c)
    detectors.push_back(system.at(fmt::format("training/detectors/{}", c)));
  return detectors;
}

std::vector<MetricValue> epochs(const ResultView& system, int) {
  std::vector<MetricValue> values;
  for (const ResultView& detector : detectors_of(system))
    values.emplace_back(static_cast<double>(detector.vector<double>("accuracy_train").size()));
  if (values.empty()) values.emplace_back(static_cast<double>(system.vector<double>("training/loss").size()));
  return values;
}

std::vector<MetricValue> last_accuracy(const ResultView& system, const std::string& array) {
  std::vector<MetricValue> values;
  for (const ResultView& detector : detectors_of(system)) values.emplace_back(detector.vector<double>(array).back());
  if (!values.empty()) return values;
  const RowMatrix<double>& accuracy = system.matrix<double>("training/" + array);
  for (Eigen::Index c = 0; c < accuracy.cols(); ++c) values.emplace_back(accuracy(accuracy.rows() - 1, c));
  return values;
}

std::string missing_training(const MeasurePlace& place, int) {
  return !place.is_feed_forward()     ? missing_network(place)
         : place.network.from_files() ? "the network is not trained here"
                                      : "";
}

MemoryNeed training_memory(const MeasurePlace& place, AllSetsTable) {
  const LayerSizes& size = place.sizes;
  const NetworkConfig& network = place.network;
  const double train = size.samples.at("train"), test = size.samples.at("test");
  const double weights = 4 * size.parameters, outputs = 4 * (train + test) * size.classes;
  if (network.from_files()) return samples_need(weights, outputs);
  constexpr double gradient_parts = 16, copies = 6;  // weights, those of the next epoch, moments of both
  if (network.train) return samples_need(weights, weights * (gradient_parts + copies) + outputs);
  const auto& detectors = *network.detectors;
  const bool all = detectors.positives == 0 || detectors.negatives == 0;
  const double train_samples =
      all ? train : std::min(static_cast<double>(detectors.positives + detectors.negatives), train);
  const double test_samples = std::min(test / size.classes + static_cast<double>(detectors.test_negatives), test);
  return {.kept = weights,
          .working = size.classes * (train_samples + test_samples) * size.inputs,
          .smaller = "fewer detectors.positives, negatives and test_negatives"};
}

}  // namespace

extern const Measure training_measure;
const Measure training_measure{
    .name = "training",
    .scope = Scope::system,
    .about = "the network: its weights and the accuracies while it was trained",
    .arrays =
        {{"model/*/weight", "1", {"out", "in"}, "weights"},
         {"model/*/bias", "1", {"out"}, "biases"},
         {"model/input_mean", "1", {"network_input"}, "subtracted from the values of the data / input_scale"},
         {"model/input_std", "1", {"network_input"}, "by which these differences are divided: the network's inputs"},
         {"training/accuracy_train",
          "1",
          {"epoch", "class"},
          "balanced accuracy of each output against the threshold of its activation, on the training samples"},
         {"training/accuracy_test", "1", {"epoch", "class"}, "the same on the test samples"},
         {"training/loss", "1", {"epoch"}, "mean training loss of the epoch"},
         {"training/detectors/*/accuracy_train",
          "1",
          {"epoch"},
          "fraction of the detector's training samples classified correctly"},
         {"training/detectors/*/accuracy_test",
          "1",
          {"epoch"},
          "fraction of the detector's test samples classified correctly"},
         {"training/detectors/*/balanced_accuracy_train",
          "1",
          {"epoch"},
          "mean of the fractions of the detector's training samples of its class and of the others that are classified "
          "correctly"},
         {"training/detectors/*/balanced_accuracy_test", "1", {"epoch"}, "the same of its test samples"},
         {"training/staircase_train",
          "1",
          {"detectors_in_place", "class"},
          "balanced accuracy on the training samples"},
         {"training/staircase_test", "1", {"detectors_in_place", "class"}, "balanced accuracy on the test samples"}},
    .metrics =
        {{"epochs",
          "epochs",
          "",
          {"1", "epochs until training stopped; of a composite network, each detector's", false, epochs,
           [](const NetworkConfig& network) { return network.detectors.has_value(); }},
          missing_training},
         {"accuracy_train",
          "accuracy, training samples",
          "",
          {"1",
           "balanced accuracy of each class after the last epoch on the training samples; of a composite network, the "
           "fraction that each detector classifies correctly",
           false, [](const ResultView& system, int) { return last_accuracy(system, "accuracy_train"); }},
          missing_training},
         {"accuracy_test",
          "accuracy, test samples",
          "",
          {"1", "the same on the test samples", false,
           [](const ResultView& system, int) { return last_accuracy(system, "accuracy_test"); }},
          missing_training}},
    .missing = missing_network,
    .label = [](const MeasurePlace& place) -> std::string {
      return place.network.from_files() ? "weights from files"
             : place.network.detectors  ? "training of the detectors"
                                        : "training";
    },
    .memory = training_memory,
    .compute = compute_training,
};

}  // namespace inforelay
