// Heat maps class x unit: aggregated relay information, and the relay information lost without each unit.
#include <algorithm>
#include <cmath>

#include "experiments/figures/figure_kind.hpp"
#include "experiments/figures/figures.hpp"
#include "experiments/figures/plot/figure_canvas.hpp"
#include "experiments/figures/plot/figure_checks.hpp"

namespace inforelay {
namespace {

/// A gnuplot palette over [low,high], low <= 0 <= high, low < high: white at 0, blue above, orange below, both on the
/// scale of the larger of -low and high, so that positive and negative values can be compared.
std::string palette_of(double low, double high) {
  struct Stop {
    double at;  ///< -1 ... 1
    const char* colour;
  };
  constexpr Stop stops[] = {{-1, "#7f2704"},   {-0.75, "#c4500a"}, {-0.5, "#f08a3c"}, {-0.25, "#fbc896"},
                            {0, "#ffffff"},    {0.15, "#d6e6f4"},  {0.35, "#9ac8e0"}, {0.55, "#529dcc"},
                            {0.75, "#1f6cb0"}, {0.9, "#0b4083"},   {1, "#071f49"}};
  const double largest = std::max(-low, high);
  std::string palette;
  const auto add = [&](double value, const std::string& colour) {
    palette += fmt::format("{}{:.6f} '{}'", palette.empty() ? "" : ", ", (value - low) / (high - low), colour);
  };
  const auto blend = [](const char* a, const char* b, double t) {
    std::string mixed = "#";
    for (std::size_t i = 1; i < 7; i += 2) {
      const int x = std::stoi(std::string(a + i, 2), nullptr, 16), y = std::stoi(std::string(b + i, 2), nullptr, 16);
      mixed += fmt::format("{:02x}", static_cast<int>(std::lround(x + t * (y - x))));
    }
    return mixed;
  };
  for (std::size_t i = 0; i + 1 < std::size(stops); ++i) {
    const double begin = stops[i].at * largest, end = stops[i + 1].at * largest;
    const double from = std::max(begin, low), to = std::min(end, high);
    if (!(from < to)) continue;
    if (palette.empty()) add(from, blend(stops[i].colour, stops[i + 1].colour, (from - begin) / (end - begin)));
    add(to, blend(stops[i].colour, stops[i + 1].colour, (to - begin) / (end - begin)));
  }
  return palette;
}

constexpr double faintest = 0.05;  // the least end of a scale, as a part of the relay information of all units

struct HeatMap {
  std::string title;
  const char* kind;
  const RowMatrix<double>& values;
};

}  // namespace

std::string draw_node(const FigureWriter& writer, const NodeFigure& figure) {
  const std::string name = figure_name("node", figure.network);
  const std::size_t classes = figure.labels.size();
  require_some(name, "labels", classes);
  std::vector<HeatMap> maps;
  if (figure.aggregated.size() > 0)
    maps.push_back({"aggregated relay information" + figure.aggregated_on, "aggregated", figure.aggregated});
  if (figure.single.size() > 0) maps.push_back({"relay information lost without the unit", "single", figure.single});
  require_some(name, "values", maps.size());
  for (const auto& map : maps) {
    require_count(name, map.kind, map.values.rows(), "rows", classes);
    require_count(name, map.kind, map.values.cols(), "columns", maps.front().values.cols());
  }

  const auto neurons = static_cast<int>(maps.front().values.cols());
  const double panel_height = std::clamp(4.2 * static_cast<double>(classes), 12.0, 75.0);
  const double names_width = std::max(widest_text(figure.labels), 3.0);
  const PanelGrid grid(maps.size(), 2, maps.size() == 1 ? 95 : double_column, panel_height,
                       {.left = names_width + 8, .right = 14, .top = 7, .bottom = 9, .column_gap = names_width + 24},
                       1.5);
  FigureCanvas canvas(name,
                      "Relay information of each unit for each class, in bits: aggregated over the greedy "
                      "removal, and the loss of relay information without that unit. White is 0, blue positive, "
                      "orange negative.",
                      grid.width, grid.height);
  const std::string tics = canvas.category_tics(figure.labels);
  CsvTable table("class,unit,bits,kind,label");
  for (std::size_t m = 0; m < maps.size(); ++m) {
    const std::size_t first = table.rows();
    AxisRange range;
    range.add(0);
    for (std::size_t c = 0; c < classes; ++c) {
      for (int k = 0; k < neurons; ++k) {
        const double bits = maps[m].values(static_cast<Eigen::Index>(c), k);
        table.row(c, k, bits, maps[m].kind, figure.labels[c]);
        range.add(bits);
      }
    }
    // Values that are small beside the relay information of all units stay pale.
    const double least = faintest * figure.all_information;
    if (range.high() < least) range.add(least);
    const PanelBox& box = grid.boxes[m];
    canvas.begin_panel(box);
    canvas.panel_letter(box, m);
    canvas.panel_title(box, canvas.text(maps[m].title));
    canvas.add("set xrange [-0.5:{}]; set yrange [{}:-0.5]", neurons - 0.5, static_cast<double>(classes) - 0.5);
    canvas.add("set xtics nomirror 0,{}; set format x '%g'", std::max(1.0, tic_step(neurons, 10)));
    canvas.add("set ytics nomirror ({})", tics);
    canvas.x_label(box, "'unit'");
    canvas.y_label(box, "'class'", names_width + 5);
    canvas.add("set palette defined ({})", palette_of(range.low(), range.high()));
    canvas.add("set cbrange [{}:{}]; set cbtics {} offset -0.6,0", range.low(), range.high(),
               tic_step(range.length(), 6));
    canvas.add(
        "set colorbox user origin screen {:.2f}/width, screen (base+{:.2f})/height size screen {:.2f}/width, screen "
        "{:.2f}/height noborder",
        box.right() + 2, box.bottom, 2.2, box.height);
    canvas.label(box.right() + 3.1, box.top() + 2.4, "'bits'", "center font ',6'");
    canvas.add("unset border; set tics scale 0");
    const std::string cells = rows_from(table, first) + " using 2:1:(0.47):(0.47)";
    canvas.plot({fmt::format("{} with boxxyerror fillstyle solid 1 noborder fillcolor rgb '{}' notitle", cells,
                             hex(colour::missing)),
                 fmt::format("{}:3 with boxxyerror fillstyle solid 1 noborder fillcolor palette notitle", cells)});
    canvas.add("set border 3 lw 0.5; set tics scale 0.4");
  }
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind node_figure;
const FigureKind node_figure{
    "node", FigureScope::layer, "relay information of each unit for each class",
    [](const FigureSource& source) -> FigureDrawing {
      if (is_wide(*source.layer)) return {};
      const ResultView relay = source.layer->arrays.at("relay");
      const std::vector<std::string> subsets = subsets_of(*source.layer, "relay");
      const std::string aggregated = subsets.front() + "/aggregated", single = subsets.back() + "/single";
      NodeFigure figure{.network = source.name, .labels = contrast_names(*source.layer, relay.at(subsets.back()))};
      if (relay.has(aggregated)) figure.aggregated = relay.matrix<double>(aggregated);
      if (subsets.front() != subsets.back()) figure.aggregated_on = " (" + subsets.front() + ")";
      figure.single = relay.matrix<double>(single);
      for (const double total : relay.at(subsets.back()).numbers("total"))
        figure.all_information = std::max(figure.all_information, std::isnan(total) ? 0 : total);
      return drawing(draw_node, figure);
    }};

}  // namespace inforelay
