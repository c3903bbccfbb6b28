// Cohesion of k-means clusters of the activations of a layer vs. their number.
#include <cstdint>

#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"

namespace inforelay {
namespace {

/// The unit of an axis: large numbers are shown in thousands or millions, which leaves more room for the panel.
struct Scale {
  double unit;
  const char* suffix;
};
Scale scale_of(double largest) {
  if (largest >= 2e6) return {1e6, " (millions)"};
  if (largest >= 2e3) return {1e3, " (thousands)"};
  return {1, ""};
}

}  // namespace

std::string draw_clusters(const FigureWriter& writer, const ClustersFigure& figure) {
  const std::string name = "clusters";
  require_some(name, "networks", figure.networks.size());
  AxisRange x, y;
  y.add(0);
  for (const auto& curve : figure.networks) {
    require_count(name, "cohesion of " + curve.network, curve.cohesion.size(), "values", curve.clusters.size());
    x.add_all(curve.clusters);
    y.add_all(curve.cohesion);
  }
  std::vector<FigureCanvas::LegendEntry> legend;
  for (std::size_t i = 0; i < figure.networks.size(); ++i) {
    legend.push_back(
        {{.kind = LegendSample::Kind::mark, .colour = network_colour(i), .size = 1.5, .mark = network_mark(i)},
         figure.networks[i].network});
  }
  const double left = 12;
  const double foot = 1 + FigureCanvas::legend_height(single_column, left, legend);
  const PanelGrid grid(1, 1, single_column, 52, {.left = left, .top = 3, .bottom = 9}, foot);
  FigureCanvas canvas(
      name, "Within-cluster sum of squares of k-means clusters of the activations vs. the number of clusters.",
      grid.width, grid.height);
  CsvTable table("clusters,cohesion,network");
  canvas.begin_panel(grid.boxes[0]);
  canvas.x_axis(x.low() - 0.6, x.high() + 0.6, 10);
  canvas.x_label(grid.boxes[0], "'number of clusters'");
  const AxisRange axis = y.widened(0, 0.05);
  const Scale scale = scale_of(axis.high());
  canvas.y_axis(axis.low() / scale.unit, axis.high() / scale.unit, 6);
  canvas.y_label(grid.boxes[0], fmt::format("'within-cluster sum of squares per sample{}'", scale.suffix));
  std::vector<std::string> elements;
  for (std::size_t i = 0; i < figure.networks.size(); ++i) {
    const auto& curve = figure.networks[i];
    const std::size_t first = table.rows();
    for (std::size_t k = 0; k < curve.clusters.size(); ++k) {
      table.row(curve.clusters[k], curve.cohesion[k], curve.network);
    }
    if (table.rows() == first) continue;
    add_marked_line(elements, rows_from(table, first), fmt::format("1:($2/{})", scale.unit), i);
  }
  canvas.plot(elements);
  canvas.legend(left, foot - 2, legend);
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind clusters_figure;
const FigureKind clusters_figure{
    "clusters", FigureScope::experiment, "cohesion of k-means clusters vs. their number",
    [](const FigureSource& source) -> FigureDrawing {
      ClustersFigure figure;
      for (const LayerResults& layer : source.layers) {
        if (!layer.arrays.has("geometry/clusters")) continue;
        const auto clusters = layer.arrays.vector<std::int64_t>("geometry/clusters");
        if (clusters.empty()) continue;
        figure.networks.push_back(
            {layer.title, {clusters.begin(), clusters.end()}, layer.arrays.numbers("geometry/cohesion")});
      }
      return figure.networks.empty() ? nullptr : drawing(draw_clusters, figure);
    }};

}  // namespace inforelay
