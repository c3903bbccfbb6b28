#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/config/tree.hpp"
#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"

namespace inforelay {

extern const FigureKind training_figure, density_figure, modules_figure, ablation_figure, relay_sizes_figure,
    relay_figure, function_figure, knockout_sizes_figure, node_figure, receptive_figure, readout_figure,
    confusion_figure, pca_figure, activations_figure, regression_figure, importance_figure, clusters_figure,
    entropy_figure, time_figure;

const std::vector<const FigureKind*>& figure_kinds() {
  static const std::vector<const FigureKind*> all{
      &training_figure,    &density_figure,     &modules_figure,    &ablation_figure,
      &relay_sizes_figure, &relay_figure,       &function_figure,   &knockout_sizes_figure,
      &node_figure,        &receptive_figure,   &readout_figure,    &confusion_figure,
      &pca_figure,         &activations_figure, &regression_figure, &importance_figure,
      &clusters_figure,    &entropy_figure,     &time_figure,
  };
  return all;
}

std::string figure_kind_error(const std::string& name) {
  std::vector<std::string_view> names;
  for (const FigureKind* kind : figure_kinds()) names.emplace_back(kind->name);
  if (std::find(names.begin(), names.end(), name) != names.end()) return "";
  const std::string_view near = nearest_word(name, names);
  return fmt::format(
      "'{}' is no figure; {}", name,
      near.empty() ? std::string("run_experiment --list figures lists them") : fmt::format("did you mean '{}'?", near));
}

std::vector<std::size_t> FigureSource::shown(const std::vector<std::string>& labels) const {
  std::vector<std::size_t> numbers;
  for (std::size_t c = 0; c < labels.size(); ++c) {
    if (std::find(classes.begin(), classes.end(), labels[c]) != classes.end()) numbers.push_back(c);
  }
  return numbers;
}

bool FigureSource::has_information_and_accuracy() const {
  const ResultView& arrays = layer->arrays;
  const std::string information = "relay/" + subset + "/information", accuracy = "knockout/" + subset + "/accuracy";
  return arrays.has(information) && arrays.has(accuracy) &&
         arrays.matrix<float>(information).rows() == arrays.matrix<float>(accuracy).rows();
}

std::vector<std::size_t> shown_classes(const std::vector<std::size_t>& shown, std::size_t classes) {
  if (!shown.empty()) return shown;
  std::vector<std::size_t> all(classes);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

}  // namespace inforelay
