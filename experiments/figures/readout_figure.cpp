// The weights from each unit of a layer to the outputs, or to the units of the next layer.
#include <algorithm>
#include <cmath>

#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"

namespace inforelay {
namespace {

constexpr Eigen::Index most_cells_a_side = 64;  // more would be too small to be seen

}  // namespace

std::string draw_readout(const FigureWriter& writer, const ReadoutFigure& figure) {
  const std::string name = figure_name("readout", figure.network);
  require_some(name, "weights", static_cast<std::size_t>(figure.weight.size()));
  require_count(name, "weight", figure.weight.rows(), "rows", figure.labels.size());
  const auto rows = static_cast<double>(figure.weight.rows()), units = static_cast<double>(figure.weight.cols());
  const double names_width = std::max(widest_text(figure.labels), 3.0);
  const PanelGrid grid(1, 1, 95, std::clamp(4.2 * rows, 12.0, 75.0),
                       {.left = names_width + 8, .right = 14, .top = 5, .bottom = 9}, 0);
  const PanelBox& box = grid.boxes[0];
  FigureCanvas canvas(name,
                      fmt::format("Weights from each unit of the layer to {}: white is 0, blue positive, orange "
                                  "negative.{}",
                                  figure.of_outputs ? "each output" : "each unit of the next hidden layer",
                                  figure.module > 0 ? " Red: the known module of the class." : ""),
                      grid.width, grid.height);
  CsvTable table("target,unit,weight,label");
  double most = 0;
  for (Eigen::Index row = 0; row < figure.weight.rows(); ++row) {
    for (Eigen::Index unit = 0; unit < figure.weight.cols(); ++unit) {
      const float weight = figure.weight(row, unit);
      table.row(row, unit, weight, figure.labels[static_cast<std::size_t>(row)]);
      if (std::isfinite(weight)) most = std::max(most, std::abs(static_cast<double>(weight)));
    }
  }
  if (most == 0) most = 1;
  canvas.begin_panel(box);
  canvas.add("set xrange [-0.5:{}]; set yrange [{}:-0.5]", units - 0.5, rows - 0.5);
  canvas.add("set xtics nomirror 0,{}; set format x '%g'", std::max(1.0, tic_step(units, 10)));
  canvas.add("set ytics nomirror ({})", canvas.category_tics(figure.labels));
  canvas.frame_modules(figure.labels.size(), figure.module);
  canvas.x_label(box, "'unit'");
  canvas.y_label(box, figure.of_outputs ? "'output'" : "'unit of the next layer'", names_width + 5);
  canvas.add("{}", signed_palette);
  canvas.add("set cbrange [{0}:{1}]; set cbtics {2} offset -0.6,0", -most, most, tic_step(2 * most, 6));
  canvas.colour_scale(box, "'weight'");
  canvas.add("unset border; set tics scale 0");
  canvas.plot(coloured_cells(rows_from(table, 0), 2, 1));
  canvas.add("unset object; set border 3 lw 0.5; set tics scale 0.4 font ',6'");
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind readout_figure;
const FigureKind readout_figure{
    "readout",
    FigureScope::layer,
    "weights from each unit to the outputs, or to the next layer",
    [](const FigureSource& source) -> FigureDrawing {
      const LayerResults& layer = *source.layer;
      if (source.result.is_recording(layer.system)) return {};
      const ResultView model = source.result.system(layer.system).at("model");
      int number = 1;
      while (std::to_string(number) != layer.layer && model.has(fmt::format("layer{}/weight", number))) ++number;
      const std::string next = fmt::format("layer{}/weight", number + 1);
      if (!model.has(next)) return {};  // a recurrent layer
      const RowMatrix<float>& weight = model.matrix<float>(next);
      if (weight.rows() > most_cells_a_side || weight.cols() > most_cells_a_side) return {};
      ReadoutFigure figure{.network = source.name, .weight = weight};
      figure.of_outputs = !model.has(fmt::format("layer{}/weight", number + 2));
      for (Eigen::Index row = 0; row < weight.rows(); ++row) figure.labels.push_back(std::to_string(row));
      if (figure.of_outputs && layer.classes.size() == figure.labels.size()) figure.labels = layer.classes;
      for (const std::string& subset : subsets_of(layer, "relay")) {
        if (layer.arrays.has("relay/" + subset + "/module_found"))
          figure.module = static_cast<int>(weight.cols() / weight.rows());
      }
      return drawing(draw_readout, figure);
    },
    false,
    nullptr,
    true};

}  // namespace inforelay
