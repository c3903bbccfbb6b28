// The first-layer weights of each unit as an image, where the inputs are images.
#include <algorithm>
#include <cmath>

#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"

namespace inforelay {
namespace {

constexpr std::size_t most_units = 64;  // more images would be too small to be seen

}  // namespace

std::string draw_receptive(const FigureWriter& writer, const ReceptiveFigure& figure) {
  const std::string name = figure_name("receptive", figure.network);
  const std::size_t units = std::min(static_cast<std::size_t>(figure.weight.rows()), most_units);
  require_some(name, "units", units);
  require_count(name, "weight", figure.weight.cols(), "columns", figure.side * figure.side);
  const std::size_t columns = std::min<std::size_t>(units, 10);
  const double gap = 2.5;
  const double size = (double_column - 4 - gap * 9) / 10;
  const PanelGrid grid(units, columns, 4 + static_cast<double>(columns) * (size + gap) - gap, size,
                       {.left = 2, .right = 2, .top = 4.5, .bottom = 1, .column_gap = gap, .row_gap = 5.5}, 6);
  FigureCanvas canvas(
      name,
      "Weights from the input image to each unit of the first hidden layer: white is 0, blue positive, "
      "orange negative, on a scale of its own for each unit, whose end is the number above the image (the "
      "table has the weights).",
      std::max(grid.width, 60.0), grid.height);
  canvas.add("{}", signed_palette);
  canvas.add("unset colorbox; set border 15 lw 0.3 lc rgb '{}'; unset tics", hex(colour::light));
  CsvTable table("unit,row,column,weight");
  const auto side = static_cast<Eigen::Index>(figure.side);
  for (std::size_t unit = 0; unit < units; ++unit) {
    const auto row = static_cast<Eigen::Index>(unit);
    const std::size_t first = table.rows();
    double most = 0;
    for (Eigen::Index pixel = 0; pixel < side * side; ++pixel) {
      const float weight = figure.weight(row, pixel);
      table.row(unit, pixel / side, pixel % side, weight);
      if (std::isfinite(weight)) most = std::max(most, std::abs(static_cast<double>(weight)));
    }
    canvas.begin_panel(grid.boxes[unit]);
    canvas.add("set xrange [-0.5:{0}]; set yrange [{0}:-0.5]", static_cast<double>(side) - 0.5);
    canvas.add("set cbrange [{}:{}]", most > 0 ? -most : -1, most > 0 ? most : 1);
    canvas.panel_title(grid.boxes[unit], fmt::format("'{}: \u00b1{:.2g}'", unit, most));
    if (unit + 1 == units) {  // the scale of all
      canvas.add(
          "set cbtics scale 0 ('\u2212max' {0}, '0' 0, '+max' {1}) textcolor rgb '#000000' font ',5.5' offset 0,0.6",
          most > 0 ? -most : -1, most > 0 ? most : 1);
      canvas.add(
          "set colorbox horizontal user origin screen {:.2f}/width, screen (base+4.6)/height size screen 24./width, "
          "screen 1.6/height noborder",
          grid.boxes[0].left + 24);
      canvas.label(grid.boxes[0].left, 5.4, "'unit: \u00b1max weight'", "left font ',5.5'");
    }
    canvas.plot({fmt::format("{} using 3:2:4 with image notitle", rows_from(table, first))});
  }
  canvas.add("set border 3 lw 0.5 lc rgb '#000000'");
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind receptive_figure;
const FigureKind receptive_figure{
    "receptive",
    FigureScope::layer,
    "first-layer weights of each unit as images, of square images as inputs",
    [](const FigureSource& source) -> FigureDrawing {
      if (source.layer->layer != "1" || source.result.is_recording(source.layer->system)) return {};
      const std::string weight = "model/layer1/weight";
      const ResultView system = source.result.system(source.layer->system);
      if (!system.has(weight)) return {};
      const RowMatrix<float>& weights = system.matrix<float>(weight);
      const auto side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(weights.cols()))));
      // Inputs of other data may happen to be as many as a square has.
      const std::string& data = source.result.provenance.data_name;
      const bool images = data == "mnist" || data == "digits" || data == "idx";
      if (!images || side < 4 || side * side != weights.cols()) return {};
      return drawing(draw_receptive, {.network = source.name, .side = side, .weight = weights});
    },
    false,
    nullptr,
    true};

}  // namespace inforelay
