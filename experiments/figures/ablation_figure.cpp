// Accuracy while units are knocked out one after the other: those that carry most first, last, or in random order.
#include <algorithm>

#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"

namespace inforelay {
namespace {

constexpr std::uint32_t band_colour = 0xdddddd, outline_colour = 0x777777;
constexpr std::string_view outline_dash = "(2,3)";

void check(const std::string& name, const AblationFigure& figure) {
  const std::size_t classes = figure.labels.size();
  require_some(name, "labels", classes);
  require_some(name, "replacements", figure.replacements.size());
  for (const AblationPaths& paths : figure.replacements) {
    require_count(name, "greedy", paths.greedy.rows(), "rows", classes);
    require_count(name, "reverse", paths.reverse.rows(), "rows", classes);
    require_count(name, "random", paths.random.rows(), "rows", classes);
    require_count(name, "greedy", paths.greedy.cols(), "columns", figure.units + 1);
    require_count(name, "reverse", paths.reverse.cols(), "columns", figure.units + 1);
    require_count(name, "random", paths.random.cols() % (figure.units + 1), "columns left over", 0);
  }
}

}  // namespace

std::string draw_ablation(const FigureWriter& writer, const AblationFigure& figure) {
  const std::string name = figure_name("ablation", figure.network);
  check(name, figure);
  const std::vector<std::size_t> shown = shown_classes(figure.shown, figure.labels.size());
  AxisRange range;
  range.add(0.5);
  std::vector<FigureCanvas::LegendEntry> legend;
  for (std::size_t r = 0; r < figure.replacements.size(); ++r) {
    const AblationPaths& paths = figure.replacements[r];
    for (const auto* values : {&paths.greedy, &paths.reverse, &paths.random}) {
      for (const std::size_t cls : shown) range.add_all(values->row(static_cast<Eigen::Index>(cls)));
    }
    const std::string_view dash = r == 0 ? "1" : "(6,4)";
    legend.push_back({{.colour = colour::red, .dash = dash, .size = 1}, paths.word + ", relay units first"});
    legend.push_back({{.colour = colour::blue, .dash = dash, .size = 1}, paths.word + ", relay units last"});
    const LegendSample filled{.kind = LegendSample::Kind::swatch, .colour = band_colour};
    const LegendSample outline{.colour = outline_colour, .dash = outline_dash, .size = 0.7};
    legend.push_back({r == 0 ? filled : outline, paths.word + ", random orders"});
  }
  legend.push_back({{.colour = colour::grey, .dash = "2", .size = 0.7}, "chance"});
  const ClassPanels panels(shown.size(), legend);
  const PanelGrid& grid = panels.grid();
  FigureCanvas canvas(
      name,
      fmt::format(
          "Balanced accuracy{} of each class while units are knocked out one after the other: first those that greedy "
          "removal keeps longest (red), first those that it removes at once (blue), and in random orders (minimum and "
          "maximum: a band, and dotted lines of the second replacement).",
          figure.function),
      grid.width, grid.height);
  CsvTable table("class,units_out,replacement,greedy,reverse,random_least,random_greatest,label");
  const AxisRange axis = range.widened(0.03, 0.03);
  for (std::size_t panel = 0; panel < shown.size(); ++panel) {
    const auto c = static_cast<Eigen::Index>(shown[panel]);
    const std::string& label = figure.labels[shown[panel]];
    canvas.begin_panel(grid.boxes[panel]);
    canvas.x_axis(0, figure.units, 5);
    canvas.y_axis(axis.low(), axis.high(), 5);
    if (!grid.leftmost(panel)) canvas.add("set format y ''");
    if (!grid.lowest(panel)) canvas.add("set format x ''");
    canvas.panel_title(grid.boxes[panel], canvas.text(class_title(label)));
    std::vector<std::string> bands, lines;
    for (std::size_t r = 0; r < figure.replacements.size(); ++r) {
      const AblationPaths& paths = figure.replacements[r];
      const std::size_t first = table.rows();
      for (Eigen::Index size = 0; size <= figure.units; ++size) {
        float least = paths.greedy(c, size), greatest = least;  // of no random order
        for (Eigen::Index at = size; at < paths.random.cols(); at += figure.units + 1) {
          const float value = paths.random(c, at);
          least = at == size ? value : std::min(least, value);
          greatest = at == size ? value : std::max(greatest, value);
        }
        table.row(c, size, paths.word, paths.greedy(c, size), paths.reverse(c, size), least, greatest, label);
      }
      const std::string rows = rows_from(table, first);
      if (r == 0) {
        bands.push_back(
            fmt::format("{} using 2:6:7 with filledcurves fillcolor rgb '{}' fillstyle solid 1 noborder notitle", rows,
                        hex(band_colour)));
      }
      for (const int bound : {6, 7}) {
        if (r == 0) break;
        bands.push_back(fmt::format("{} using 2:{} with lines lw 0.7 dt {} lc rgb '{}' notitle", rows, bound,
                                    outline_dash, hex(outline_colour)));
      }
      const std::string_view dash = r == 0 ? "1" : "(6,4)";
      lines.push_back(
          fmt::format("{} using 2:4 with lines lw 0.9 dt {} lc rgb '{}' notitle", rows, dash, hex(colour::red)));
      lines.push_back(
          fmt::format("{} using 2:5 with lines lw 0.9 dt {} lc rgb '{}' notitle", rows, dash, hex(colour::blue)));
    }
    std::vector<std::string> elements = bands;
    elements.push_back(fmt::format("0.5 with lines lw 0.7 dt 2 lc rgb '{}' notitle", hex(colour::grey)));
    elements.insert(elements.end(), lines.begin(), lines.end());
    canvas.plot(elements);
  }
  panels.add_labels(canvas, "'number of units knocked out'", fmt::format("'balanced accuracy{}'", figure.function));
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind ablation_figure;
const FigureKind ablation_figure{
    "ablation", FigureScope::layer, "accuracy along the greedy path, its reverse and random orders of the units",
    [](const FigureSource& source) -> FigureDrawing {
      const ResultView layer = source.layer->arrays;
      if (!layer.has("ablation")) return {};
      const ResultView ablation = layer.at("ablation");
      AblationFigure figure{.network = source.name,
                            .labels = source.layer->classes,
                            .units = static_cast<int>(unit_count(*source.layer)),
                            .shown = source.shown(source.layer->classes)};
      const auto function = ablation.attribute<std::string>("", "function");
      if (function != "threshold") figure.function = " (" + function + ")";
      for (const std::string& word : ablation.attribute<std::vector<std::string>>("", "replacements")) {
        if (!ablation.has(word + "/greedy")) return {};  // too many sets
        const auto& random = std::get<RowMatrix<float>>(ablation.array(word + "/random").values);
        figure.replacements.push_back({word == "zero"   ? "held at 0"
                                       : word == "mean" ? "held at the mean"
                                                        : word,
                                       ablation.matrix<float>(word + "/greedy"),
                                       ablation.matrix<float>(word + "/reverse"), random});
      }
      return drawing(draw_ablation, figure);
    }};

}  // namespace inforelay
