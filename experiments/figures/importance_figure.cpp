#include "experiments/figures/importance_figure.hpp"

#include <cmath>
#include <utility>

#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"

namespace inforelay {

std::string draw_importance(const FigureWriter& writer, const ImportanceFigure& figure) {
  const std::string name = "importance";
  const std::size_t measures = figure.measures.size(), panels = figure.networks.size();
  require_some(name, "measures", measures);
  require_some(name, "networks", panels);
  AxisRange range;
  range.add(0);
  for (const auto& panel : figure.networks) {
    require_count(name, "measures of " + panel.network, panel.spearman.rows(), "rows", measures);
    range.add_all(panel.spearman.reshaped());
  }
  const AxisRange axis = range.widened(0.06, 0.06);
  const double names_height = widest_text(figure.measures);
  const PanelGrid grid(panels, 2, panels == 1 ? single_column : double_column, 45,
                       {.left = 12, .bottom = names_height + 7, .column_gap = 16, .row_gap = names_height + 14}, 0.9);
  FigureCanvas canvas(
      name,
      "Rank correlation of measures of importance with the function lost, over all sets of hidden neurons "
      "knocked out. Measures of single neurons are summed over the set; those called set are of the set as "
      "a whole. Points: classes; black: their mean.",
      grid.width, grid.height);
  const std::string tics = canvas.category_tics(figure.measures);
  CsvTable table("measure,spearman,kind,name,network");
  for (std::size_t i = 0; i < panels; ++i) {
    const auto& panel = figure.networks[i];
    const std::size_t first = table.rows();
    std::vector<double> means;
    for (std::size_t m = 0; m < measures; ++m) {
      double sum = 0, count = 0;
      for (const double value : panel.spearman.row(static_cast<Eigen::Index>(m))) {
        if (!std::isfinite(value)) continue;
        table.row(m, value, "class", figure.measures[m], panel.network);
        sum += value;
        count += 1;
      }
      means.push_back(sum / count);
    }
    const std::string classes = table.rows() > first ? rows_from(table, first) : "";
    const std::size_t first_mean = table.rows();
    for (std::size_t m = 0; m < measures; ++m) {
      if (std::isfinite(means[m])) table.row(m, means[m], "mean", figure.measures[m], panel.network);
    }
    canvas.begin_panel(grid.boxes[i]);
    if (panels > 1) canvas.panel_letter(grid.boxes[i], i);
    canvas.panel_title(grid.boxes[i], canvas.text(panel.network));
    canvas.add("set xrange [-0.6:{}]; set xtics nomirror rotate by 90 right ({})", static_cast<double>(measures) - 0.4,
               tics);
    canvas.y_axis(axis.low(), axis.high(), 7);
    canvas.y_label(grid.boxes[i], "'rank correlation with lost function'");
    std::vector<std::string> elements{fmt::format("0 with lines lw 0.5 lc rgb '{}' notitle", hex(colour::grey))};
    if (!classes.empty()) {
      elements.push_back(fmt::format("{} using 1:2 with points pt 7 ps 1.2*mm lw 0.1 lc rgb '{}' notitle", classes,
                                     hex(colour::blue)));
      elements.push_back(fmt::format("{} using 1:2 with points pt 5 ps 1.6*mm lw 0.1 lc rgb '{}' notitle",
                                     rows_from(table, first_mean), hex(colour::ink)));
    }
    canvas.plot(elements);
  }
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind importance_figure;
const FigureKind importance_figure{
    "importance", FigureScope::experiment, "rank correlation of measures of importance with the function lost",
    [](const FigureSource& source) -> FigureDrawing {
      std::vector<std::string> names;
      ImportanceFigure all;
      for (const LayerResults& layer : source.layers) {
        for (const std::string& subset : subsets_of(layer, "importance")) {
          const std::string group = "importance/" + subset + "/verdict";
          if (!layer.arrays.has(group)) continue;
          names = layer.arrays.texts(group + "/measure");
          const std::string title = subset == "test" ? layer.title : layer.title + ", " + subset;
          all.networks.push_back({title, layer.arrays.matrix<double>(group + "/spearman")});
        }
      }
      if (all.networks.empty()) return {};
      // Rows that no network has are left out.
      ImportanceFigure figure;
      std::vector<Eigen::Index> rows;
      for (std::size_t m = 0; m < names.size(); ++m) {
        bool any = false;
        for (const auto& panel : all.networks)
          any = any || panel.spearman.row(static_cast<Eigen::Index>(m)).array().isFinite().any();
        if (!any) continue;
        rows.push_back(static_cast<Eigen::Index>(m));
        figure.measures.push_back(names[m]);
      }
      if (rows.empty()) return {};
      for (const auto& panel : all.networks) {
        RowMatrix<double> spearman(static_cast<Eigen::Index>(rows.size()), panel.spearman.cols());
        for (std::size_t m = 0; m < rows.size(); ++m)
          spearman.row(static_cast<Eigen::Index>(m)) = panel.spearman.row(rows[m]);
        figure.networks.push_back({panel.network, std::move(spearman)});
      }
      return drawing(draw_importance, figure);
    }};

}  // namespace inforelay
