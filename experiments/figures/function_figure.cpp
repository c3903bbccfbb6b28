// Function over set size and information, in three dimensions.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/neuron_set.hpp"
#include "experiments/figures/figure_canvas.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/reduce.hpp"
#include "experiments/figures/shapes.hpp"

namespace inforelay {
namespace {

constexpr double tilt = 62, turn = 35;                     // degrees, as gnuplot's "set view"
constexpr double stretch = 1.2;                            // of the vertical axis
constexpr double spot = 0.45, mark = 0.45, lone_mark = 1;  // mm
constexpr std::array<std::uint32_t, 6> shades{0x440154, 0x414487, 0x2a788e, 0x22a884, 0x7ad151, 0xe3c800};

struct Axes3d {
  AxisRange size, information, accuracy;
};

/// Where gnuplot puts a point of the unit cube, with edges of `edge` mm, on the paper; and how far away it is.
struct Projection {
  double across, up, away;
  Projection(double x, double y, double z, double edge) {
    constexpr double degree = std::numbers::pi / 180;
    const double back = y * std::cos(turn * degree) - x * std::sin(turn * degree);
    across = edge * (x * std::cos(turn * degree) + y * std::sin(turn * degree));
    up = edge * (stretch * z * std::sin(tilt * degree) + back * std::cos(tilt * degree));
    away = back * std::sin(tilt * degree) - stretch * z * std::cos(tilt * degree);
  }
};

/// The sets that are seen in a panel, from the farthest to the nearest. A point that is not finite is not seen.
std::vector<std::uint32_t> visible_sets(const FunctionFigure& figure, const std::vector<std::uint32_t>& sets,
                                        std::size_t c, const Axes3d& axes, double edge) {
  const auto row = static_cast<Eigen::Index>(c);
  const auto unit = [](const AxisRange& range, double v) { return (v - range.low()) / range.length(); };
  struct Point {
    double across, up, away;
    std::uint32_t set;
  };
  std::vector<Point> points;
  for (const std::uint32_t set : sets) {
    const Projection p(unit(axes.size, NeuronSet(set).size()), unit(axes.information, figure.information(row, set)),
                       unit(axes.accuracy, figure.accuracy(row, set)), edge);
    if (std::isfinite(p.up) && std::isfinite(p.across)) points.push_back({p.across, p.up, p.away, set});
  }
  std::stable_sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.away < b.away; });
  std::vector<double> across, up;
  for (const auto& point : points) across.push_back(point.across), up.push_back(point.up);
  std::vector<std::uint32_t> visible;
  for (const std::size_t i : first_on_each_spot(across, up, spot)) visible.push_back(points[i].set);
  std::reverse(visible.begin(), visible.end());
  return visible;
}

void check(const std::string& name, const FunctionFigure& figure) {
  const std::size_t classes = figure.labels.size();
  require_some(name, "labels", classes);
  require_some(name, "points", figure.points);
  if (figure.neurons < 1 || figure.neurons > 30) {
    throw UsageError(fmt::format("figure {}: neurons is {}, expected 1 to 30", name, figure.neurons));
  }
  require_count(name, "information", figure.information.rows(), "rows", classes);
  require_count(name, "accuracy", figure.accuracy.rows(), "rows", classes);
  require_count(name, "information", figure.information.cols(), "columns", 1ll << figure.neurons);
  require_count(name, "accuracy", figure.accuracy.cols(), "columns", 1ll << figure.neurons);
}

}  // namespace

std::string draw_function(const FigureWriter& writer, const FunctionFigure& figure, RandomStream& random) {
  const std::string name = figure_name("function", figure.network);
  check(name, figure);
  const std::size_t classes = figure.labels.size();
  const auto all = static_cast<std::size_t>(figure.information.cols());
  std::vector<std::uint32_t> sets(all);
  std::iota(sets.begin(), sets.end(), 0u);
  if (figure.points < all) sets = sample_without_replacement(all, figure.points, random);

  Axes3d axes;
  axes.size.add(0), axes.size.add(figure.neurons);
  for (std::size_t c = 0; c < classes; ++c) {
    for (const std::uint32_t set : sets) {
      axes.information.add(figure.information(static_cast<Eigen::Index>(c), set));
      axes.accuracy.add(figure.accuracy(static_cast<Eigen::Index>(c), set));
    }
  }
  axes.information = axes.information.widened(0.02, 0.02);
  axes.accuracy = axes.accuracy.widened(0.02, 0.02);
  const double shade_step = axes.accuracy.length() / shades.size();

  std::vector<FigureCanvas::LegendEntry> legend{
      {{.kind = LegendSample::Kind::none}, "balanced accuracy with the set knocked out (vertical axis)"}};
  const int digits = shade_step < 0.02 ? 3 : 2;
  for (std::size_t i = 0; i < shades.size(); ++i) {
    const double from = axes.accuracy.low() + static_cast<double>(i) * shade_step;
    legend.push_back({{.kind = LegendSample::Kind::mark, .colour = shades[i], .size = 1.4},
                      fmt::format("{:.{}f}\u2013{:.{}f}", from, digits, from + shade_step, digits)});
  }
  const double width = classes == 1 ? single_column : double_column;
  FigureCanvas measure("", "", width, 0);
  const double foot = 1.4 + FigureCanvas::legend_line * measure.legend_lines(4, legend);
  const PanelGrid grid(classes, classes == 4 ? 2 : 5, width, classes <= 2 ? 60 : 34,
                       {.left = 1, .right = 1, .top = 5, .bottom = 1, .column_gap = 0, .row_gap = 5}, foot);
  // gnuplot makes the cube's edges as long as the plot area is wide and high; the rest of a panel is for numbers.
  const double edge = 0.55 * std::min(grid.boxes[0].width, grid.boxes[0].height);
  FigureCanvas canvas(
      name,
      fmt::format("Balanced accuracy of the network with a set of hidden neurons knocked out, over the size of the set "
                  "and its relay information, for {} random sets, the same in every panel; a panel for each class. Of "
                  "the sets that fall on one spot of {} mm the nearest is drawn; the table lists those.",
                  sets.size(), spot),
      grid.width, grid.height);
  std::string list;
  for (const auto shade : shades) list += fmt::format("{}{}", list.empty() ? "" : ", ", hex(shade).replace(0, 1, "0x"));
  canvas.define(
      fmt::format("array shades[{0}] = [{1}]\nshade(v) = shades[1 + int(v < {2} ? 0 : v >= {3} ? {0} - 1 : "
                  "(v - {2})/{4})]",
                  shades.size(), list, axes.accuracy.low(), axes.accuracy.high(), shade_step));
  CsvTable table("class,set_size,information_bits,balanced_accuracy,set,label");
  for (std::size_t c = 0; c < classes; ++c) {
    const std::size_t first = table.rows();
    for (const std::uint32_t set : visible_sets(figure, sets, c, axes, edge)) {
      const auto row = static_cast<Eigen::Index>(c);
      table.row(c, NeuronSet(set).size(), figure.information(row, set), figure.accuracy(row, set), set,
                figure.labels[c]);
    }
    const PanelBox& box = grid.boxes[c];
    canvas.begin_panel({box.left + (box.width - edge) / 2 + 1, box.bottom + (box.height - edge) / 2, edge, edge});
    canvas.add(
        "set view {},{},1,{}; set xyplane at {}; set border 127 lw 0.4 lc rgb '{}'; set tics textcolor rgb '#000000'",
        tilt, turn, stretch, axes.accuracy.low(), hex(colour::grey));
    canvas.x_axis(0, figure.neurons, 4);
    canvas.add("set xtics {0},{0}",
               std::max(1.0, tic_step(figure.neurons, 4)));  // no 0: it stands on the vertical axis
    canvas.y_axis(axes.information.low(), axes.information.high(), 3);
    canvas.add("set zrange [{}:{}]; set ztics {} offset 0.6,0", axes.accuracy.low(), axes.accuracy.high(),
               tic_step(axes.accuracy.length(), 5));
    const double x = box.left + box.width / 2 + 1, y = box.bottom + box.height / 2;
    canvas.label(x - 0.62 * edge, y - 0.84 * edge, "'set size'", "center font ',6'");
    canvas.label(x + 0.67 * edge, y - 0.79 * edge, "'{/:Italic I}_R\u00a0(bits)'", "center font ',6'");
    canvas.panel_title(box, canvas.text(class_title(figure.labels[c])));
    canvas.plot(
        {table.rows() == first
             ? "NaN notitle"
             : fmt::format("table every ::{}::{} using 2:3:4:(shade($4)) with points pt 7 ps {}*mm lw 0.1 lc rgb "
                           "variable notitle",
                           first, table.rows() - 1, sets.size() < 500 ? lone_mark : mark)},
        "splot");
  }
  canvas.legend(4, foot - 2.5, legend);
  return writer.write(canvas.finish(table, writer.options()));
}

}  // namespace inforelay
