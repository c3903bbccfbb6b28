// Regression coefficients over classes.
#include <cmath>

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
  bool negative = false;
  range.add(0);
  for (const auto& panel : figure.networks) {
    require_count(name, "set_size of " + panel.network, panel.set_size.size(), "values", classes);
    require_count(name, "information of " + panel.network, panel.information.size(), "values", classes);
    range.add_all(panel.set_size);
    for (const double value : panel.information) {
      range.add(std::abs(value));
      negative = negative || value < 0;
    }
  }
  const AxisRange axis = range.widened(0.06, 0.08);

  const std::size_t panels = figure.networks.size();
  const double foot = 4.5;
  // Names that would run into each other stand upright.
  const double names_width = widest_text(figure.labels);
  const bool upright = names_width + 1 > (panels == 1 ? 70.0 : 74.0) / static_cast<double>(classes);
  const double names_height = upright ? names_width : 2;
  const PanelGrid grid(panels, 2, panels == 1 ? single_column : double_column, 45,
                       {.left = 12, .bottom = names_height + 7, .column_gap = 16, .row_gap = names_height + 14}, foot);
  FigureCanvas canvas(
      name,
      "Coefficients of the least-squares fit K ~ 1 + D + I over all sets of hidden neurons, each scaled "
      "to [0,1], for each class: set size D in red, relay information I_R in black (absolute value; "
      "hollow where the coefficient is negative). The fit is a description of one network: its rows are "
      "no sample.",
      grid.width, grid.height);
  std::vector<std::string> names;
  for (const auto& label : figure.labels) names.push_back(canvas.tic_text(label));
  std::string tics;
  for (std::size_t c = 0; c < classes; ++c) tics += fmt::format("{}{} {}", c == 0 ? "" : ", ", names[c], c);

  CsvTable table("class,set_size_coefficient,information_coefficient,information_drawn,label,network");
  for (std::size_t i = 0; i < panels; ++i) {
    const auto& panel = figure.networks[i];
    const std::size_t first = table.rows();
    for (std::size_t c = 0; c < classes; ++c) {
      table.row(c, panel.set_size[c], panel.information[c], std::abs(panel.information[c]), figure.labels[c],
                panel.network);
    }
    const std::string rows = fmt::format("table every ::{}::{}", first, table.rows() - 1);
    canvas.begin_panel(grid.boxes[i]);
    if (panels > 1) canvas.panel_letter(grid.boxes[i], i);
    canvas.panel_title(grid.boxes[i], canvas.text(panel.network));
    canvas.add("set xrange [-0.6:{}]; set xtics nomirror {} ({})", static_cast<double>(classes) - 0.4,
               upright ? "rotate by 90 right" : "norotate center", tics);
    canvas.x_label(grid.boxes[i], fmt::format("'{}'", class_axis(figure.labels)), names_height + 4.2);
    canvas.y_axis(axis.low(), axis.high(), 7);
    canvas.y_label(grid.boxes[i], "'regression coefficient'");
    canvas.plot({
        fmt::format("0 with lines lw 0.5 lc rgb '{}' notitle", hex(colour::grey)),
        fmt::format("{} using 1:2 with lines lw 0.6 lc rgb '{}' notitle", rows, hex(colour::red)),
        fmt::format("{} using 1:4 with lines lw 0.6 lc rgb '{}' notitle", rows, hex(colour::ink)),
        fmt::format("{} using 1:2 with points pt 7 ps 1.7*mm lw 0.1 lc rgb '{}' notitle", rows, hex(colour::red)),
        fmt::format("{} using 1:4 with points pt 5 ps 1.6*mm lw 0.1 lc rgb '{}' notitle", rows, hex(colour::ink)),
        fmt::format("{} using 1:($3 < 0 ? $4 : NaN) with points pt 5 ps 0.9*mm lw 0.1 lc rgb '#ffffff' notitle", rows),
    });
  }
  std::vector<FigureCanvas::LegendEntry> legend{
      {{.kind = LegendSample::Kind::mark, .colour = colour::red, .size = 1.7}, "set size D"},
      {{.kind = LegendSample::Kind::mark, .size = 1.6, .mark = 5}, "relay information |I|"}};
  if (negative) legend.push_back({{.kind = LegendSample::Kind::mark, .size = 1.5, .mark = 4}, "|I| of a negative one"});
  canvas.legend(grid.boxes[0].left, 2.2, legend);
  return writer.write(canvas.finish(table, writer.options()));
}

}  // namespace inforelay
