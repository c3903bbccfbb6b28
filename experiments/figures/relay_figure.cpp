// Relay information of every set vs. its size, and the greedy path.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "core/parallel.hpp"
#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"
#include "experiments/figures/plot/thin_points.hpp"

namespace inforelay {
namespace {

constexpr int mark_intervals = 120;  // in a panel of 32 mm: marks of a quarter of a millimetre
constexpr std::array<std::uint32_t, 5> count_shades{0xc3d4e8, 0x93b4d8, 0x5c8cc0, 0x2d6099, 0x12355f};
constexpr std::array<const char*, 5> count_shade_names{"1\u20139", "10\u201399", "100\u2013999", "1000\u20139999",
                                                       "\u2265 10\u2009000"};

void check(const std::string& name, const RelayFigure& figure) {
  const std::size_t classes = figure.labels.size();
  require_some(name, "labels", classes);
  if (figure.neurons < 1)
    throw UsageError(fmt::format("figure {}: neurons is {}, expected at least 1", name, figure.neurons));
  if (figure.information.size() > 0) {
    if (figure.neurons > 30)
      throw UsageError(fmt::format("figure {}: neurons is {}, expected 1 to 30", name, figure.neurons));
    require_count(name, "information", figure.information.rows(), "rows", classes);
    require_count(name, "information", figure.information.cols(), "columns", 1ll << figure.neurons);
  }
  if (figure.greedy_information.size() > 0) {
    require_count(name, "greedy_information", figure.greedy_information.rows(), "rows", classes);
    require_count(name, "greedy_information", figure.greedy_information.cols(), "columns", figure.neurons);
    require_count(name, "all_information", figure.all_information.size(), "values", classes);
  }
  if (!figure.bound.empty()) require_count(name, "bound", figure.bound.size(), "values", classes);
  if (figure.all_interval.size() > 0) {
    require_count(name, "all_interval", figure.all_interval.rows(), "rows", classes);
    require_count(name, "all_interval", figure.all_interval.cols(), "columns", 2);
  }
  require_some(name, "information",
               static_cast<std::size_t>(figure.information.size() + figure.greedy_information.size()));
}

std::span<const float> row_of(const RelayFigure& figure, std::size_t c) {
  return {figure.information.data() + static_cast<Eigen::Index>(c) * figure.information.outerStride(),
          static_cast<std::size_t>(figure.information.cols())};
}

/// The range of the panels that are drawn, so that they can be compared.
AxisRange information_range(const RelayFigure& figure, const std::vector<std::size_t>& shown) {
  std::vector<AxisRange> ranges(shown.size());
  if (figure.information.size() > 0) {
    parallel_blocks(ranges.size(), [&](std::size_t i) { ranges[i].add_all(row_of(figure, shown[i])); });
  }
  AxisRange range;
  for (const auto& one : ranges) {
    if (!one.empty()) range.add(one.low()), range.add(one.high());
  }
  for (const std::size_t c : shown) {
    const auto row = static_cast<Eigen::Index>(c);
    if (figure.greedy_information.size() > 0) {
      range.add_all(figure.greedy_information.row(row));
      range.add(figure.all_information[c]);
    }
    if (!figure.bound.empty()) range.add(figure.bound[c]);
    if (figure.all_interval.size() > 0) range.add_all(figure.all_interval.row(row));
  }
  return range;
}

std::vector<std::vector<MarkBar>> bars_by_class(const RelayFigure& figure, const Intervals& intervals) {
  std::vector<std::vector<MarkBar>> bars(figure.labels.size());
  if (figure.information.size() == 0) return bars;
  parallel_blocks(bars.size(), [&](std::size_t c) {
    bars[c] = join_marks(count_marks(row_of(figure, c), intervals), static_cast<int>(count_shades.size()) - 1);
  });
  return bars;
}

// The largest I_R of the sets of each size, [K+1]; NaN if no value of a size is finite.
std::vector<double> maxima(std::span<const float> information, int neurons) {
  std::vector<double> most(static_cast<std::size_t>(neurons) + 1, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t set = 0; set < information.size(); ++set) {
    double& of_size = most[static_cast<std::size_t>(std::popcount(set))];
    of_size = std::fmax(of_size, static_cast<double>(information[set]));  // ignores NaN
  }
  return most;
}

std::vector<FigureCanvas::LegendEntry> legend_of(const RelayFigure& figure, int top) {
  std::vector<FigureCanvas::LegendEntry> legend;
  if (top >= 0) legend.push_back({{.kind = LegendSample::Kind::none}, "sets per cell:"});
  for (std::size_t i = 0; static_cast<int>(i) <= top; ++i)
    legend.push_back({{.kind = LegendSample::Kind::swatch, .colour = count_shades[i]}, count_shade_names[i]});
  if (figure.greedy_information.size() > 0) legend.push_back({{.colour = colour::red, .size = 1}, "greedy removal"});
  if (figure.information.size() > 0)
    legend.push_back({{.colour = colour::ink, .dash = "(3,3)", .size = 0.7}, "maximum of all sets"});
  if (!figure.bound.empty())
    legend.push_back({{.colour = colour::ink, .dash = "2", .size = 0.7}, "bound: I(X_in; X_out)"});
  if (figure.all_interval.size() > 0)
    legend.push_back({{.colour = colour::red, .size = 0.7}, "bar: interval of all units"});
  return legend;
}

std::string description(const RelayFigure& figure) {
  if (figure.information.size() == 0)
    return "Relay information I_R of the sets of units along the path of greedy removal, from all units to "
           "none, vs. set size; a panel for each class.";
  return fmt::format(
      "Relay information I_R of every set of units vs. set size, a panel for each class; red: the path of "
      "greedy removal, from all units to none; dotted: the maximum of the sets of each size. Each size has {} cells of "
      "information, shaded by the order of "
      "magnitude of the number of sets in the cell; a row of the table (kind: sets) is a run of neighbouring cells of "
      "the same shade.",
      mark_intervals);
}

}  // namespace

std::string draw_relay(const FigureWriter& writer, const RelayFigure& figure) {
  const std::string name = figure_name("relay", figure.network);
  check(name, figure);
  const std::vector<std::size_t> shown = shown_classes(figure.shown, figure.labels.size());
  const AxisRange range = information_range(figure, shown);
  const Intervals intervals{range.low(), range.high(), mark_intervals};
  const auto bars = bars_by_class(figure, intervals);

  int top = -1;
  for (const auto& panel : bars) {
    for (const auto& bar : panel) top = std::max(top, bar.magnitude);
  }
  const auto legend = legend_of(figure, top);
  const ClassPanels panels(shown.size(), legend);
  const PanelGrid& grid = panels.grid();
  FigureCanvas canvas(name, description(figure), grid.width, grid.height);
  canvas.define_colours("shades", count_shades);

  CsvTable table("class,set_size,information_from_bits,information_to_bits,sets,magnitude,kind,label");
  const AxisRange axis = range.widened(0.03, 0.03);
  for (std::size_t panel = 0; panel < shown.size(); ++panel) {
    const std::size_t c = shown[panel];
    canvas.begin_panel(grid.boxes[panel]);
    canvas.x_axis(-0.8, figure.neurons + 0.8, 5);
    canvas.add("set xtics nomirror 0,{}", std::max(1.0, tic_step(figure.neurons, 5)));
    canvas.y_axis(axis.low(), axis.high(), 5);
    if (!grid.leftmost(panel)) canvas.add("set format y ''");
    if (!grid.lowest(panel)) canvas.add("set format x ''");
    canvas.panel_title(grid.boxes[panel], canvas.text(class_title(figure.labels[c])));

    std::vector<std::string> elements;
    if (!bars[c].empty()) {
      const std::size_t first = table.rows();
      for (const MarkBar& bar : bars[c]) {
        table.row(c, bar.column, intervals.edge(bar.first), intervals.edge(bar.last + 1), bar.sets, bar.magnitude,
                  "sets", figure.labels[c]);
      }
      const double mm = 1.02 * grid.boxes[panel].width / (figure.neurons + 1.6);  // neighbours touch
      // A bar is a little longer than its cells, or antialiasing would leave a bright line below the next one.
      elements.push_back(
          fmt::format("{} using 2:3:(0):($4-$3+{:.6g}):(shades[$6+1]) with vectors nohead lw {:.3f} lc rgb variable "
                      "notitle",
                      rows_from(table, first), 0.15 * range.length() / mark_intervals, mm * 72 / 25.4));
    }
    if (figure.information.size() > 0) {
      const std::size_t first = table.rows();
      const std::vector<double> most = maxima(row_of(figure, c), figure.neurons);
      for (std::size_t size = 0; size < most.size(); ++size)
        table.row(c, size, most[size], most[size], 0, 0, "maximum", figure.labels[c]);
      elements.push_back(fmt::format("{} using 2:3 with lines lw 0.7 dt (3,3) lc rgb '{}' notitle",
                                     rows_from(table, first), hex(colour::ink)));
    }
    if (figure.greedy_information.size() > 0) {
      const std::size_t first = table.rows();
      for (int size = figure.neurons; size >= 0; --size) {
        const double bits = size == figure.neurons
                                ? figure.all_information[c]
                                : figure.greedy_information(static_cast<Eigen::Index>(c), figure.neurons - 1 - size);
        table.row(c, size, bits, bits, 1, 0, "greedy", figure.labels[c]);
      }
      elements.push_back(
          fmt::format("{} using 2:3 with lines lw 0.9 lc rgb '{}' notitle", rows_from(table, first), hex(colour::red)));
    }
    if (!figure.bound.empty()) {
      const std::size_t first = table.rows();
      for (const int size : {0, figure.neurons})
        table.row(c, size, figure.bound[c], figure.bound[c], 0, 0, "bound", figure.labels[c]);
      elements.push_back(fmt::format("{} using 2:3 with lines lw 0.7 dt 2 lc rgb '{}' notitle", rows_from(table, first),
                                     hex(colour::ink)));
    }
    if (figure.all_interval.size() > 0) {
      const std::size_t first = table.rows();
      const auto row = static_cast<Eigen::Index>(c);
      table.row(c, figure.neurons, figure.all_interval(row, 0), figure.all_interval(row, 1), 1, 0, "interval",
                figure.labels[c]);
      elements.push_back(fmt::format("{} using 2:3:3:4 with yerrorbars pt 0 lw 0.7 lc rgb '{}' notitle",
                                     rows_from(table, first), hex(colour::red)));
    }
    canvas.plot(elements);
  }
  panels.add_labels(canvas, "'number of units in the set'", "'relay information\u00a0{/:Italic I}_R\u00a0(bits)'");
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind relay_figure;
const FigureKind relay_figure{
    "relay", FigureScope::subset, "relay information of every set vs. its size",
    [](const FigureSource& source) -> FigureDrawing {
      const ResultView relay = source.layer->arrays.at("relay/" + source.subset);
      const bool all_sets = relay.has("information"), greedy = relay.has("greedy/information");
      // A wide layer has only the greedy path.
      if (!all_sets && !(greedy && is_wide(*source.layer))) return {};
      static const RowMatrix<float> none;
      const ResultView significance = source.layer->arrays.at("significance/" + source.subset);
      const bool interval = significance.has("total_interval");
      return drawing(draw_relay,
                     {.network = source.name,
                      .labels = contrast_names(*source.layer, relay),
                      .neurons = static_cast<int>(unit_count(*source.layer)),
                      .information = all_sets ? relay.matrix<float>("information") : none,
                      .greedy_information = greedy ? relay.matrix<double>("greedy/information") : RowMatrix<double>(),
                      .all_information = relay.numbers("total"),
                      .bound = relay.numbers("input_output_information"),
                      .shown = source.shown(contrast_names(*source.layer, relay)),
                      .all_interval = interval ? significance.matrix<double>("total_interval") : RowMatrix<double>()});
    }};

}  // namespace inforelay
