// Heat maps class x unit: aggregated relay information, and the relay information lost without each unit.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "experiments/figures/dendrogram.hpp"
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

// Unit at each place.
std::vector<std::size_t> unit_order(const NodeFigure& figure, int units) {
  if (figure.single.size() > 0 && figure.module == 0) return cluster_units(figure.single).order;
  std::vector<std::size_t> own(static_cast<std::size_t>(units));
  std::iota(own.begin(), own.end(), std::size_t{0});
  return own;
}

}  // namespace

std::string draw_node(const FigureWriter& writer, const NodeFigure& figure) {
  const std::string name = figure_name("node", figure.network);
  const std::size_t classes = figure.labels.size();
  require_some(name, "labels", classes);
  std::vector<HeatMap> maps;
  if (figure.aggregated.size() > 0)
    maps.push_back({"aggregated relay information" + figure.aggregated_on, "aggregated", figure.aggregated});
  if (figure.single.size() > 0)
    maps.push_back({"relay information lost without the unit" + figure.single_on, "single", figure.single});
  require_some(name, "values", maps.size());
  for (const auto& map : maps) {
    require_count(name, map.kind, map.values.rows(), "rows", classes);
    require_count(name, map.kind, map.values.cols(), "columns", maps.front().values.cols());
  }

  const auto neurons = static_cast<int>(maps.front().values.cols());
  const std::vector<std::size_t> order = unit_order(figure, neurons);
  const bool clustered = !std::is_sorted(order.begin(), order.end());
  const double panel_height = std::clamp(4.2 * static_cast<double>(classes), 12.0, 75.0);
  const double names_width = std::max(widest_text(figure.labels), 3.0);
  const PanelGrid grid(maps.size(), 2, maps.size() == 1 ? 95 : double_column, panel_height,
                       {.left = names_width + 8, .right = 14, .top = 7, .bottom = 9, .column_gap = names_width + 24},
                       1.5);
  FigureCanvas canvas(
      name,
      fmt::format("Relay information of each unit for each class, in bits: aggregated over the greedy "
                  "removal (a score: it adds up the steps, and may exceed the entropy), and the loss of "
                  "relay information without that unit. White is 0, blue positive, orange negative.{}{}",
                  clustered ? " Units are in the order of hierarchical clusters (average linkage) of "
                              "their losses in all classes."
                            : "",
                  figure.module > 0 ? " Red: the known module of the class." : ""),
      grid.width, grid.height);
  const std::string tics = canvas.category_tics(figure.labels);
  std::vector<std::string> units;
  for (const std::size_t unit : order) units.push_back(std::to_string(unit));
  CsvTable table("class,unit,bits,kind,label,place");
  for (std::size_t m = 0; m < maps.size(); ++m) {
    const std::size_t first = table.rows();
    AxisRange range;
    range.add(0);
    for (std::size_t c = 0; c < classes; ++c) {
      for (std::size_t place = 0; place < order.size(); ++place) {
        const double bits = maps[m].values(static_cast<Eigen::Index>(c), static_cast<Eigen::Index>(order[place]));
        table.row(c, order[place], bits, maps[m].kind, figure.labels[c], place);
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
    if (clustered) {
      canvas.add("set xtics nomirror ({}) font ',{}'", canvas.category_tics(units), neurons > 16 ? 4.5 : 6);
    } else {
      canvas.add("set xtics nomirror 0,{}; set format x '%g'", std::max(1.0, tic_step(neurons, 10)));
    }
    canvas.frame_modules(classes, figure.module);
    canvas.add("set ytics nomirror ({})", tics);
    canvas.x_label(box, "'unit'");
    canvas.y_label(box, "'class'", names_width + 5);
    canvas.add("set palette defined ({})", palette_of(range.low(), range.high()));
    canvas.add("set cbrange [{}:{}]; set cbtics {} offset -0.6,0", range.low(), range.high(),
               tic_step(range.length(), 6));
    canvas.colour_scale(box, "'bits'");
    canvas.add("unset border; set tics scale 0");
    canvas.plot(coloured_cells(rows_from(table, first), 6, 1));
    canvas.add("unset object; set border 3 lw 0.5; set tics scale 0.4 font ',6'");
  }
  return writer.write(canvas.finish(table, writer.options()));
}

extern const FigureKind node_figure;
const FigureKind node_figure{
    "node",
    FigureScope::layer,
    "relay information of each unit for each class",
    [](const FigureSource& source) -> FigureDrawing {
      if (is_wide(*source.layer)) return {};
      const ResultView relay = source.layer->arrays.at("relay");
      const std::vector<std::string> subsets = subsets_of(*source.layer, "relay");
      const std::string aggregated = subsets.front() + "/aggregated", single = subsets.back() + "/single";
      NodeFigure figure{.network = source.name, .labels = contrast_names(*source.layer, relay.at(subsets.back()))};
      figure.single = relay.matrix<double>(single);
      if (relay.has(aggregated)) figure.aggregated = relay.matrix<double>(aggregated);
      if (subsets.front() != subsets.back() && figure.aggregated.size() > 0) {
        figure.aggregated_on = " (" + subsets.front() + ")";
        figure.single_on = " (" + subsets.back() + ")";
      }
      if (relay.has(subsets.back() + "/module_found"))
        figure.module = static_cast<int>(figure.single.cols() / figure.single.rows());
      for (const double total : relay.at(subsets.back()).numbers("total"))
        figure.all_information = std::max(figure.all_information, std::isnan(total) ? 0 : total);
      return drawing(draw_node, figure);
    },
    false,
    [](const LayerResults& layer) {
      std::vector<std::string> subsets = subsets_of(layer, "relay");
      if (subsets.empty() || !layer.arrays.has("relay/" + subsets.front() + "/aggregated"))
        return std::vector<std::string>{};
      std::vector<std::string> shown{subsets.front()};
      if (subsets.back() != shown.front()) shown.push_back(subsets.back());
      return shown;
    }};

}  // namespace inforelay
