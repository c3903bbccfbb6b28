// Accuracy after a knockout vs. relay information of the set, as a density over all sets.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/parallel.hpp"
#include "core/sets/neuron_set.hpp"
#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"
#include "experiments/figures/plot/thin_points.hpp"

namespace inforelay {
namespace {

constexpr int cells_across = 48, cells_upwards = 44;  // cells of a panel
// A cell is drawn larger by this part of it, or antialiasing would leave bright seams between cells.
constexpr double cell_overlap = 0.06;
constexpr std::array<std::uint32_t, 6> density_shades{0xd6e2f0, 0xa9c3e0, 0x7aa2cd, 0x4a7eb5, 0x265a92, 0x0e2f57};
constexpr std::array<const char*, 6> density_shade_names{
    "1\u20139", "10\u201399", "100\u2013999", "1000\u20139999", "10\u2009000\u201399\u2009999", "\u2265 100\u2009000"};

void check(const std::string& name, const DensityFigure& figure) {
  const std::size_t classes = figure.labels.size();
  require_some(name, "labels", classes);
  if (figure.neurons < 1 || figure.neurons > 30)
    throw UsageError(fmt::format("figure {}: neurons is {}, expected 1 to 30", name, figure.neurons));
  require_count(name, "information", figure.information.rows(), "rows", classes);
  require_count(name, "accuracy", figure.accuracy.rows(), "rows", classes);
  require_count(name, "information", figure.information.cols(), "columns", 1ll << figure.neurons);
  require_count(name, "accuracy", figure.accuracy.cols(), "columns", 1ll << figure.neurons);
  if (!figure.greedy.empty()) require_count(name, "greedy", figure.greedy.size(), "paths", classes);
}

std::span<const float> row_of(const Eigen::Ref<const RowMatrix<float>>& table, std::size_t c) {
  return {table.data() + static_cast<Eigen::Index>(c) * table.outerStride(), static_cast<std::size_t>(table.cols())};
}

// The range over the panels that are drawn, so that they can be compared.
AxisRange range_of(const Eigen::Ref<const RowMatrix<float>>& table, const std::vector<std::size_t>& shown) {
  std::vector<AxisRange> ranges(shown.size());
  parallel_blocks(shown.size(), [&](std::size_t i) { ranges[i].add_all(row_of(table, shown[i])); });
  AxisRange range;
  for (const AxisRange& one : ranges) {
    if (!one.empty()) range.add(one.low()), range.add(one.high());
  }
  return range;
}

// Sets in each cell, [cells_upwards,cells_across]. Values that are not finite are left out.
RowMatrix<std::uint32_t> count_cells(std::span<const float> x, std::span<const float> y, const Intervals& columns,
                                     const Intervals& rows) {
  RowMatrix<std::uint32_t> cells = RowMatrix<std::uint32_t>::Zero(rows.count, columns.count);
  for (std::size_t set = 0; set < x.size(); ++set) {
    const int i = columns.of(static_cast<double>(x[set])), j = rows.of(static_cast<double>(y[set]));
    if (i >= 0 && j >= 0) ++cells(j, i);
  }
  return cells;
}

int magnitude(std::uint32_t sets) {
  int power = 0;
  for (; sets >= 10; sets /= 10) ++power;
  return std::min(power, static_cast<int>(density_shades.size()) - 1);
}

}  // namespace

std::string draw_density(const FigureWriter& writer, const DensityFigure& figure) {
  const std::string name = figure_name("density", figure.network);
  check(name, figure);
  const std::vector<std::size_t> shown = shown_classes(figure.shown, figure.labels.size());
  const AxisRange x = range_of(figure.information, shown), y = range_of(figure.accuracy, shown);
  const Intervals columns{x.low(), x.high(), cells_across};
  // The least and the greatest accuracy are in the middle of a cell: often many sets have exactly one of them.
  const double half = y.length() / (2 * (cells_upwards - 1));
  const Intervals rows{y.low() - half, y.high() + half, cells_upwards};
  std::vector<RowMatrix<std::uint32_t>> cells(shown.size());
  parallel_blocks(shown.size(), [&](std::size_t i) {
    cells[i] = count_cells(row_of(figure.information, shown[i]), row_of(figure.accuracy, shown[i]), columns, rows);
  });
  int top = 0;
  for (const auto& panel : cells) top = std::max(top, magnitude(panel.size() > 0 ? panel.maxCoeff() : 0));

  std::vector<FigureCanvas::LegendEntry> legend{{{.kind = LegendSample::Kind::none}, "sets per cell:"}};
  for (int i = 0; i <= top; ++i) {
    const auto shade = static_cast<std::size_t>(i);
    legend.push_back(
        {{.kind = LegendSample::Kind::swatch, .colour = density_shades[shade]}, density_shade_names[shade]});
  }
  if (!figure.greedy.empty()) legend.push_back({{.colour = colour::red, .size = 1}, "greedy removal"});
  legend.push_back({{.colour = colour::grey, .dash = "2", .size = 0.7}, "chance"});
  const ClassPanels panels(shown.size(), legend);
  const PanelGrid& grid = panels.grid();
  FigureCanvas canvas(
      name,
      fmt::format("Balanced accuracy{} with a set of units knocked out{} vs. the relay information of the set, a panel "
                  "for each class: the number of sets in each of {} x {} cells, of all sets{}.",
                  figure.words.function, figure.words.replace, cells_across, cells_upwards,
                  figure.greedy.empty() ? "" : "; red: the sets on the path of greedy removal"),
      grid.width, grid.height);
  canvas.define_colours("shades", density_shades);
  CsvTable table("class,information_from_bits,information_to_bits,accuracy_from,accuracy_to,sets,kind,set_size,label");
  const AxisRange x_axis = x.widened(0.03, 0.03), y_axis = y.widened(0.03, 0.03);
  for (std::size_t panel = 0; panel < shown.size(); ++panel) {
    const std::size_t c = shown[panel];
    const PanelBox& box = grid.boxes[panel];
    canvas.begin_panel(box);
    canvas.x_axis(x_axis.low(), x_axis.high(), 4);
    canvas.y_axis(y_axis.low(), y_axis.high(), 5);
    if (!grid.leftmost(panel)) canvas.add("set format y ''");
    if (!grid.lowest(panel)) canvas.add("set format x ''");
    canvas.panel_title(box, canvas.text(class_title(figure.labels[c])));
    std::vector<std::string> elements;
    const std::size_t first = table.rows();
    for (int j = 0; j < rows.count; ++j) {
      for (int i = 0; i < columns.count; ++i) {
        if (cells[panel](j, i) == 0) continue;
        table.row(c, columns.edge(i), columns.edge(i + 1), rows.edge(j), rows.edge(j + 1), cells[panel](j, i), "sets",
                  "", figure.labels[c]);
      }
    }
    if (table.rows() > first) {
      elements.push_back(fmt::format(
          "{0} using (($2+$3)/2):(($4+$5)/2):($2-{1:.6g}):($3+{1:.6g}):($4-{2:.6g}):($5+{2:.6g}):(shades[$6<10 ? 1 : "
          "$6<100 ? 2 : $6<1000 ? 3 : $6<10000 "
          "? 4 : $6<100000 ? 5 : 6]) with boxxyerror fillstyle solid 1 noborder lc rgb variable notitle",
          rows_from(table, first), cell_overlap * (columns.edge(1) - columns.edge(0)),
          cell_overlap * (rows.edge(1) - rows.edge(0))));
    }
    elements.push_back(fmt::format("0.5 with lines lw 0.7 dt 2 lc rgb '{}' notitle", hex(colour::grey)));
    if (!figure.greedy.empty()) {
      const std::size_t path = table.rows();
      for (const std::uint32_t set : figure.greedy[c]) {
        const auto row = static_cast<Eigen::Index>(c), column = static_cast<Eigen::Index>(set);
        const float bits = figure.information(row, column), accuracy = figure.accuracy(row, column);
        table.row(c, bits, bits, accuracy, accuracy, 1, "greedy", NeuronSet(set).size(), figure.labels[c]);
      }
      elements.push_back(fmt::format("{} using 2:4 with linespoints pt 7 ps 0.55*mm lw 0.7 lc rgb '{}' notitle",
                                     rows_from(table, path), hex(colour::red)));
    }
    canvas.plot(elements);
  }
  panels.add_labels(
      canvas, "'relay information\u00a0{/:Italic I}_R\u00a0of the set (bits)'",
      fmt::format("'balanced accuracy{} without the set{}'", figure.words.function, figure.words.replace));
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind density_figure;
const FigureKind density_figure{
    "density", FigureScope::subset, "accuracy vs. relay information, densities over all sets",
    [](const FigureSource& source) -> FigureDrawing {
      if (!source.has_information_and_accuracy()) return {};
      const ResultView layer = source.layer->arrays;
      const ResultView relay = layer.at("relay/" + source.subset);
      DensityFigure figure{.network = source.name,
                           .labels = source.layer->classes,
                           .neurons = static_cast<int>(unit_count(*source.layer)),
                           .information = relay.matrix<float>("information"),
                           .accuracy = layer.matrix<float>("knockout/" + source.subset + "/accuracy"),
                           .words = knockout_words(layer.at("knockout/" + source.subset)),
                           .shown = source.shown(source.layer->classes)};
      for (std::size_t c = 0; relay.has("greedy") && c < figure.labels.size(); ++c) {
        std::vector<std::uint32_t>& path = figure.greedy.emplace_back();
        for (int size = figure.neurons; size >= 0; --size) {
          NeuronSet set;
          for (const int unit : last_units(relay, c, size)) set = set.with(unit);
          path.push_back(set.bits());
        }
      }
      return drawing(draw_density, figure);
    }};

}  // namespace inforelay
