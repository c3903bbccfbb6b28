// The samples in the plane of the first two principal components of their activations.
#include <memory>

#include "core/statistics/pca.hpp"
#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"
#include "experiments/figures/plot/thin_points.hpp"

namespace inforelay {

std::string draw_pca(const FigureWriter& writer, const PcaFigure& figure) {
  constexpr double cell = 0.4, mark = 0.55;  // mm
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
  std::vector<FigureCanvas::LegendEntry> legend{{{.kind = LegendSample::Kind::none}, "class"}};
  for (std::size_t c = 0; c < classes; ++c) {
    legend.push_back({{.kind = LegendSample::Kind::mark, .colour = colours[c], .size = 1.6}, figure.labels[c]});
  }
  const double left = 12;
  const double foot = 1 + FigureCanvas::legend_height(single_column, 3, legend);
  const PanelGrid grid(1, 1, single_column, 66, {.left = left, .top = 3, .bottom = 9}, foot);
  const PanelBox& box = grid.boxes[0];

  // A mark for each class in each cell of the panel, with the number of its samples.
  const Intervals columns{x.low(), x.high(), static_cast<int>(box.width / cell)};
  const Intervals rows{y.low(), y.high(), static_cast<int>(box.height / cell)};
  const auto cell_count = static_cast<std::size_t>(columns.count) * static_cast<std::size_t>(rows.count);
  struct Mark {
    std::size_t c;
    int column, row;
    std::uint32_t samples;
  };
  std::vector<Mark> marks;
  std::vector<std::int64_t> mark_at(classes * cell_count, -1);
  for (std::size_t n = 0; n < samples; ++n) {
    const auto row = static_cast<Eigen::Index>(n);
    const double u = figure.scores(row, 0), v = figure.scores(row, 1);
    const int i = columns.of(u), j = rows.of(v);
    if (i < 0 || j < 0) continue;
    const std::size_t c = figure.classes[n];
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
      fmt::format(
          "First two principal components of the standardised values of the units{}, coloured by class. Samples "
          "of one class in the same {} mm cell share a mark; the table has their number.",
          figure.left_out > 0 ? fmt::format(" without {} that are nearly constant", figure.left_out) : "", cell),
      grid.width, grid.height);
  canvas.define_colours("colours", colours);
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
  if (figure.left_out > 0) {
    canvas.label(box.right(), box.top() + 1.3, fmt::format("'without {} nearly constant units'", figure.left_out),
                 "right font ',6'");
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

namespace {

// The values of the units that vary: standardised, a unit that is nearly constant would count as much as the others,
// and its few outliers would be all that is seen.
RowMatrix<float> varying_units(const RowMatrix<float>& values, const std::vector<int>& units) {
  RowMatrix<float> chosen(values.rows(), std::ssize(units));
  for (std::size_t i = 0; i < units.size(); ++i)
    chosen.col(static_cast<Eigen::Index>(i)) = values.col(static_cast<Eigen::Index>(units[i]));
  return chosen;
}

}  // namespace

extern const FigureKind pca_figure;
const FigureKind pca_figure{
    "pca", FigureScope::layer, "samples in the plane of two principal components",
    [](const FigureSource& source) -> FigureDrawing {
      const ResultView layer = source.layer->arrays, geometry = layer.at("geometry");
      if (!geometry.has("component_scores") || geometry.matrix<double>("component_scores").cols() != 2) return {};
      const auto ratio = geometry.vector<double>("component_ratio");
      const auto subset = geometry.attribute<std::string>("component_scores", "subset");
      const RowMatrix<float>& values = layer.matrix<float>("states/" + subset + "/value");
      const UnitSpread spread = unit_spread(values);
      const auto units = static_cast<std::size_t>(values.cols());
      const std::span<const Symbol> classes = layer.vector<Symbol>("states/" + subset + "/input");
      PcaFigure figure{.network = source.name,
                       .labels = source.layer->symbols,
                       .scores = geometry.matrix<double>("component_scores"),
                       .classes = classes,
                       .explained = {ratio[0], ratio[1]}};
      if (spread.varying.size() == units || spread.varying.size() < 2) return drawing(draw_pca, figure);
      const auto shared =
          std::make_shared<PrincipalComponents>(principal_components(varying_units(values, spread.varying), 2));
      return [figure, shared, units, varying = spread.varying.size()](const FigureWriter& writer) {
        PcaFigure own{.network = figure.network,
                      .labels = figure.labels,
                      .scores = shared->scores,
                      .classes = figure.classes,
                      .explained = {shared->variance_ratio[0], shared->variance_ratio[1]},
                      .left_out = units - varying};
        return draw_pca(writer, own);
      };
    }};

}  // namespace inforelay
