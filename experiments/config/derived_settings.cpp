#include "experiments/config/derived_settings.hpp"

#include "core/files/data_folder.hpp"
#include "core/process/memory.hpp"

namespace inforelay {

bool has_binary_relay(const AnalysisConfig& analysis) {
  return level_count(analysis.discretize) == 2 && analysis.contrast == ContrastKind::one_vs_rest;
}

DataOptions data_options(const ExperimentConfig& config) {
  DataOptions options;
  options.dataset = config.data.dataset;
  if (!config.data.path.empty()) options.path = with_data_folder(config.data.path);
  const auto places = [](const std::optional<DataSetConfig>& set) -> std::optional<SetPlaces> {
    if (!set) return std::nullopt;
    return SetPlaces{with_data_folder(set->inputs).string(), with_data_folder(set->labels).string()};
  };
  options.train_places = places(config.data.train);
  options.test_places = places(config.data.test);
  options.label = config.data.label;
  options.classes = config.data.classes;
  if (config.data.split) options.test_fraction = config.data.split->test;
  options.sequences = config.data.sequences;
  options.boolean = config.data.boolean;
  options.inputs = config.data.inputs.value_or(InputOptions{});
  options.most_bytes = memory_limit(config.max_memory).bytes;
  options.fallback = config.data.fallback;
  options.download = config.data.download;
  options.train_limit = static_cast<std::size_t>(config.data.train_limit);
  options.test_limit = static_cast<std::size_t>(config.data.test_limit);
  options.seed = static_cast<std::uint64_t>(config.seed);
  options.environment_folder = data_folder_from_environment();
  return options;
}

DataSizes data_sizes(const ExperimentConfig& config) { return data_sizes(data_options(config)); }

std::vector<std::int64_t> layer_widths(const ExperimentConfig& config, const NetworkConfig& network) {
  if (network.recurrent) {
    const RecurrentConfig& own = *network.recurrent;
    if (own.units == 0) return {};  // of a file that was not read yet
    std::vector<std::int64_t> widths(static_cast<std::size_t>(own.layers) + 2, own.recorded_units(own.units));
    const DataSizes sizes = data_sizes(config);
    widths.front() = sizes.step_inputs();
    widths.back() = own.outputs == 0 ? sizes.classes : own.outputs;
    return widths;
  }
  if (!network.layers.empty() || !network.detectors) return network.layers;
  const DataSizes sizes = data_sizes(config);
  return {sizes.inputs, sizes.classes * network.detectors->hidden, sizes.classes};
}

std::vector<int> analysed_layers(const AnalysisConfig& analysis, const std::vector<std::int64_t>& widths) {
  if (!analysis.layers.list.empty()) return {analysis.layers.list.begin(), analysis.layers.list.end()};
  std::vector<int> layers;
  for (int layer = 1; layer + 1 < static_cast<int>(widths.size()); ++layer) layers.push_back(layer);
  if (analysis.layers.word == LayerWord::last && layers.size() > 1) layers.erase(layers.begin(), layers.end() - 1);
  return layers;
}

}  // namespace inforelay
