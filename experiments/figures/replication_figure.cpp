#include "experiments/figures/replication_figure.hpp"

#include <algorithm>
#include <limits>

#include "core/statistics/statistics.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"

namespace inforelay {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

// The rows of the table for one series: those of its classes, and those of single seeds.
struct SeriesRows {
  std::string classes, seeds;
};

// Series of a panel are side by side around their class.
double offset_of(std::size_t series, std::size_t count) {
  constexpr double step = 0.36;
  return step * (static_cast<double>(series) - (static_cast<double>(count) - 1) / 2);
}

SeriesRows add_rows(CsvTable& table, const ReplicationPanel& panel, std::size_t index) {
  const ReplicationSeries& series = panel.series[index];
  const double offset = offset_of(index, panel.series.size());
  SeriesRows rows;
  std::size_t first = table.rows();
  for (std::size_t c = 0; c < panel.labels.size(); ++c) {
    const Spread seeds = spread(series.values[c]);
    const bool few = seeds.count < fewest_for_quantiles;  // they are their own range
    table.row(static_cast<double>(c) + offset, few ? no_number : seeds.low, seeds.median, few ? no_number : seeds.high,
              series.published[c], no_number, panel.labels[c], series.network, panel.metric);
  }
  rows.classes = rows_from(table, first);
  first = table.rows();
  for (std::size_t c = 0; c < panel.labels.size(); ++c) {
    for (const double value : series.values[c]) {
      table.row(static_cast<double>(c) + offset, no_number, no_number, no_number, no_number, value, panel.labels[c],
                series.network, panel.metric);
    }
  }
  rows.seeds = rows_from(table, first);
  return rows;
}

AxisRange range_of(const ReplicationPanel& panel) {
  AxisRange range;
  for (const ReplicationSeries& series : panel.series) {
    for (const std::vector<double>& values : series.values) range.add_all(values);
    range.add_all(series.published);
  }
  return range.widened(0.06, 0.06);
}

void check(const std::string& name, const ReplicationFigure& figure) {
  require_some(name, "panels", figure.panels.size());
  for (const ReplicationPanel& panel : figure.panels) {
    require_some(name, "labels of " + panel.metric, panel.labels.size());
    for (const ReplicationSeries& series : panel.series) {
      require_count(name, "values of " + series.network, series.values.size(), "values", panel.labels.size());
      require_count(name, "published values of " + series.network, series.published.size(), "values",
                    panel.labels.size());
    }
  }
}

}  // namespace

std::string draw_replication(const FigureWriter& writer, const ReplicationFigure& figure) {
  const std::string name = "replication_" + figure.name;
  check(name, figure);
  std::vector<std::string> networks;
  for (const ReplicationPanel& panel : figure.panels) {
    for (const ReplicationSeries& series : panel.series) {
      if (std::find(networks.begin(), networks.end(), series.network) == networks.end()) {
        networks.push_back(series.network);
      }
    }
  }
  const double foot = 5;
  const bool alone = figure.panels.size() == 1;
  const PanelGrid grid(figure.panels.size(), alone ? 1 : 2, alone ? single_column : double_column, 42,
                       {.left = 14, .bottom = 9, .column_gap = 18, .row_gap = 16}, foot);
  FigureCanvas canvas(
      name,
      "Published values (red crosses) and runs that differ by their seed: dots are runs, bars reach "
      "from their 5 % to their 95 % quantile if there are at least ten, the line across is their median.",
      grid.width, grid.height);
  CsvTable table("x,p05,median,p95,published,seed_value,class,network,metric");
  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    const ReplicationPanel& panel = figure.panels[i];
    canvas.begin_panel(grid.boxes[i]);
    if (!alone) canvas.panel_letter(grid.boxes[i], i);
    canvas.panel_title(grid.boxes[i], canvas.text(panel.title));
    canvas.add("set xrange [-0.6:{}]; set xtics nomirror norotate center ({})",
               static_cast<double>(panel.labels.size()) - 0.4, canvas.category_tics(panel.labels));
    canvas.x_label(grid.boxes[i], "'class'");
    const AxisRange axis = range_of(panel);
    canvas.y_axis(axis.low(), axis.high(), 6);
    std::vector<std::string> bars, crosses;
    for (std::size_t s = 0; s < panel.series.size(); ++s) {
      const SeriesRows rows = add_rows(table, panel, s);
      const auto network = static_cast<std::size_t>(
          std::find(networks.begin(), networks.end(), panel.series[s].network) - networks.begin());
      const std::string colour = hex(network_colour(network));
      constexpr double half = 0.13;  // of the median's line
      bars.push_back(fmt::format("{} using 1:2:(0):($4-$2) with vectors nohead lw 3.5 lc rgb '#c8{}' notitle",
                                 rows.classes, colour.substr(1)));
      bars.push_back(
          fmt::format("{} using 1:6 with points pt 7 ps 0.55*mm lw 0.1 lc rgb '{}' notitle", rows.seeds, colour));
      bars.push_back(fmt::format("{} using ($1-{}):3:({}):(0) with vectors nohead lw 1.1 lc rgb '{}' notitle",
                                 rows.classes, half, 2 * half, hex(colour::ink)));
      crosses.push_back(fmt::format("{} using 1:5 with points pt 2 ps 1.5*mm lw 1.2 lc rgb '{}' notitle", rows.classes,
                                    hex(colour::red)));
    }
    bars.insert(bars.end(), crosses.begin(), crosses.end());  // on top
    canvas.plot(bars);
  }
  std::vector<FigureCanvas::LegendEntry> legend;
  for (std::size_t n = 0; n < networks.size(); ++n) {
    legend.push_back(
        {{.kind = LegendSample::Kind::mark, .colour = network_colour(n), .size = 1.4, .mark = 7}, networks[n]});
  }
  legend.push_back({{.kind = LegendSample::Kind::mark, .colour = colour::red, .size = 1.5, .mark = 2}, "published"});
  canvas.legend(grid.boxes[0].left, 2.2, legend);
  return writer.write(canvas.finish(table, writer.options()));
}

}  // namespace inforelay
