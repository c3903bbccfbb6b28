// Which class is the output for the samples of each class.
#include <algorithm>
#include <cmath>

#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"

namespace inforelay {

std::string draw_confusion(const FigureWriter& writer, const ConfusionFigure& figure) {
  const std::string name = figure_name("confusion", figure.network);
  const std::size_t classes = figure.labels.size();
  require_some(name, "labels", classes);
  require_count(name, "counts", figure.counts.rows(), "rows", classes);
  require_count(name, "counts", figure.counts.cols(), "columns", classes);
  const double names_width = std::max(widest_text(figure.labels), 3.0), left = names_width + 8;
  const bool upright = names_width > 4;
  const double bottom = upright ? names_width + 6 : 8.5;
  const double square = std::min(single_column - left - 14, 62.0);
  const PanelBox box{left, bottom, square, square};
  FigureCanvas canvas(
      name,
      "Confusion matrix: the fraction of the samples of each class (row) for which each class (column) "
      "is the output, as a percentage in the cell (empty: no sample). Shades follow the square root of the "
      "fraction, so that rare confusions are seen.",
      single_column, bottom + square + 5);
  const std::string tics = canvas.category_tics(figure.labels);
  CsvTable table("class,output,samples,fraction_of_class,class_label,output_label");
  for (std::size_t row = 0; row < classes; ++row) {
    const auto r = static_cast<Eigen::Index>(row);
    const auto all = static_cast<double>(figure.counts.row(r).sum());
    for (std::size_t column = 0; column < classes; ++column) {
      const std::int64_t samples = figure.counts(r, static_cast<Eigen::Index>(column));
      table.row(row, column, samples, all > 0 ? static_cast<double>(samples) / all : 0, figure.labels[row],
                figure.labels[column]);
    }
  }
  const std::string rows = rows_from(table, 0);
  const double last = static_cast<double>(classes) - 0.5;
  canvas.begin_panel(box);
  canvas.add("set xrange [-0.5:{0}]; set yrange [{0}:-0.5]; set tics scale 0", last);
  canvas.add("set xtics nomirror {} ({}); set ytics nomirror ({})", upright ? "rotate by 90 right" : "norotate", tics,
             tics);
  // The square root: most of what is confused is a few percent.
  canvas.add("set palette defined (0 '#ffffff', 0.3 '#9ac8e0', 0.6 '#1f6cb0', 1 '#071f49'); set cbrange [0:1]");
  canvas.add("set cbtics ('0' 0, '1' 0.1, '5' {:.4f}, '20' {:.4f}, '50' {:.4f}, '100' 1) offset -0.6,0",
             std::sqrt(0.05), std::sqrt(0.2), std::sqrt(0.5));
  canvas.colour_scale(box, "'%'");
  std::vector<std::string> elements{
      fmt::format("{} using 2:1:(0.48):(0.48):(sqrt($4)) with boxxyerror fillstyle solid 1 noborder fillcolor palette "
                  "notitle",
                  rows)};
  if (classes <= 12) {
    elements.push_back(
        fmt::format("{} using 2:1:($3 > 0 ? sprintf('%.1f', 100*$4) : ''):($4 > 0.2 ? 0xffffff : 0x000000) with labels "
                    "font ',5' tc rgb variable notitle",
                    rows));
  }
  canvas.plot(elements);
  canvas.x_label(box, "'output of the network'", bottom - 2.5);
  canvas.y_label(box, "'class of the sample'", names_width + 5);
  if (classes <= 12) canvas.panel_title(box, "'percent of the samples of the class'");
  canvas.add("set tics scale 0.4");
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind confusion_figure;
const FigureKind confusion_figure{
    "confusion", FigureScope::layer, "which class is the output for the samples of each class",
    [](const FigureSource& source) -> FigureDrawing {
      // Input and output are the same in all layers: drawn once.
      for (const LayerResults& layer : source.layers) {
        if (layer.system != source.layer->system) continue;
        if (&layer != source.layer) return {};
        break;
      }
      const ResultView states = source.layer->arrays.at("states/" + subsets_of(*source.layer, "states").back());
      if (!states.has("output")) return {};
      const std::span<const Symbol> input = states.vector<Symbol>("input"), output = states.vector<Symbol>("output");
      const auto classes = std::ssize(source.layer->symbols);
      ConfusionFigure figure{.network = source.name, .labels = source.layer->symbols};
      figure.counts = RowMatrix<std::int64_t>::Zero(classes, classes);
      for (std::size_t n = 0; n < input.size(); ++n) {
        if (input[n] < classes && output[n] < classes) ++figure.counts(input[n], output[n]);
      }
      return drawing(draw_confusion, figure);
    }};

}  // namespace inforelay
