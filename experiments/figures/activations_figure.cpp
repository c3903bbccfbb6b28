// Histogram of the values of each unit of a layer.
#include <algorithm>
#include <cmath>

#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"
#include "experiments/figures/plot/thin_points.hpp"

namespace inforelay {

std::string draw_activations(const FigureWriter& writer, const ActivationsFigure& figure) {
  constexpr int bin_count = 50;
  const std::string name = figure_name("activations", figure.network);
  const auto neurons = static_cast<std::size_t>(figure.hidden.cols());
  require_some(name, "neurons", neurons);
  require_some(name, "samples", static_cast<std::size_t>(figure.hidden.rows()));
  require_count(name, "threshold", figure.threshold.rows(), "rows", neurons);

  AxisRange range;
  range.add(-1), range.add(1);
  range.add_all(figure.hidden.reshaped());
  const Intervals bins{range.low(), range.high(), bin_count};
  RowMatrix<std::uint32_t> counts = RowMatrix<std::uint32_t>::Zero(figure.hidden.cols(), bin_count);
  for (Eigen::Index n = 0; n < figure.hidden.rows(); ++n) {
    for (Eigen::Index k = 0; k < figure.hidden.cols(); ++k) {
      const int bin = bins.of(figure.hidden(n, k));
      if (bin >= 0) ++counts(k, bin);
    }
  }

  const std::vector<int> varying = unit_spread(figure.hidden).varying;
  const std::size_t columns = neurons <= 5 ? neurons : neurons <= 20 ? 5 : 6;
  const double foot = 4;
  const PanelGrid grid(neurons, columns, neurons == 1 ? single_column : double_column, neurons <= 2 ? 40 : 20,
                       {.left = 12, .top = 4.5, .bottom = 8.5, .column_gap = 3.5, .row_gap = 6}, foot);
  FigureCanvas canvas(name,
                      "Histograms of the values of each unit, on a logarithmic scale. Dashed line: "
                      "threshold between two levels of the state. Constant: the standard deviation is below 5 % of the "
                      "upper quartile of all units.",
                      grid.width, grid.height);
  CsvTable table("unit,value_from,value_to,samples,thresholds");
  const double most = std::pow(10, std::ceil(std::log10(std::max(counts.maxCoeff(), 10u) * 1.01)));
  const double decades = std::log10(most) > 3 ? 100 : 10;
  for (std::size_t k = 0; k < neurons; ++k) {
    const std::size_t first = table.rows();
    const auto cuts = figure.threshold.row(static_cast<Eigen::Index>(k));
    std::string thresholds;
    for (const double cut : cuts) thresholds += fmt::format("{}{}", thresholds.empty() ? "" : " ", cut);
    for (int bin = 0; bin < bin_count; ++bin) {
      table.row(k, bins.edge(bin), bins.edge(bin + 1), counts(static_cast<Eigen::Index>(k), bin), thresholds);
    }
    const PanelBox& box = grid.boxes[k];
    canvas.begin_panel(box);
    const double margin = 0.03 * range.length();
    canvas.x_axis(range.low() - margin, range.high() + margin, 4);
    canvas.add("set logscale y; set yrange [0.7:{}]; set ytics nomirror 1,{}; unset mytics; set format y '10^{{%T}}'",
               most, decades);
    if (!grid.leftmost(k)) canvas.add("set format y ''");
    if (!grid.lowest(k)) canvas.add("set format x ''");
    const bool varies = std::find(varying.begin(), varying.end(), static_cast<int>(k)) != varying.end();
    canvas.panel_title(box, fmt::format("'unit {}{}'", k, varies ? "" : " (constant)"));
    for (const double cut : cuts) {
      if (!std::isfinite(cut)) continue;
      canvas.add("set arrow from {0},graph 0 to {0},graph 1 nohead front lw 0.8 dt (16,10) lc rgb '{1}'", cut,
                 hex(colour::red));
    }
    canvas.plot(
        {fmt::format("{} using (($2+$3)/2):($4 > 0 ? $4 : NaN):2:($3+0.1*($3-$2)):(0.7):4 with boxxyerror "
                     "fillstyle solid 1 noborder fillcolor rgb '#7d9cc0' notitle",
                     rows_from(table, first))});
  }
  canvas.common_labels(grid, foot + 1.5, "'value'", "'number of samples'");
  canvas.legend(grid.boxes[0].left, 1.8,
                {{{.colour = colour::red, .dash = "(16,10)", .size = 0.8}, "threshold between levels"}});
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind activations_figure;
const FigureKind activations_figure{
    "activations", FigureScope::layer, "histogram of the values of each unit",
    [](const FigureSource& source) -> FigureDrawing {
      if (is_wide(*source.layer)) return {};
      const ResultView states = source.layer->arrays.at("states/" + subsets_of(*source.layer, "states").back());
      const bool cut = states.has("threshold");  // symbols have none
      return drawing(draw_activations, {.network = source.name,
                                        .hidden = states.matrix<float>("value"),
                                        .threshold = cut ? states.matrix<double>("threshold")
                                                         : RowMatrix<double>(unit_count(*source.layer), 0)});
    }};

}  // namespace inforelay
