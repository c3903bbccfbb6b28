// Do the hidden states fall into groups: cohesion of k-means clusters, and the plane of the first two components.
#include <algorithm>
#include <cmath>

#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"
#include "experiments/figures/plot/thin_points.hpp"

namespace inforelay {
namespace {

/// Long numbers make room for themselves at the cost of the panel: they are counted in thousands or millions.
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
  FigureCanvas measure("", "", single_column, 0);
  const double foot = 1 + FigureCanvas::legend_line * measure.legend_lines(left, legend);
  const PanelGrid grid(1, 1, single_column, 52, {.left = left, .top = 3, .bottom = 9}, foot);
  FigureCanvas canvas(name, "Cohesion of k-means clusters of the hidden states over the number of clusters.",
                      grid.width, grid.height);
  CsvTable table("clusters,cohesion,network");
  canvas.begin_panel(grid.boxes[0]);
  canvas.x_axis(x.low() - 0.6, x.high() + 0.6, 10);
  canvas.x_label(grid.boxes[0], "'clusters'");
  const AxisRange axis = y.widened(0, 0.05);
  const Scale scale = scale_of(axis.high());
  canvas.y_axis(axis.low() / scale.unit, axis.high() / scale.unit, 6);
  canvas.y_label(grid.boxes[0], canvas.text(figure.quantity + scale.suffix));
  std::vector<std::string> elements;
  for (std::size_t i = 0; i < figure.networks.size(); ++i) {
    const auto& curve = figure.networks[i];
    const std::size_t first = table.rows();
    for (std::size_t k = 0; k < curve.clusters.size(); ++k) {
      table.row(curve.clusters[k], curve.cohesion[k], curve.network);
    }
    if (table.rows() == first) continue;
    add_marked_line(elements, first, table.rows() - 1, fmt::format("1:($2/{})", scale.unit), i);
  }
  canvas.plot(elements);
  canvas.legend(left, foot - 2, legend);
  return writer.write(canvas.finish(table, writer.options()));
}

std::string draw_pca(const FigureWriter& writer, const PcaFigure& figure) {
  constexpr double spot = 0.4, mark = 0.55;  // mm
  const std::string name = figure_name("pca", figure.network);
  const std::size_t classes = figure.labels.size(), samples = figure.classes.size();
  require_some(name, "labels", classes);
  require_some(name, "samples", samples);
  require_count(name, "scores", figure.scores.rows(), "rows", samples);
  require_count(name, "scores", figure.scores.cols(), "columns", 2);
  for (std::size_t n = 0; n < samples; ++n) {
    if (figure.classes[n] >= classes) {
      throw UsageError(
          fmt::format("figure {}: sample {} has class {}, expected less than {}", name, n, figure.classes[n], classes));
    }
  }
  AxisRange x, y;
  x.add_all(figure.scores.col(0));
  y.add_all(figure.scores.col(1));
  x = x.widened(0.03, 0.03);
  y = y.widened(0.03, 0.03);

  const auto colours = class_colours(static_cast<int>(classes), writer.options().palette);
  std::vector<FigureCanvas::LegendEntry> legend{{{.kind = LegendSample::Kind::none}, class_axis(figure.labels)}};
  for (std::size_t c = 0; c < classes; ++c) {
    legend.push_back({{.kind = LegendSample::Kind::mark, .colour = colours[c], .size = 1.6}, figure.labels[c]});
  }
  const double left = 12;
  FigureCanvas measure("", "", single_column, 0);
  const double foot = 1 + FigureCanvas::legend_line * measure.legend_lines(3, legend);
  const PanelGrid grid(1, 1, single_column, 66, {.left = left, .top = 3, .bottom = 9}, foot);
  const PanelBox& box = grid.boxes[0];

  // Marks: cells of the panel; of one class in one cell, the first sample makes the mark and the others count.
  const Intervals columns{x.low(), x.high(), static_cast<int>(box.width / spot)};
  const Intervals rows{y.low(), y.high(), static_cast<int>(box.height / spot)};
  const auto cell_count = static_cast<std::size_t>(columns.count) * static_cast<std::size_t>(rows.count);
  struct Mark {
    std::size_t c;
    int column, row;
    std::uint32_t samples;
  };
  std::vector<Mark> marks;
  std::vector<std::int64_t> mark_at(classes * cell_count, -1);
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(classes), 3);  // x, y, number
  for (std::size_t n = 0; n < samples; ++n) {
    const auto row = static_cast<Eigen::Index>(n);
    const double u = figure.scores(row, 0), v = figure.scores(row, 1);
    const int i = columns.of(u), j = rows.of(v);
    if (i < 0 || j < 0) continue;
    const std::size_t c = figure.classes[n];
    sums.row(static_cast<Eigen::Index>(c)) += Eigen::RowVector3d(u, v, 1);
    auto& at = mark_at[(c * static_cast<std::size_t>(rows.count) + static_cast<std::size_t>(j)) *
                           static_cast<std::size_t>(columns.count) +
                       static_cast<std::size_t>(i)];
    if (at < 0) {
      at = static_cast<std::int64_t>(marks.size());
      marks.push_back({c, i, j, 0});
    }
    ++marks[static_cast<std::size_t>(at)].samples;
  }

  FigureCanvas canvas(
      name,
      fmt::format("Hidden states in the plane of the first two principal components of the standardised "
                  "activations, coloured by class; names (of ten classes at most) stand at their means. Samples of one "
                  "class on one spot of {} mm make one mark; the table counts them.",
                  spot),
      grid.width, grid.height);
  std::string list;
  for (const auto c : colours) list += fmt::format("{}{}", list.empty() ? "" : ", ", hex(c).replace(0, 1, "0x"));
  canvas.define(fmt::format("array colours[{}] = [{}]", classes, list));
  CsvTable table("class,component_1,component_2,samples,label");
  for (const auto& m : marks) {
    table.row(m.c, (columns.edge(m.column) + columns.edge(m.column + 1)) / 2,
              (rows.edge(m.row) + rows.edge(m.row + 1)) / 2, m.samples, figure.labels[m.c]);
  }
  canvas.begin_panel(box);
  canvas.x_axis(x.low(), x.high(), 7);
  canvas.y_axis(y.low(), y.high(), 7);
  canvas.x_label(box, fmt::format("'principal component 1 ({:.1f} % of the variance)'", 100 * figure.explained[0]));
  canvas.y_label(box, fmt::format("'principal component 2 ({:.1f} %)'", 100 * figure.explained[1]));
  canvas.add("set style textbox opaque fillcolor rgb '#40ffffff' noborder margins 0.4,0.4");
  for (std::size_t c = 0; c < classes; ++c) {
    const auto row = static_cast<Eigen::Index>(c);
    if (sums(row, 2) == 0 || classes > 10) continue;  // more names would hide the picture
    canvas.add("set label {} at {},{} center boxed front font ',7'", canvas.text(figure.labels[c]),
               sums(row, 0) / sums(row, 2), sums(row, 1) / sums(row, 2));
  }
  std::vector<std::string> elements;
  if (!marks.empty()) {
    elements.push_back(
        fmt::format("table using 2:3:(colours[$1+1]) with points pt 7 ps {}*mm lw 0.1 lc rgb variable notitle", mark));
  }
  canvas.plot(elements);
  canvas.legend(3, foot - 2, legend);
  return writer.write(canvas.finish(table, writer.options()));
}

}  // namespace inforelay
