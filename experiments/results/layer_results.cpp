#include "experiments/results/layer_results.hpp"

#include <fmt/format.h>

#include <variant>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/sets/neuron_set.hpp"
#include "experiments/results/time_stack.hpp"

namespace inforelay {

bool has_output_bits(const ResultView& system) { return system.has("symbol"); }

const std::vector<std::string>& symbol_names(const ResultView& system) {
  return system.texts(has_output_bits(system) ? "symbol" : "class");
}

std::vector<LayerResults> layers_of(const ExperimentResult& result, const std::string& network) {
  const ResultView system = result.system(network);
  const bool is_recording = result.is_recording(network);
  std::vector<std::string> names = system.at("layers").children();
  // 2 before 10
  std::sort(names.begin(), names.end(),
            [](const std::string& a, const std::string& b) { return std::pair(a.size(), a) < std::pair(b.size(), b); });
  const std::size_t times = system.has(time_axis) ? system.array(time_axis).shape.front() : 0;
  std::vector<LayerResults> layers;
  for (const std::string& layer : names) {
    const bool several = names.size() > 1;
    layers.push_back(
        {.title = several ? fmt::format("{}, {}{}", network, is_recording ? "" : "layer ", layer) : network,
         .name = several ? fmt::format("{}_{}{}", network, is_recording ? "" : "layer", layer) : network,
         .layer = layer,
         .system = network,
         .classes = system.texts("class"),
         .symbols = symbol_names(system),
         .arrays = system.at("layers/" + layer),
         .times = times});
  }
  return layers;
}

std::string layers_text(const ResultView& model) {
  std::string text;
  for (std::size_t number = 1; model.has(fmt::format("layer{}", number)); ++number) {
    const ResultView layer = model.at(fmt::format("layer{}", number));
    const RowMatrix<float>& weight = layer.matrix<float>("weight");
    if (number == 1) text = fmt::format("{}", weight.cols());
    text += fmt::format(", {} {}", weight.rows(), layer.attribute<std::string>("", "activation"));
  }
  return text;
}

std::vector<std::string> subsets_of(const LayerResults& layer, const std::string& measure) {
  std::vector<std::string> subsets = layer.arrays.at(measure).children();
  std::stable_partition(subsets.begin(), subsets.end(), [](const std::string& name) { return name != "test"; });
  std::stable_partition(subsets.begin(), subsets.end(), [](const std::string& name) { return name == "train"; });
  return subsets;
}

std::vector<std::string> contrast_names(const LayerResults& layer, const ResultView& group) {
  return group.has("class") ? group.texts("class") : layer.classes;
}

std::vector<int> last_units(const ResultView& relay, std::size_t c, int count) {
  std::vector<int> last;
  const auto take = [&](const auto& order) {
    for (Eigen::Index step = std::max<Eigen::Index>(0, order.cols() - count); step < order.cols(); ++step)
      last.push_back(order(static_cast<Eigen::Index>(c), step));
  };
  constexpr const char* path = "greedy/removal_order";
  if (std::holds_alternative<RowMatrix<std::uint8_t>>(relay.array(path).values)) {
    take(relay.matrix<std::uint8_t>(path));
  } else {
    take(relay.matrix<std::uint16_t>(path));
  }
  std::sort(last.begin(), last.end());
  return last;
}

KnockoutWords knockout_words(const ResultView& knockout) {
  const auto word_of = [&](const std::string& attribute, std::string_view usual, std::string_view before) {
    const std::string word =
        knockout.has_attribute("", attribute) ? knockout.attribute<std::string>("", attribute) : "";
    return word.empty() || word == usual ? "" : fmt::format(" ({}{})", before, word);
  };
  return {.function = word_of("function", "threshold", ""), .replace = word_of("replace", "zero", "replace: ")};
}

UnitSpread unit_spread(const RowMatrix<float>& values) {
  constexpr double nearly_constant = 0.05;
  UnitSpread spread;
  for (Eigen::Index unit = 0; unit < values.cols(); ++unit) {
    const Eigen::ArrayXd column = values.col(unit).cast<double>().array();
    spread.deviation.push_back(std::sqrt((column - column.mean()).square().mean()));
  }
  std::vector<double> sorted = spread.deviation;
  std::sort(sorted.begin(), sorted.end());
  spread.usual = sorted.empty() ? 0 : sorted[sorted.size() * 3 / 4];
  for (std::size_t unit = 0; unit < spread.deviation.size(); ++unit) {
    if (spread.deviation[unit] >= nearly_constant * spread.usual) spread.varying.push_back(static_cast<int>(unit));
  }
  return spread;
}

Eigen::Index unit_count(const LayerResults& layer) {
  return layer.arrays.matrix<float>("states/" + subsets_of(layer, "states").back() + "/value").cols();
}

bool is_wide(const LayerResults& layer) { return unit_count(layer) > NeuronSet::max_neurons; }

}  // namespace inforelay
