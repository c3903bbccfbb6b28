#include "experiments/sources/external_files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/files/data_folder.hpp"
#include "core/files/sha256.hpp"
#include "core/named.hpp"
#include "experiments/config/derived_settings.hpp"
#include "experiments/config/network_checks.hpp"
#include "experiments/config/recurrent_checks.hpp"
#include "experiments/sources/recurrent_model.hpp"
#include "nn/weights/weight_file.hpp"

namespace inforelay {
namespace {

std::vector<std::int64_t> widths_of(const Mlp& network) {
  std::vector<std::int64_t> widths{network.input_width()};
  for (const DenseLayer& layer : network.layers) widths.push_back(layer.out());
  return widths;
}

// load_weights() with errors of the options as those of the network at `name` of the configuration.
WeightFile load_for(const std::string& name, const std::filesystem::path& path, const WeightFileOptions& options,
                    Progress& progress) {
  try {
    return load_weights(path, options, progress);
  } catch (const UsageError& error) {
    throw UsageError("{}: {}", name, error.what());
  }
}

// Reads one weight file of the network at `name` of the configuration into `input`.
void read_weights(const std::string& name, const std::filesystem::path& written, const NetworkConfig& config,
                  LoadedWeights& input, Progress& progress) {
  const std::filesystem::path path = with_data_folder(written);
  std::error_code error;
  if (names_data_folder(written.native()) && !data_folder_from_environment() && !std::filesystem::exists(path, error)) {
    throw DataError("{}: '{}' is not there; INFORELAY_DATA, the folder of such files, is not set (data/README.md)",
                    name, path.string());
  }
  const WeightFileOptions defaults;
  WeightFile file = load_for(name, path,
                             {.layer_names = config.layer_names,
                              .activation = config.activation,
                              .output_activation = config.output_activation,
                              .batch_norm = config.batch_norm,
                              .batch_norm_epsilon = config.batch_norm_epsilon.value_or(defaults.batch_norm_epsilon),
                              .network = config.weights_network},
                             progress);
  if (!file.activations_stated) {
    const ActivationForms forms = activation_forms(LayerPlace::hidden);
    throw UsageError(
        "{0}: {1} does not state the activation functions of its layers [{2}]; add to {0}:\n"
        "  activation: WORD         # of the hidden layers\n"
        "  output_activation: WORD  # of the outputs: identity for logits, as of a network trained with cross-entropy\n"
        "WORD is one of {3}, {4}; of the outputs also softmax",
        name, path.string(), fmt::join(widths_of(file.network), ", "), fmt::join(forms.words, ", "),
        fmt::join(forms.parameterised, ", "));
  }
  input.networks.push_back(std::move(file.network));
  input.sources.push_back(std::move(file.source));
}

void check_whole(const std::string& path, const DataSizes& data, NetworkConfig& config, const LoadedWeights& input) {
  const std::vector<std::int64_t> widths = widths_of(input.networks.front());
  const std::string& file = input.sources.front().file;
  if (widths.size() < 3 || widths.front() != data.inputs || widths.back() != data.classes) {
    throw DataError(fmt::format("{}: '{}' holds a network [{}]; {} inputs, hidden layers and {} outputs are needed",
                                path, file, fmt::join(widths, ", "), data.inputs, data.classes));
  }
  if (!config.layers.empty() && config.layers != widths) {
    throw DataError(fmt::format("{}: '{}' holds a network [{}], but layers says [{}]", path, file,
                                fmt::join(widths, ", "), fmt::join(config.layers, ", ")));
  }
  config.layers = widths;
}

void check_detectors(const std::string& path, const DataSizes& data, NetworkConfig& config,
                     const LoadedWeights& input) {
  const std::vector<std::int64_t> first = widths_of(input.networks.front());
  const int default_hidden = DetectorsConfig{}.hidden;
  for (std::size_t t = 0; t < input.networks.size(); ++t) {
    const std::vector<std::int64_t> widths = widths_of(input.networks[t]);
    if (widths.size() != 3 || widths.front() != data.inputs || widths.back() != 1 || widths != first) {
      throw DataError(fmt::format(
          "{}: '{}' holds a network [{}]; detectors [{}, hidden, 1] are needed, with as many hidden neurons each", path,
          input.sources[t].file, fmt::join(widths, ", "), data.inputs));
    }
  }
  int& hidden = config.detectors->hidden;
  if (hidden != default_hidden && hidden != first[1]) {
    throw UsageError(fmt::format("{}.detectors.hidden: {}, but '{}' has {} hidden neurons", path, hidden,
                                 input.sources.front().file, first[1]));
  }
  hidden = static_cast<int>(first[1]);
}

std::string activations_of(const Mlp& network) {
  std::vector<std::string> words;
  for (const DenseLayer& layer : network.layers) words.push_back(to_string(layer.activation));
  return fmt::format("{}", fmt::join(words, ", "));
}

void check_activations(const std::string& path, NetworkConfig& config, const LoadedWeights& input) {
  config.activation = input.networks.front().layers.front().activation;
  config.output_activation = input.networks.front().layers.back().activation;
  for (std::size_t t = 0; t < input.networks.size(); ++t) {
    const std::vector<DenseLayer>& layers = input.networks[t].layers;
    const bool same = layers.back().activation == config.output_activation &&
                      std::all_of(layers.begin(), layers.end() - 1,
                                  [&](const DenseLayer& layer) { return layer.activation == config.activation; });
    if (!same) {
      throw DataError(fmt::format("{}: '{}' has the activations {}; expected one for all hidden layers{}: {}, ..., {}",
                                  path, input.sources[t].file, activations_of(input.networks[t]),
                                  t == 0 ? "" : ", those of the first file", to_string(*config.activation),
                                  to_string(*config.output_activation)));
    }
  }
}

}  // namespace

std::string ExternalFiles::sha256() const {
  Sha256 all;
  bool any = false;
  for (const auto& [name, input] : networks) {
    for (const WeightSource& source : input.sources) {
      all.update(fmt::format("{} {}\n", name, source.sha256));
      any = true;
    }
  }
  for (const auto& [name, file] : recurrent) {
    all.update(fmt::format("{} {}\n", name, file.source.sha256));
    any = true;
  }
  return any ? all.hex() : "";
}

ExternalFiles read_external_files(ExperimentConfig& config, Progress& progress) {
  ExternalFiles files;
  const DataSizes data = data_sizes(config);
  for (auto& [name, network] : config.networks) {
    if (!network.from_files()) continue;
    const std::string path = "networks." + name;
    if (network.recurrent) {
      files.recurrent.emplace(name, read_recurrent(path, data, network));
      const std::vector<std::string> problems = recurrent_layer_problems(config, network);
      if (!problems.empty()) throw UsageError(fmt::format("{}: {}", path, problems.front()));
      continue;
    }
    LoadedWeights& input = files.networks[name];
    if (network.detectors) {
      for (const auto& file : network.detectors->weights) read_weights(path, file, network, input, progress);
      check_detectors(path, data, network, input);
    } else {
      read_weights(path, network.weights, network, input, progress);
      check_whole(path, data, network, input);
    }
    check_activations(path, network, input);
    const std::vector<std::string> problems = analysed_layer_problems(layer_widths(config, network), config.analysis);
    if (!problems.empty()) throw UsageError(fmt::format("{}: {}", path, problems.front()));
  }
  return files;
}

}  // namespace inforelay
