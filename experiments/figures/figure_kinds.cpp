#include "experiments/figures/figure_kind.hpp"

namespace inforelay {

extern const FigureKind training_figure, relay_sizes_figure, relay_figure, function_figure, knockout_sizes_figure,
    node_figure, pca_figure, activations_figure, regression_figure, clusters_figure, entropy_figure, time_figure;

const std::vector<const FigureKind*>& figure_kinds() {
  static const std::vector<const FigureKind*> all{
      &training_figure, &relay_sizes_figure, &relay_figure,      &function_figure, &knockout_sizes_figure, &node_figure,
      &pca_figure,      &activations_figure, &regression_figure, &clusters_figure, &entropy_figure,        &time_figure,
  };
  return all;
}

}  // namespace inforelay
