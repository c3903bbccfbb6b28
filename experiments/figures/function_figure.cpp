// Accuracy after a knockout vs. set size and relay information, in three dimensions.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/sets/neuron_set.hpp"
#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"
#include "experiments/figures/plot/thin_points.hpp"

namespace inforelay {
namespace {

constexpr double tilt = 72, turn = 35;                                   // degrees, as gnuplot's "set view"
constexpr double stretch = 1.35;                                         // of the vertical axis
constexpr double cell = 0.8, mark = 0.7, lone_mark = 1;                  // mm
constexpr double left_numbers = 5, right_numbers = 5.2, below_cube = 4;  // mm of a panel around its cube
// The same in every figure, so that networks can be compared; 1 belongs to the last.
constexpr std::array<std::uint32_t, 6> accuracy_shades{0x440154, 0x414487, 0x2a788e, 0x22a884, 0x7ad151, 0xe3c800};
constexpr std::array<const char*, 6> accuracy_shade_names{"below 0.5",    "0.5\u20130.6", "0.6\u20130.7",
                                                          "0.7\u20130.8", "0.8\u20130.9", "0.9\u20131"};

struct Axes3d {
  AxisRange size, information, accuracy;
};

/// The smallest range between multiples of 0.05 that holds `values`.
AxisRange whole_steps(const AxisRange& values) {
  AxisRange range;
  if (values.empty()) return range;
  range.add(std::floor(values.low() * 20) / 20);
  range.add(std::ceil(values.high() * 20) / 20);
  return range;
}

/// Position on the paper, in mm, at which gnuplot draws a point of the unit cube with edges of `edge` mm; and its
/// depth.
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

/// The sets that are visible in a panel, from the farthest to the nearest. Points that are not finite are left out.
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
  for (const std::size_t i : first_in_each_cell(across, up, cell)) visible.push_back(points[i].set);
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
  axes.accuracy = whole_steps(axes.accuracy);

  const std::vector<std::size_t> shown = shown_classes(figure.shown, classes);
  std::vector<FigureCanvas::LegendEntry> legend{
      {{.kind = LegendSample::Kind::none},
       fmt::format("balanced accuracy{} with the set knocked out{}", figure.words.function, figure.words.replace)}};
  for (std::size_t i = 0; i < accuracy_shades.size(); ++i) {
    legend.push_back(
        {{.kind = LegendSample::Kind::mark, .colour = accuracy_shades[i], .size = 1.4}, accuracy_shade_names[i]});
  }
  const double width = shown.size() == 1 ? single_column : double_column;
  const double foot = 1.4 + FigureCanvas::legend_height(width, 4, legend);
  const PanelGrid grid(shown.size(), shown.size() == 4 ? 2 : 5, width, shown.size() <= 2 ? 60 : 34,
                       {.left = 4, .right = 0.5, .top = 5, .bottom = 1.5, .column_gap = 0, .row_gap = 6}, foot);
  // gnuplot centres the cube in the plot area, with edges as long as the area is wide and high.
  const Projection right(1, 1, 0, 1), top(0, 1, 1, 1), bottom(1, 0, 0, 1);
  const double edge = std::min((grid.boxes[0].width - left_numbers - right_numbers) / right.across,
                               (grid.boxes[0].height - below_cube) / (top.up - bottom.up));
  FigureCanvas canvas(
      name,
      fmt::format(
          "Balanced accuracy{} of the network with a set of units knocked out{} vs. the size and the relay "
          "information of the set, a panel for each class; {} random sets, the same in all panels. Overlapping points "
          "are thinned: only the nearest in each {} mm cell is drawn and listed.",
          figure.words.function, figure.words.replace, sets.size(), cell),
      grid.width, grid.height);
  canvas.define_colours("shades", accuracy_shades);
  // 10 v, not (v - 0.4) / 0.1: 0.5, the accuracy of many sets, must not be rounded down to the shade below.
  canvas.define("shade(v) = shades[v < 0.5 ? 1 : v < 0.9 ? int(10*v) - 3 : 6]");
  CsvTable table("class,set_size,information_bits,balanced_accuracy,set,label");
  for (std::size_t panel = 0; panel < shown.size(); ++panel) {
    const std::size_t c = shown[panel], first = table.rows();
    for (const std::uint32_t set : visible_sets(figure, sets, c, axes, edge)) {
      const auto row = static_cast<Eigen::Index>(c);
      table.row(c, NeuronSet(set).size(), figure.information(row, set), figure.accuracy(row, set), set,
                figure.labels[c]);
    }
    const PanelBox& box = grid.boxes[panel];
    const double spare = box.width - left_numbers - right_numbers - edge * right.across;
    const double x = box.left + left_numbers + spare / 2, y = box.bottom + below_cube - edge * bottom.up;  // of (0,0,0)
    const Projection middle(0.5, 0.5, 0.5, edge);
    canvas.begin_panel({x + middle.across - edge / 2, y + middle.up - edge / 2, edge, edge});
    canvas.add("set view {},{},1,{}; set xyplane at {}; set tics textcolor rgb '#000000'", tilt, turn, stretch,
               axes.accuracy.low());
    canvas.add("set border 31 lw 0.4 lc rgb '{}'", hex(colour::grey));
    canvas.x_axis(0, figure.neurons, 4);
    canvas.add("set xtics {0},{0} offset 0,-0.15",
               std::max(1.0, tic_step(figure.neurons, 4)));  // not 0, which is on the vertical axis
    canvas.y_axis(axes.information.low(), axes.information.high(), 3);
    canvas.add("set ytics offset 0,-0.15");
    canvas.add("set zrange [{}:{}]; set ztics {} offset 0.6,0", axes.accuracy.low(), axes.accuracy.high(),
               tic_step(axes.accuracy.length(), 5));
    const Projection size(0.5, 0, 0, edge), information(1, 0.5, 0, edge);
    const auto along = [](const Projection& from, const Projection& to) {
      return fmt::format("center rotate by {:.1f} font ',6'",
                         std::atan2(to.up - from.up, to.across - from.across) * 180 / std::numbers::pi);
    };
    canvas.label(x + size.across - 1.5, y + size.up - 4.2, "'set size'", along(Projection(0, 0, 0, edge), size));
    canvas.label(x + information.across + 2.2, y + information.up - 4.2, "'{/:Italic I}_R\u00a0(bits)'",
                 along(bottom, right));
    if (grid.leftmost(panel))
      canvas.label(2, y + middle.up, fmt::format("'balanced accuracy{}'", figure.words.function),
                   "center rotate font ',6'");
    canvas.panel_title(box, canvas.text(class_title(figure.labels[c])));
    canvas.plot(
        {table.rows() == first
             ? "NaN notitle"
             : fmt::format("{} using 2:3:4:(shade($4)) with points pt 7 ps {}*mm lw 0.1 lc rgb variable notitle",
                           rows_from(table, first), sets.size() < 500 ? lone_mark : mark)},
        "splot");
  }
  canvas.legend(4, foot - 2.5, legend);
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind function_figure;
const FigureKind function_figure{
    "function", FigureScope::subset, "accuracy vs. size and relay information in three dimensions (style: paper)",
    [](const FigureSource& source) -> FigureDrawing {
      if (source.style != FigureStyle::paper) return {};
      if (!source.has_information_and_accuracy()) return {};
      const ResultView layer = source.layer->arrays;
      const FunctionFigure figure{.network = source.name,
                                  .labels = source.layer->classes,
                                  .neurons = static_cast<int>(unit_count(*source.layer)),
                                  .information = layer.matrix<float>("relay/" + source.subset + "/information"),
                                  .accuracy = layer.matrix<float>("knockout/" + source.subset + "/accuracy"),
                                  .words = knockout_words(layer.at("knockout/" + source.subset)),
                                  .shown = source.shown(source.layer->classes)};
      const auto seed = static_cast<std::uint64_t>(source.result.provenance.seed);
      return [figure, random = RandomStream(seed, "figures").child(source.name)](const FigureWriter& writer) mutable {
        return draw_function(writer, figure, random);
      };
    }};

}  // namespace inforelay
