// Regression coefficients of each class.
#include <limits>

#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"

namespace inforelay {
std::string draw_regression(const FigureWriter& writer, const RegressionFigure& figure) {
  const std::string name = "regression";
  const std::size_t classes = figure.labels.size();
  require_some(name, "labels", classes);
  require_some(name, "networks", figure.networks.size());
  AxisRange range;
  range.add(0);
  for (const auto& panel : figure.networks) {
    require_count(name, "set_size of " + panel.network, panel.set_size.size(), "values", classes);
    require_count(name, "information of " + panel.network, panel.information.size(), "values", classes);
    if (!panel.r_squared.empty())
      require_count(name, "r_squared of " + panel.network, panel.r_squared.size(), "values", classes);
    range.add_all(panel.set_size);
    range.add_all(panel.information);
  }
  const AxisRange axis = range.widened(0.06, 0.14);  // R^2 stands above the dots

  const std::size_t panels = figure.networks.size();
  const double width = panels == 1 ? single_column : double_column, left = 12;
  std::vector<FigureCanvas::LegendEntry> legend{
      {{.kind = LegendSample::Kind::mark, .colour = colour::red, .size = 1.7}, "set size D"},
      {{.kind = LegendSample::Kind::mark, .size = 1.6, .mark = 5}, "relay information I"}};
  const double foot = 0.9 + FigureCanvas::legend_height(width, left, legend);
  // Long names are upright, not to overlap.
  const double names_width = widest_text(figure.labels);
  const bool upright = names_width + 1 > (panels == 1 ? 70.0 : 74.0) / static_cast<double>(classes);
  const double names_height = upright ? names_width : 2;
  const PanelGrid grid(panels, 2, width, 45,
                       {.left = left, .bottom = names_height + 7, .column_gap = 16, .row_gap = names_height + 14},
                       foot);
  FigureCanvas canvas(
      name,
      "Coefficients of the least-squares fit A ~ 1 + D + I over all sets of hidden neurons, for each class: A balanced "
      "accuracy with the set knocked out, D size of the set (red), I its relay information (black), each scaled to "
      "[0,1]; above: R^2 of the fit. The fit describes one network: the sets are not independent observations.",
      grid.width, grid.height);
  const std::string tics = canvas.category_tics(figure.labels);
  CsvTable table("class,set_size_coefficient,information_coefficient,label,network,r_squared");
  for (std::size_t i = 0; i < panels; ++i) {
    const auto& panel = figure.networks[i];
    const std::size_t first = table.rows();
    for (std::size_t c = 0; c < classes; ++c) {
      table.row(c, panel.set_size[c], panel.information[c], figure.labels[c], panel.network,
                panel.r_squared.empty() ? std::numeric_limits<double>::quiet_NaN() : panel.r_squared[c]);
    }
    const std::string rows = rows_from(table, first);
    canvas.begin_panel(grid.boxes[i]);
    if (panels > 1) canvas.panel_letter(grid.boxes[i], i);
    canvas.panel_title(grid.boxes[i], canvas.text(panel.network));
    canvas.add("set xrange [-0.6:{}]; set xtics nomirror {} ({})", static_cast<double>(classes) - 0.4,
               upright ? "rotate by 90 right" : "norotate center", tics);
    canvas.x_label(grid.boxes[i], "'class'", names_height + 4.2);
    canvas.y_axis(axis.low(), axis.high(), 7);
    canvas.y_label(grid.boxes[i], "'regression coefficient'");
    std::vector<std::string> elements{
        fmt::format("0 with lines lw 0.5 lc rgb '{}' notitle", hex(colour::grey)),
        fmt::format("{} using 1:2 with points pt 7 ps 1.7*mm lw 0.1 lc rgb '{}' notitle", rows, hex(colour::red)),
        fmt::format("{} using 1:3 with points pt 5 ps 1.6*mm lw 0.1 lc rgb '{}' notitle", rows, hex(colour::ink)),
    };
    if (!panel.r_squared.empty() && !upright) {
      elements.push_back(fmt::format("{} using 1:({}):(sprintf('%.2f', $6)) with labels font ',5' notitle", rows,
                                     axis.high() - 0.04 * axis.length()));
      canvas.label(grid.boxes[i].left + 0.6, grid.boxes[i].top() + 1.0, "'{/:Italic R}\u00b2 of the fit:'",
                   "left font ',5'");
    }
    canvas.plot(elements);
  }
  canvas.legend(left, foot - 2.3, legend);
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind regression_figure;
const FigureKind regression_figure{"regression", FigureScope::experiment, "regression coefficients of each class",
                                   [](const FigureSource& source) -> FigureDrawing {
                                     RegressionFigure figure;
                                     for (const LayerResults& layer : source.layers) {
                                       if (!layer.arrays.has("regression")) continue;
                                       figure.labels = layer.classes;
                                       const RowMatrix<double>& coefficient =
                                           layer.arrays.matrix<double>("regression/coefficient");
                                       const auto set_size = coefficient.col(1), information = coefficient.col(2);
                                       figure.networks.push_back({layer.title,
                                                                  {set_size.begin(), set_size.end()},
                                                                  {information.begin(), information.end()},
                                                                  layer.arrays.at("regression").numbers("r_squared")});
                                     }
                                     return figure.networks.empty() ? nullptr : drawing(draw_regression, figure);
                                   }};

}  // namespace inforelay
