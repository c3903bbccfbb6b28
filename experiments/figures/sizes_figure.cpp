// Quantiles of relay information or accuracy over all sets of each size, a panel for each class.
#include <array>

#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"
#include "experiments/results/statistics_arrays.hpp"

namespace inforelay {
namespace {

constexpr std::uint32_t outer_band = 0xd3e0ef, inner_band = 0x93b4d8, median_colour = 0x12355f;
constexpr std::uint32_t null_colour = 0xe69f00;
constexpr std::string_view extreme_dash = "(3,3)", null_dash = "(6,3)";

// Columns of the table with the quantiles of SubsetStatistics and the greedy path; gnuplot counts them from 1.
constexpr int first_level = 5, greedy_column = 12, null_column = 14;
static_assert(SubsetStatistics::quantile_levels == std::array<double, 7>{0, 0.05, 0.25, 0.5, 0.75, 0.95, 1});

void check(const std::string& name, const SizesFigure& figure) {
  const SubsetStatistics& sizes = figure.statistics;
  require_some(name, "labels", figure.labels.size());
  require_count(name, "statistics", sizes.classes(), "classes", figure.labels.size());
  for (const RowMatrix<double>* null : {&figure.null_low, &figure.null_high}) {
    if (figure.null_low.size() == 0) break;
    require_count(name, "null", null->rows(), "rows", figure.labels.size());
    require_count(name, "null", null->cols(), "columns", sizes.neurons() + 1);
  }
  if (figure.greedy_information.size() == 0) return;
  require_count(name, "greedy_information", figure.greedy_information.rows(), "rows", figure.labels.size());
  require_count(name, "greedy_information", figure.greedy_information.cols(), "columns", sizes.neurons());
  require_count(name, "all_information", figure.all_information.size(), "values", figure.labels.size());
}

// I_R of the greedy set of that size; NaN if there is no greedy path.
double greedy_of(const SizesFigure& figure, int c, int size) {
  const int neurons = figure.statistics.neurons();
  if (figure.greedy_information.size() == 0) return std::numeric_limits<double>::quiet_NaN();
  return size == neurons ? figure.all_information[static_cast<std::size_t>(c)]
                         : figure.greedy_information(c, neurons - 1 - size);
}

std::vector<FigureCanvas::LegendEntry> legend_of(const SizesFigure& figure) {
  std::vector<FigureCanvas::LegendEntry> legend{
      {{.kind = LegendSample::Kind::swatch, .colour = outer_band}, "5\u201395 % of the sets"},
      {{.kind = LegendSample::Kind::swatch, .colour = inner_band}, "25\u201375 %"},
      {{.colour = median_colour, .size = 1}, "median"},
      {{.colour = median_colour, .dash = extreme_dash, .size = 0.6}, "min and max"}};
  if (figure.greedy_information.size() > 0) legend.push_back({{.colour = colour::red, .size = 1}, "greedy removal"});
  if (figure.quantity == SizesFigure::Quantity::accuracy)
    legend.push_back({{.colour = colour::grey, .dash = "2", .size = 0.7}, "chance"});
  if (figure.null_low.size() > 0)
    legend.push_back({{.colour = null_colour, .dash = null_dash, .size = 0.8},
                      fmt::format("{} without relay, 5\u201395 %", figure.null_of)});
  return legend;
}

// That of the best set of each size, or else of the greedy one.
void add_null(const ResultView& significance, SizesFigure& figure) {
  for (const auto& [name, what] :
       {std::pair("maximum_null", "the best set"), std::pair("greedy_null", "greedy removal")}) {
    if (!significance.has(name)) continue;
    const RowMatrix<double>& quantiles = significance.matrix<double>(name);  // [class, size percent]
    const Eigen::Index sizes = figure.statistics.neurons() + 1, levels = quantiles.cols() / sizes;
    figure.null_low.resize(quantiles.rows(), sizes);
    figure.null_high.resize(quantiles.rows(), sizes);
    for (Eigen::Index size = 0; size < sizes; ++size) {
      figure.null_low.col(size) = quantiles.col(size * levels);
      figure.null_high.col(size) = quantiles.col(size * levels + levels - 1);
    }
    figure.null_of = what;
    return;
  }
}

}  // namespace

std::string draw_sizes(const FigureWriter& writer, const SizesFigure& figure) {
  const bool relay = figure.quantity == SizesFigure::Quantity::relay_information;
  const std::string name = figure_name(relay ? "relay_sizes" : "knockout_sizes", figure.network);
  check(name, figure);
  const SubsetStatistics& sizes = figure.statistics;
  const int neurons = sizes.neurons();
  const std::vector<std::size_t> shown = shown_classes(figure.shown, figure.labels.size());
  AxisRange range;  // of the panels that are drawn
  for (const std::size_t c : shown) {
    const auto row = static_cast<Eigen::Index>(c);
    for (int size = 0; size <= neurons; ++size) {
      for (std::size_t level = 0; level < SubsetStatistics::quantile_levels.size(); ++level)
        range.add(sizes.quantile_of(static_cast<int>(c), size, level));
    }
    for (const RowMatrix<double>* each : {&figure.greedy_information, &figure.null_low, &figure.null_high}) {
      if (each->size() > 0) range.add_all(each->row(row));
    }
  }
  if (!relay && !range.empty()) range.add(0.5);  // the line of chance
  const bool null = figure.null_low.size() > 0;

  const auto legend = legend_of(figure);
  const ClassPanels panels(shown.size(), legend);
  const PanelGrid& grid = panels.grid();
  FigureCanvas canvas(
      name,
      fmt::format(
          "{} vs. set size over all sets of units, a panel for each class: median, 25-75 % and 5-95 % bands, "
          "minimum and maximum of the sets of each size{}{}.",
          relay ? "Relay information I_R"
                : fmt::format("Balanced accuracy{} with the set knocked out{}", figure.words.function,
                              figure.words.replace),
          figure.greedy_information.size() > 0 ? "; red: the path of greedy removal" : "",
          null ? fmt::format("; dashed: 5 and 95 % of permutations, the null `no relay` of {}", figure.null_of) : ""),
      grid.width, grid.height);

  const std::string columns = "class,set_size,sets,mean,least,p5,p25,median,p75,p95,greatest,greedy,label";
  CsvTable table(null ? columns + ",null_p5,null_p95" : columns);
  const AxisRange axis = range.widened(0.03, 0.03);
  for (std::size_t panel = 0; panel < shown.size(); ++panel) {
    const std::size_t c = shown[panel];
    const int cls = static_cast<int>(c);
    canvas.begin_panel(grid.boxes[panel]);
    canvas.x_axis(0, neurons, 5);
    canvas.y_axis(axis.low(), axis.high(), 5);
    if (!grid.leftmost(panel)) canvas.add("set format y ''");
    if (!grid.lowest(panel)) canvas.add("set format x ''");
    canvas.panel_title(grid.boxes[panel], canvas.text(class_title(figure.labels[c])));

    const std::size_t first = table.rows();
    for (int n = 0; n <= neurons; ++n) {
      const auto at = [&](std::size_t level) { return sizes.quantile_of(cls, n, level); };
      const auto put = [&](const auto&... more) {
        table.row(c, n, sizes.count[static_cast<std::size_t>(n)], sizes.mean(cls, n), at(0), at(1), at(2), at(3), at(4),
                  at(5), at(6), greedy_of(figure, cls, n), figure.labels[c], more...);
      };
      if (null)
        put(figure.null_low(cls, n), figure.null_high(cls, n));
      else
        put();
    }
    const std::string rows = rows_from(table, first);
    const auto band = [&](int from, int to, std::uint32_t fill) {
      return fmt::format("{} using 2:{}:{} with filledcurves fillcolor rgb '{}' fillstyle solid 1 noborder notitle",
                         rows, first_level + from, first_level + to, hex(fill));
    };
    const auto line = [&](int column, double line_width, std::string_view dash, std::uint32_t line_colour) {
      return fmt::format("{} using 2:{} with lines lw {} dt {} lc rgb '{}' notitle", rows, column, line_width, dash,
                         hex(line_colour));
    };
    std::vector<std::string> elements{
        band(1, 5, outer_band), band(2, 4, inner_band), line(first_level, 0.6, extreme_dash, median_colour),
        line(first_level + 6, 0.6, extreme_dash, median_colour), line(first_level + 3, 1, "1", median_colour)};
    if (figure.greedy_information.size() > 0) elements.push_back(line(greedy_column, 0.9, "1", colour::red));
    if (!relay) elements.push_back(fmt::format("0.5 with lines lw 0.7 dt 2 lc rgb '{}' notitle", hex(colour::grey)));
    for (const int column : {null_column, null_column + 1}) {
      if (null) elements.push_back(line(column, 0.8, null_dash, null_colour));
    }
    canvas.plot(elements);
  }
  panels.add_labels(
      canvas,
      relay ? "'number of units in the set'" : fmt::format("'number of units knocked out{}'", figure.words.replace),
      relay ? "'relay information\u00a0{/:Italic I}_R\u00a0(bits)'"
            : fmt::format("'balanced accuracy{}'", figure.words.function));
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind relay_sizes_figure, knockout_sizes_figure;
const FigureKind relay_sizes_figure{"relay_sizes", FigureScope::subset,
                                    "quantiles of relay information over all sets of each size",
                                    [](const FigureSource& source) -> FigureDrawing {
                                      const ResultView relay = source.layer->arrays.at("relay/" + source.subset);
                                      if (!relay.has("sizes")) return {};
                                      SizesFigure figure{.network = source.name,
                                                         .labels = contrast_names(*source.layer, relay),
                                                         .statistics = statistics_from(relay.at("sizes")),
                                                         .all_information = relay.numbers("total"),
                                                         .shown = source.shown(contrast_names(*source.layer, relay))};
                                      if (relay.has("greedy/information"))
                                        figure.greedy_information = relay.matrix<double>("greedy/information");
                                      add_null(source.layer->arrays.at("significance/" + source.subset), figure);
                                      return drawing(draw_sizes, figure);
                                    }};
const FigureKind knockout_sizes_figure{
    "knockout_sizes", FigureScope::subset, "quantiles of accuracy over all sets of each size",
    [](const FigureSource& source) -> FigureDrawing {
      const ResultView knockout = source.layer->arrays.at("knockout/" + source.subset), sizes = knockout.at("sizes");
      if (!sizes.has("")) return {};
      return drawing(draw_sizes, {.quantity = SizesFigure::Quantity::accuracy,
                                  .network = source.name,
                                  .labels = source.layer->classes,
                                  .statistics = statistics_from(sizes),
                                  .words = knockout_words(knockout),
                                  .shown = source.shown(source.layer->classes)});
    }};

}  // namespace inforelay
