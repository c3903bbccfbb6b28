// Regression coefficients of each class.
#include <array>
#include <limits>

#include "core/statistics/statistics.hpp"
#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"

namespace inforelay {
namespace {

constexpr double seeds_apart = 0.16;  // of both coefficients of a class, if there are several runs
constexpr double beside_runs = 0.7;   // size of a median among the dots of runs

// One of the two coefficients.
struct Coefficient {
  const char* kind;
  std::vector<double> RegressionPanel::*values;
  RowMatrix<double> RegressionPanel::*runs;
  LegendSample mark;
};
const std::array<Coefficient, 2> both_coefficients{
    {{"set size",
      &RegressionPanel::set_size,
      &RegressionPanel::set_size_runs,
      {.kind = LegendSample::Kind::mark, .colour = colour::red, .size = 1.7}},
     {"information",
      &RegressionPanel::information,
      &RegressionPanel::information_runs,
      {.kind = LegendSample::Kind::mark, .size = 1.6, .mark = 5}}}};

void check(const RegressionFigure& figure) {
  const std::string name = "regression";
  const std::size_t classes = figure.labels.size();
  require_some(name, "labels", classes);
  require_some(name, "networks", figure.networks.size());
  for (const auto& panel : figure.networks) {
    for (const Coefficient& each : both_coefficients) {
      const std::string what = fmt::format("{} of {}", each.kind, panel.network);
      require_count(name, what, (panel.*each.values).size(), "values", classes);
      if ((panel.*each.runs).size() > 0)
        require_count(name, "runs of " + what, (panel.*each.runs).cols(), "columns", classes);
    }
    if (!panel.r_squared.empty())
      require_count(name, "r_squared of " + panel.network, panel.r_squared.size(), "values", classes);
  }
}

AxisRange range_of(const RegressionFigure& figure) {
  AxisRange range;
  range.add(0);
  for (const auto& panel : figure.networks) {
    for (const Coefficient& each : both_coefficients) {
      range.add_all(panel.*each.values);
      range.add_all((panel.*each.runs).reshaped());
    }
  }
  return range.widened(0.06, 0.14);  // R^2 stands above the dots
}

// The elements of one coefficient; adds its rows to the table.
std::vector<std::string> elements_of(const Coefficient& coefficient, double shift, const RegressionFigure& figure,
                                     const RegressionPanel& panel, CsvTable& table) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const RowMatrix<double>& runs = panel.*coefficient.runs;
  const std::string colour = hex(coefficient.mark.colour);
  std::vector<std::string> elements;
  std::size_t first = table.rows();
  for (Eigen::Index c = 0; c < runs.cols(); ++c) {
    for (Eigen::Index run = 0; run < runs.rows(); ++run)
      table.row(static_cast<double>(c) + shift, runs(run, c), none, none, "run", coefficient.kind,
                figure.labels[static_cast<std::size_t>(c)], panel.network);
  }
  if (table.rows() > first)
    elements.push_back(fmt::format("{} using 1:2 with points pt 7 ps 0.7*mm lw 0.1 lc rgb '#a0{}' notitle",
                                   rows_from(table, first), colour.substr(1)));
  first = table.rows();
  for (std::size_t c = 0; c < figure.labels.size(); ++c) {
    Spread of_runs{.low = none, .high = none};
    if (runs.size() > 0) {
      const Eigen::VectorXd column = runs.col(static_cast<Eigen::Index>(c));
      of_runs = spread({column.data(), static_cast<std::size_t>(column.size())});
    }
    const bool few = of_runs.count < fewest_for_quantiles;
    table.row(static_cast<double>(c) + shift, (panel.*coefficient.values)[c], few ? none : of_runs.low,
              few ? none : of_runs.high, runs.size() > 0 ? "median" : "fit", coefficient.kind, figure.labels[c],
              panel.network);
  }
  const std::string rows = rows_from(table, first);
  if (runs.rows() >= static_cast<Eigen::Index>(fewest_for_quantiles))
    elements.push_back(
        fmt::format("{} using 1:3:(0):($4-$3) with vectors nohead lw 0.9 lc rgb '{}' notitle", rows, colour));
  elements.push_back(fmt::format("{} using 1:2 with points pt {} ps {}*mm lw 0.1 lc rgb '{}' notitle", rows,
                                 coefficient.mark.mark, (runs.size() > 0 ? beside_runs : 1) * coefficient.mark.size,
                                 colour));
  return elements;
}

// R^2 of each class above the dots.
std::string r_squared_element(const RegressionFigure& figure, const RegressionPanel& panel, const AxisRange& axis,
                              CsvTable& table) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const std::size_t first = table.rows();
  for (std::size_t c = 0; c < figure.labels.size(); ++c)
    table.row(c, panel.r_squared[c], none, none, "R squared", "both", figure.labels[c], panel.network);
  return fmt::format("{} using 1:({}):(sprintf('%.2f', $2)) with labels font ',5' notitle", rows_from(table, first),
                     axis.high() - 0.04 * axis.length());
}

}  // namespace

std::string draw_regression(const FigureWriter& writer, const RegressionFigure& figure) {
  check(figure);
  const std::size_t classes = figure.labels.size(), panels = figure.networks.size();
  const AxisRange axis = range_of(figure);
  const double width = panels == 1 ? single_column : double_column, left = 12;
  std::vector<FigureCanvas::LegendEntry> legend{{both_coefficients[0].mark, "set size D"},
                                                {both_coefficients[1].mark, "relay information I"}};
  const bool seeds = figure.networks.front().set_size_runs.size() > 0;
  if (seeds)
    legend.push_back({{.kind = LegendSample::Kind::mark, .colour = colour::grey, .size = 0.7}, "single seeds"});
  const double foot = 0.9 + FigureCanvas::legend_height(width, left, legend);
  // Long names are upright, not to overlap.
  const double names_width = widest_text(figure.labels);
  const bool upright = names_width + 1 > (panels == 1 ? 70.0 : 74.0) / static_cast<double>(classes);
  const double names_height = upright ? names_width : 2;
  const PanelGrid grid(panels, 2, width, 45,
                       {.left = left, .bottom = names_height + 7, .column_gap = 16, .row_gap = names_height + 14},
                       foot);
  FigureCanvas canvas(
      "regression",
      fmt::format(
          "Coefficients of the least-squares fit A ~ 1 + D + I over all sets of hidden neurons, for each class: "
          "A balanced accuracy with the set knocked out, D size of the set (red), I its relay information "
          "(black), each scaled to [0,1]; above: R^2 of the fit. {}",
          seeds ? "Faint dots: runs that differ by their seed; marks: medians; bars, from ten runs on: 5 to "
                  "95 % of the runs."
                : "The fit describes one network: the sets are not independent observations."),
      grid.width, grid.height);
  const std::string tics = canvas.category_tics(figure.labels);
  CsvTable table("place,coefficient,low,high,kind,term,label,network");
  for (std::size_t i = 0; i < panels; ++i) {
    const auto& panel = figure.networks[i];
    const PanelBox& box = grid.boxes[i];
    canvas.begin_panel(box);
    if (panels > 1) canvas.panel_letter(box, i);
    const Eigen::Index runs = panel.set_size_runs.rows();
    canvas.panel_title(box, canvas.text(panel.network + (runs > 0 ? fmt::format(" ({} seeds)", runs) : "")));
    canvas.add("set xrange [-0.6:{}]; set xtics nomirror {} ({})", static_cast<double>(classes) - 0.4,
               upright ? "rotate by 90 right" : "norotate center", tics);
    canvas.x_label(box, "'class'", names_height + 4.2);
    canvas.y_axis(axis.low(), axis.high(), 7);
    canvas.y_label(box, "'regression coefficient'");
    std::vector<std::string> elements{fmt::format("0 with lines lw 0.5 lc rgb '{}' notitle", hex(colour::grey))};
    for (std::size_t k = 0; k < both_coefficients.size(); ++k) {
      const double shift = seeds ? (k == 0 ? -seeds_apart : seeds_apart) : 0;
      const auto own = elements_of(both_coefficients[k], shift, figure, panel, table);
      elements.insert(elements.end(), own.begin(), own.end());
    }
    if (!panel.r_squared.empty() && !upright) {
      elements.push_back(r_squared_element(figure, panel, axis, table));
      canvas.label(box.left + 0.6, box.top() + 1.0,
                   seeds ? "'median {/:Italic R}\u00b2:'" : "'{/:Italic R}\u00b2 of the fit:'", "left font ',5'");
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
                                                                  layer.arrays.at("regression").numbers("r_squared"),
                                                                  {},
                                                                  {}});
                                     }
                                     return figure.networks.empty() ? nullptr : drawing(draw_regression, figure);
                                   }};

}  // namespace inforelay
